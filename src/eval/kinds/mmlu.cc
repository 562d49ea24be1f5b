// MMLU: a folder of subjects, with examples of each.
#include <algorithm>

#include "base/error.h"
#include "eval/kinds/kinds.h"
#include "eval/kinds/set_files.h"

namespace cria::eval {
namespace {

// The text of a question of MMLU, up to "Answer:". Some have blanks around them, which the
// harness takes away and the set's authors do not.
std::string Letters(const Json& fields, bool strip) {
  std::string text = fields["question"].get<std::string>();
  if (strip) text = Strip(std::move(text));
  for (const char* letter : {"A", "B", "C", "D"}) {
    text += fmt::format("\n{}. {}", letter, fields[letter].get<std::string>());
  }
  return text + "\nAnswer:";
}

class Kind : public TaskKind {
 public:
  const char* name() const override { return "mmlu"; }
  std::vector<std::string_view> keys() const override {
    return {"folder", "header", "strip", "categories", "shots", "published_shots"};
  }
  std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const override {
    const fs::path base = folder / JsonGet<std::string>(task.body, "folder", task.where);
    const auto header = JsonGet<std::string>(task.body, "header", task.where);
    const auto strip = JsonGetOr(task.body, "strip", false, task.where);
    const std::vector<std::string> columns = {"question", "A", "B", "C", "D", "answer"};
    std::vector<Question> questions;
    const auto categories = JsonGet<Json>(task.body, "categories", task.where);
    for (const auto& entry : categories.items()) {
      const std::string& subject = entry.key();
      const fs::path test = Packed(base / "test" / (subject + "_test.csv"));
      if (!fs::exists(test)) continue;
      std::string spaced = subject;
      std::replace(spaced.begin(), spaced.end(), '_', ' ');
      std::vector<std::string> shots;
      for (const Record& r : ReadCsv(Packed(base / "dev" / (subject + "_dev.csv")), columns)) {
        if (std::ssize(shots) == task.shots) break;
        shots.push_back(Letters(r.fields, strip) + " " + r.fields["answer"].get<std::string>() +
                        "\n\n");
      }
      for (const Record& r : ReadCsv(test, columns)) {
        const std::string answer = r.fields["answer"].get<std::string>();
        if (answer.size() != 1 || answer[0] < 'A' || answer[0] > 'D') {
          throw Error(fmt::format("\"{}\" is no answer", answer.substr(0, 40)), r.where,
                      kRestoreSet);
        }
        questions.push_back({.id = r.where,
                             .groups = {subject, entry.value().get<std::string>()},
                             .header = FillIn(header, Json{{"subject", spaced}}, task.where),
                             .shots = shots,
                             .contexts = {Letters(r.fields, strip)},
                             .choices = {" A", " B", " C", " D"},
                             .gold = answer[0] - 'A'});
      }
    }
    return questions;
  }
};

}  // namespace

const TaskKind& MmluKind() {
  static const Kind kind;
  return kind;
}

}  // namespace cria::eval
