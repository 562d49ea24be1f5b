// Choices: fields of a line filled into the templates of the task.
#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/error.h"
#include "eval/kinds/kinds.h"
#include "eval/kinds/set_files.h"

namespace cria::eval {
namespace {

constexpr int64_t kMaxLabel = 1 << 20;

// What WikiHow's mark-up left in HellaSwag, as the EleutherAI harness takes it away.
std::string CleanHellaSwag(const std::string& text) {
  std::string clean = Strip(text);
  clean = ReplaceAll(clean, " [title]", ". ");
  // Brackets of one line, from the first "[" to the next "]".
  for (size_t open = 0; (open = clean.find('[', open)) != std::string::npos;) {
    const size_t close = clean.find_first_of("]\n", open);
    if (close == std::string::npos) break;
    if (clean[close] == ']') {
      clean.erase(open, close + 1 - open);
    } else {
      open = close;
    }
  }
  return ReplaceAll(clean, "  ", " ");
}

// Adds {before} and {after} of the mark in a field.
void Split(const std::vector<std::string>& rule, const std::string& where, Json* fields) {
  const std::string text = TextField(*fields, rule[0], where);
  const size_t at = text.find(rule[1]);
  if (at == std::string::npos) {
    throw Error(fmt::format("\"{}\" has no \"{}\"", rule[0], rule[1]), where, kRestoreSet);
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
    if (contexts_.empty() || choices_.empty() == choices_of_.empty() ||
        choices_of_.empty() != choice_.empty()) {
      throw Error("the task has no context, or not one kind of choices", where_,
                  "give \"context\" and either \"choices\" or \"choices_of\" with \"choice\"");
    }
    if (first_label_ < -kMaxLabel || first_label_ > kMaxLabel) {
      throw Error(fmt::format("\"first_label\" is {}", first_label_), where_,
                  "it is the number of the first choice, mostly 0 or 1");
    }
    if (!split_.empty() && split_.size() != 2) {
      throw Error("\"split\" takes a field and a mark", where_, "write [\"sentence\", \"_\"]");
    }
  }

  /// `label` as a file of its own has it; null: a field.
  Question Make(Record record, const int64_t* label) const {
    Question question;
    question.id = record.where;
    if (!split_.empty()) Split(split_, record.where, &record.fields);
    for (const std::string& context : contexts_) {
      question.contexts.push_back(Written(context, record.fields, record.where));
    }
    std::vector<std::string> values = gold_values_;
    if (!choices_of_.empty()) {
      for (const Json& item : ListField(record.fields, choices_of_, record.where)) {
        question.choices.push_back(Written(choice_, item, record.where));
        if (!gold_of_.empty()) values.push_back(TextField(item, gold_of_, record.where));
      }
      if (clean_) {  // behind its blank
        for (std::string& choice : question.choices) choice = " " + choice;
      }
    } else {
      for (const std::string& choice : choices_) {
        question.choices.push_back(FillIn(choice, record.fields, record.where));
      }
    }
    const size_t choices = question.choices.size();
    if (question.contexts.size() != 1 && question.contexts.size() != choices) {
      throw Error(fmt::format("{} contexts for {} choices", question.contexts.size(), choices),
                  record.where, "give one context, or one a choice");
    }
    for (const std::string& choice : question.choices) {
      if (choice.find_first_not_of(' ') == std::string::npos) {
        throw Error("a choice is empty", record.where, kRestoreSet);
      }
    }
    question.gold = Gold(record, label, values);
    if (question.gold < 0 || question.gold >= std::ssize(question.choices)) {
      throw Error(
          fmt::format("the right answer is none of the {} choices", question.choices.size()),
          record.where, kRestoreSet);
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
  // Among the choices; -1: none of them.
  int Place(int64_t label) const {
    return label < -kMaxLabel || label > kMaxLabel ? -1 : static_cast<int>(label - first_label_);
  }
  int Gold(const Record& record, const int64_t* label,
           const std::vector<std::string>& values) const {
    if (label != nullptr) return Place(*label);
    const std::string gold = FillIn(gold_, record.fields, record.where);
    if (values.empty()) {
      int64_t number = 0;
      const char* const end = gold.data() + gold.size();
      const auto [stop, error] = std::from_chars(gold.data(), end, number);
      return error == std::errc() && stop == end ? Place(number) : -1;
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

class Kind : public TaskKind {
 public:
  const char* name() const override { return ""; }
  std::vector<std::string_view> keys() const override {
    return {"files", "labels",  "context",     "contexts",    "choices", "choices_of", "choice",
            "gold",  "gold_of", "gold_values", "first_label", "split",   "clean"};
  }
  std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const override {
    const GeneralTask general(task);
    const fs::path path = FirstOf(task, folder);
    std::vector<Record> records = ReadJsonLines(path);
    const auto label_file = JsonGetOr<std::string>(task.body, "labels", "", task.where);
    std::vector<int64_t> labels;
    if (!label_file.empty()) {
      const fs::path from = Packed(folder / label_file);
      labels = ReadLabels(from);
      if (labels.size() != records.size()) {
        throw Error(fmt::format("{} labels for {} questions", labels.size(), records.size()),
                    from.string(), "restore both files from their source");
      }
    }
    std::vector<Question> questions;
    for (size_t i = 0; i < records.size(); ++i) {
      questions.push_back(
          general.Make(std::move(records[i]), labels.empty() ? nullptr : &labels[i]));
    }
    return questions;
  }
};

}  // namespace

const TaskKind& GeneralKind() {
  static const Kind kind;
  return kind;
}

}  // namespace cria::eval
