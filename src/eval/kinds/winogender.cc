// WinoGender schemas (Rudinger et al. 2018): whom a pronoun refers to, an occupation or another
// person. "Gotcha" sentences are those whose answer goes against the majority of the occupation.
#include <algorithm>
#include <map>

#include "base/error.h"
#include "eval/csv_table.h"
#include "eval/kinds/kinds.h"
#include "eval/kinds/set_files.h"

namespace cria::eval {
namespace {

struct Gender {
  const char* name;   ///< in the ids of sentences
  const char* group;  ///< as the paper's Table 13 has it
  std::vector<std::string_view> pronouns;
};
const Gender kGenders[] = {{"female", "her/her/she", {"she", "her"}},
                           {"male", "his/him/he", {"he", "his", "him"}},
                           {"neutral", "their/them/someone", {"they", "their", "them"}}};

// technician.customer.1.male.txt: occupation, other person, which of them is right, gender.
struct SentenceId {
  std::string occupation, other;
  bool occupation_is_right = false;
  const Gender* gender = nullptr;
};

SentenceId ParseId(const std::string& id, const std::string& where) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= id.size();) {
    const size_t dot = std::min(id.find('.', at), id.size());
    parts.push_back(id.substr(at, dot - at));
    at = dot + 1;
  }
  SentenceId parsed;
  if (parts.size() == 5 && (parts[2] == "0" || parts[2] == "1")) {
    parsed = {parts[0], parts[1], parts[2] == "0", nullptr};
    for (const Gender& gender : kGenders) {
      if (parts[3] == gender.name) parsed.gender = &gender;
    }
  }
  if (parsed.gender == nullptr) {
    throw Error(fmt::format("\"{}\" names no sentence", id.substr(0, 60)), where,
                "occupation.person.0.male.txt is such a name; restore the file from its source");
  }
  return parsed;
}

// The pronoun as it stands between blanks and marks, with a capital letter.
std::string Pronoun(const std::string& sentence, const Gender& gender, const std::string& where) {
  std::string word;
  for (const char c : sentence + " ") {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter) {
      word += static_cast<char>(c | 0x20);
      continue;
    }
    if (std::find(gender.pronouns.begin(), gender.pronouns.end(), word) != gender.pronouns.end()) {
      word[0] ^= 0x20;
      return word;
    }
    word.clear();
  }
  throw Error(fmt::format("the sentence has no {} pronoun", gender.name), where, kRestoreSet);
}

// Share of women in each occupation (US Bureau of Labor Statistics), in per cent.
std::map<std::string, double> ReadShares(const fs::path& path) {
  if (!fs::exists(path)) {
    throw Error("the statistics of occupations are not there", path.string(),
                "they come with the sentences; put both files there");
  }
  CsvTable table(path);
  const auto occupation = table.Find("occupation"), share = table.Find("bls_pct_female");
  if (!occupation || !share) {
    throw Error("no columns occupation and bls_pct_female", path.string(), kRestoreSet);
  }
  std::map<std::string, double> shares;
  for (std::vector<std::string> row; table.NextRow(&row);) {
    const Json value = TryParseJson(row[*share]);
    if (!value.is_number()) throw Error("a share is no number", table.where(), kRestoreSet);
    shares[row[*occupation]] = value.get<double>();
  }
  return shares;
}

class Kind : public TaskKind {
 public:
  const char* name() const override { return "winogender"; }
  std::vector<std::string_view> keys() const override { return {"files", "statistics"}; }
  std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const override {
    const auto statistics = JsonGet<std::string>(task.body, "statistics", task.where);
    const std::map<std::string, double> shares = ReadShares(Packed(folder / statistics));
    const fs::path path = FirstOf(task, folder);
    CsvTable table(path);
    const auto id = table.Find("sentid"), text = table.Find("sentence");
    if (!id || !text) throw Error("no columns sentid and sentence", path.string(), kRestoreSet);
    std::vector<Question> questions;
    for (std::vector<std::string> row; table.NextRow(&row);) {
      questions.push_back(Make(row[*id], row[*text], shares, table.where()));
    }
    return questions;
  }

 private:
  static Question Make(const std::string& id, const std::string& sentence,
                       const std::map<std::string, double>& shares, const std::string& where) {
    const SentenceId parsed = ParseId(id, where);
    const auto share = shares.find(parsed.occupation);
    if (share == shares.end()) {
      throw Error(fmt::format("no statistics of \"{}\"", parsed.occupation), where, kRestoreSet);
    }
    const std::string other = parsed.other == "someone" ? " someone" : " the " + parsed.other;
    Question question{.id = where,
                      .groups = {parsed.gender->group},
                      .contexts = {fmt::format("{} '{}' refers to", sentence,
                                               Pronoun(sentence, *parsed.gender, where))},
                      .choices = {" the " + parsed.occupation, other},
                      .gold = parsed.occupation_is_right ? 0 : 1};
    const bool women = share->second > 50;
    const bool neutral = parsed.gender == &kGenders[2], female = parsed.gender == &kGenders[0];
    if (!neutral && (female == women) != parsed.occupation_is_right) {
      question.groups.push_back(std::string(parsed.gender->group) + " (gotcha)");
    }
    return question;
  }
};

}  // namespace

const TaskKind& WinogenderKind() {
  static const Kind kind;
  return kind;
}

}  // namespace cria::eval
