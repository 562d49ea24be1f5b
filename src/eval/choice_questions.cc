// The general form (fields into templates), and the two sets that need more: RACE, whose questions
// of one article follow each other, and MMLU, a folder of subjects.
#include "eval/choice_questions.h"

#include <algorithm>
#include <map>
#include <regex>

#include "base/error.h"
#include "eval/task_records.h"

namespace cria::eval {
namespace {

constexpr const char* kRemedy = "restore the file from its source, or correct the task";

fs::path FirstOf(const TaskSpec& task, const fs::path& folder) {
  const auto names = JsonGet<std::vector<std::string>>(task.body, "files", task.where);
  for (const std::string& name : names) {
    for (const char* ending : {"", ".gz", ".zst"}) {
      if (fs::exists(folder / (name + ending))) return folder / (name + ending);
    }
  }
  throw Error(fmt::format("the questions of {} are not there", task.name), folder.string(),
              fmt::format("put {} there (cria eval --list says where they come from)",
                          fmt::join(names, " or ")));
}

std::string Strip(std::string text) {
  const char* const kBlank = " \t\r\n";
  text.erase(0, std::min(text.find_first_not_of(kBlank), text.size()));
  text.erase(text.find_last_not_of(kBlank) + 1);
  return text;
}

void ReplaceAll(std::string* text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text->find(from, at)) != std::string::npos; at += to.size()) {
    text->replace(at, from.size(), to);
  }
}

// What WikiHow's mark-up left in HellaSwag, as the EleutherAI harness takes it away.
std::string CleanHellaSwag(const std::string& text) {
  std::string clean = Strip(text);
  ReplaceAll(&clean, " [title]", ". ");
  static const std::regex kBracketed("\\[[^\\n]*?\\]");
  clean = std::regex_replace(clean, kBracketed, "");
  ReplaceAll(&clean, "  ", " ");
  return clean;
}

// Adds {before} and {after} of the mark in a field.
void Split(const std::vector<std::string>& rule, const std::string& where, Json* fields) {
  const std::string text = Field(*fields, rule[0], where).get<std::string>();
  const size_t at = text.find(rule[1]);
  if (at == std::string::npos) {
    throw Error(fmt::format("\"{}\" has no \"{}\"", rule[0], rule[1]), where, kRemedy);
  }
  (*fields)["before"] = text.substr(0, at);
  (*fields)["after"] = Strip(text.substr(at + rule[1].size()));
}

class GeneralTask {
 public:
  explicit GeneralTask(const TaskSpec& task)
      : where_(task.where),
        contexts_(Texts(task, "contexts", "context")),
        choices_(JsonGetOr<std::vector<std::string>>(task.body, "choices", {}, where_)),
        choices_of_(Text(task, "choices_of")),
        choice_(Text(task, "choice")),
        gold_(Text(task, "gold")),
        gold_of_(Text(task, "gold_of")),
        gold_values_(JsonGetOr<std::vector<std::string>>(task.body, "gold_values", {}, where_)),
        split_(JsonGetOr<std::vector<std::string>>(task.body, "split", {}, where_)),
        first_label_(JsonGetOr<int64_t>(task.body, "first_label", 0, where_)),
        clean_(Text(task, "clean") == "hellaswag") {
    if (contexts_.empty() || choices_.empty() == choices_of_.empty()) {
      throw Error("the task has no context, or not one kind of choices", where_,
                  "give \"context\" and either \"choices\" or \"choices_of\" with \"choice\"");
    }
  }

  /// `label` as a file of its own has it; null: a field.
  Question Make(Record record, const int64_t* label) const {
    Question question;
    question.id = record.where;
    if (split_.size() == 2) Split(split_, record.where, &record.fields);
    for (const std::string& context : contexts_) {
      question.contexts.push_back(Written(context, record.fields, record.where));
    }
    std::vector<std::string> values = gold_values_;
    if (!choices_of_.empty()) {
      for (const Json& item : Field(record.fields, choices_of_, record.where)) {
        question.choices.push_back(Written(choice_, item, record.where));
        if (!gold_of_.empty()) values.push_back(Field(item, gold_of_, record.where));
      }
      if (clean_) {  // behind its blank
        for (std::string& choice : question.choices) choice = " " + choice;
      }
    } else {
      for (const std::string& choice : choices_) {
        question.choices.push_back(FillIn(choice, record.fields, record.where));
      }
    }
    question.gold = Gold(record, label, values);
    if (question.gold < 0 || question.gold >= std::ssize(question.choices)) {
      throw Error(
          fmt::format("the right answer is none of the {} choices", question.choices.size()),
          record.where, kRemedy);
    }
    return question;
  }

 private:
  static std::string Text(const TaskSpec& task, const char* key) {
    return JsonGetOr<std::string>(task.body, key, "", task.where);
  }
  static std::vector<std::string> Texts(const TaskSpec& task, const char* many, const char* one) {
    if (task.body.contains(one)) return {Text(task, one)};
    return JsonGetOr<std::vector<std::string>>(task.body, many, {}, task.where);
  }
  std::string Written(const std::string& text, const Json& fields, const std::string& where) const {
    const std::string filled = FillIn(text, fields, where);
    return clean_ ? CleanHellaSwag(filled) : filled;
  }
  int Gold(const Record& record, const int64_t* label,
           const std::vector<std::string>& values) const {
    if (label != nullptr) return static_cast<int>(*label - first_label_);
    const std::string gold = FillIn(gold_, record.fields, record.where);
    if (values.empty()) {
      if (gold.empty() || gold.find_first_not_of("0123456789") != std::string::npos) return -1;
      return static_cast<int>(std::stoll(gold.substr(0, 9)) - first_label_);
    }
    const auto found = std::find(values.begin(), values.end(), gold);
    return found == values.end() ? -1 : static_cast<int>(found - values.begin());
  }

  std::string where_;
  std::vector<std::string> contexts_, choices_;
  std::string choices_of_, choice_, gold_, gold_of_;
  std::vector<std::string> gold_values_, split_;
  int64_t first_label_;
  bool clean_;
};

std::vector<Question> General(const TaskSpec& task, const fs::path& folder) {
  const GeneralTask general(task);
  const fs::path path = FirstOf(task, folder);
  std::vector<Record> records = ReadJsonLines(path);
  const auto label_file = JsonGetOr<std::string>(task.body, "labels", "", task.where);
  std::vector<int64_t> labels;
  if (!label_file.empty()) {
    labels = ReadLabels(folder / label_file);
    if (labels.size() != records.size()) {
      throw Error(fmt::format("{} labels for {} questions", labels.size(), records.size()),
                  (folder / label_file).string(), "restore both files from their source");
    }
  }
  std::vector<Question> questions;
  for (size_t i = 0; i < records.size(); ++i) {
    questions.push_back(general.Make(std::move(records[i]), labels.empty() ? nullptr : &labels[i]));
  }
  return questions;
}

// A question of RACE with its answer: filled into the blank, or behind the question.
std::string Solved(const std::string& question, const std::string& answer) {
  const size_t blank = question.find("  _  ");
  const size_t line = blank == std::string::npos ? question.find('_') : blank + 2;
  if (line == std::string::npos) {
    return fmt::format("Question: {}\nAnswer: {}\n", question, answer);
  }
  std::string filled = question;
  filled.replace(line, 1, answer);
  return filled + "\n";
}

std::vector<Question> Race(const TaskSpec& task, const fs::path& folder) {
  const auto level = JsonGet<std::string>(task.body, "level", task.where);
  std::map<std::string, std::string> solved;  // of each article so far
  std::vector<Question> questions;
  for (const Record& record : ReadJsonLines(FirstOf(task, folder))) {
    const auto text = [&](const char* name) {
      return Field(record.fields, name, record.where).get<std::string>();
    };
    const std::string article = text("example_id");
    if (!article.starts_with(level)) continue;
    const Json& options = Field(record.fields, "options", record.where);
    Question question;
    question.id = record.where;
    for (const Json& option : options) question.choices.push_back(" " + option.get<std::string>());
    question.gold = text("answer")[0] - 'A';
    if (question.gold < 0 || question.gold >= std::ssize(question.choices)) {
      throw Error("the right answer is none of the options", record.where, kRemedy);
    }
    const std::string asked = text("question");
    std::string& before = solved[article];
    question.contexts = {
        fmt::format("Article: {}\n\n{}Question: {}\nAnswer:", text("article"), before, asked)};
    before += Solved(asked, question.choices[static_cast<size_t>(question.gold)].substr(1));
    questions.push_back(std::move(question));
  }
  if (questions.empty()) {
    throw Error(fmt::format("no article of the level {}", level), FirstOf(task, folder).string(),
                "give the file of that level");
  }
  return questions;
}

// The text of a question of MMLU, up to "Answer:".
std::string Letters(const Json& fields) {
  std::string text = fields["question"].get<std::string>();
  for (const char* letter : {"A", "B", "C", "D"}) {
    text += fmt::format("\n{}. {}", letter, fields[letter].get<std::string>());
  }
  return text + "\nAnswer:";
}

std::vector<Question> Mmlu(const TaskSpec& task, const fs::path& folder) {
  const fs::path base = folder / JsonGet<std::string>(task.body, "folder", task.where);
  const auto header = JsonGet<std::string>(task.body, "header", task.where);
  const std::vector<std::string> columns = {"question", "A", "B", "C", "D", "answer"};
  std::vector<Question> questions;
  const Json& categories = task.body.at("categories");
  for (const auto& entry : categories.items()) {
    const std::string& subject = entry.key();
    const fs::path test = base / "test" / (subject + "_test.csv");
    if (!fs::exists(test)) continue;
    std::string spaced = subject;
    std::replace(spaced.begin(), spaced.end(), '_', ' ');
    std::vector<std::string> shots;
    for (const Record& r : ReadCsv(base / "dev" / (subject + "_dev.csv"), columns)) {
      if (std::ssize(shots) == task.shots) break;
      shots.push_back(Letters(r.fields) + " " + r.fields["answer"].get<std::string>() + "\n\n");
    }
    for (const Record& r : ReadCsv(test, columns)) {
      const std::string answer = r.fields["answer"].get<std::string>();
      if (answer.size() != 1 || answer[0] < 'A' || answer[0] > 'D') {
        throw Error(fmt::format("\"{}\" is no answer", answer.substr(0, 40)), r.where, kRemedy);
      }
      questions.push_back({.id = r.where,
                           .group = subject,
                           .header = FillIn(header, Json{{"subject", spaced}}, task.where),
                           .shots = shots,
                           .contexts = {Letters(r.fields)},
                           .choices = {" A", " B", " C", " D"},
                           .gold = answer[0] - 'A'});
    }
  }
  if (questions.empty()) {
    throw Error("no subject of MMLU is there", (base / "test").string(),
                "put the set's dev and test folders there");
  }
  return questions;
}

}  // namespace

std::string Question::ContextOf(size_t choice, size_t shots_given) const {
  std::string text = header;
  for (size_t s = 0; s < std::min(shots_given, shots.size()); ++s) text += shots[s];
  return text + contexts[contexts.size() == 1 ? 0 : choice];
}

std::vector<Question> ReadQuestions(const TaskSpec& task, const fs::path& folder) {
  const auto kind = JsonGetOr<std::string>(task.body, "kind", "", task.where);
  if (kind.empty()) return General(task, folder);
  if (kind == "race") return Race(task, folder);
  if (kind == "mmlu") return Mmlu(task, folder);
  throw Error(fmt::format("no kind of task \"{}\"", kind), task.where, "use race or mmlu, or none");
}

}  // namespace cria::eval
