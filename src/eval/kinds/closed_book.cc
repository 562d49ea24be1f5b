// Closed book: the prompt of the paper's Figure 3, answers written and compared with those given.
#include "eval/grading/closed_book.h"

#include <algorithm>

#include "base/error.h"
#include "eval/kinds/kinds.h"
#include "eval/kinds/set_files.h"

namespace cria::eval {
namespace {

// The first of several names that a record's field may have.
const Json& FirstField(const std::vector<std::string>& paths, const Record& record) {
  for (const std::string& path : paths) {
    if (record.fields.contains(path.substr(0, path.find('.')))) {
      return Field(record.fields, path, record.where);
    }
  }
  return Field(record.fields, paths.at(0), record.where);
}

class ClosedBook {
 public:
  explicit ClosedBook(const TaskSpec& task)
      : asks_(JsonGet<std::vector<std::string>>(task.body, "asks", task.where)),
        answers_(JsonGet<std::vector<std::string>>(task.body, "answers", task.where)),
        as_sentence_(JsonGetOr(task.body, "as_sentence", false, task.where)) {}

  /// "Q: ...\nA:" (LLaMA, Figure 3).
  std::string Asked(const Record& record) const {
    std::string text = TextOf(FirstField(asks_, record), record.where);
    if (as_sentence_ && !text.empty()) {
      if (text[0] >= 'a' && text[0] <= 'z') text[0] ^= 0x20;
      if (text.back() != '?') text += '?';
    }
    return "Q: " + text + "\nA:";
  }
  std::vector<std::string> Answers(const Record& record) const {
    std::vector<std::string> answers;
    for (const Json& answer : FirstField(answers_, record)) {
      answers.push_back(TextOf(answer, record.where));
    }
    if (answers.empty()) throw Error("the question has no answer", record.where, kRestoreSet);
    return answers;
  }

 private:
  std::vector<std::string> asks_, answers_;
  bool as_sentence_;
};

class Kind : public TaskKind {
 public:
  const char* name() const override { return "closed_book"; }
  std::vector<std::string_view> keys() const override {
    return {"files", "examples", "asks", "answers", "as_sentence", "header", "shots"};
  }
  std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const override {
    const ClosedBook rule(task);
    std::vector<Record> records = ReadJsonLines(FirstOf(task, folder));
    const std::vector<Record> examples = TakeExamples(task, folder, &records);
    std::vector<std::string> solved;
    for (const Record& example : examples) {
      solved.push_back(rule.Asked(example) + " " + rule.Answers(example)[0] + "\n");
    }
    const auto header = JsonGet<std::string>(task.body, "header", task.where);
    std::vector<Question> questions;
    for (const Record& record : records) {
      questions.push_back({.id = record.where,
                           .header = header,
                           .shots = solved,
                           .contexts = {rule.Asked(record)},
                           .answers = rule.Answers(record)});
    }
    return questions;
  }
  bool writes() const override { return true; }
  std::vector<std::string> Metrics(const TaskSpec&) const override { return {"exact_match"}; }
  std::vector<double> Judge(const TaskSpec&, const Question& question, const QuestionScore& score,
                            const Graders&) const override {
    const std::string said = NormalizeAnswer(CutAnswer(score.written.at(0)));
    const bool right =
        std::any_of(question.answers.begin(), question.answers.end(),
                    [&](const std::string& answer) { return NormalizeAnswer(answer) == said; });
    return {right ? 1.0 : 0.0};
  }
};

}  // namespace

const TaskKind& ClosedBookKind() {
  static const Kind kind;
  return kind;
}

}  // namespace cria::eval
