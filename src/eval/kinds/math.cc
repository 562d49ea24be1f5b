// MATH (Hendrycks et al. 2021) and GSM8K (Cobbe et al. 2021): solutions written step by step, the
// final answer taken out of them; of several samples the answer given most often (maj1@k).
#include <algorithm>

#include "base/error.h"
#include "eval/grading/gsm_answer.h"
#include "eval/grading/math_answer.h"
#include "eval/kinds/kinds.h"
#include "eval/kinds/set_files.h"

namespace cria::eval {
namespace {

using Answer = std::optional<std::string>;

// Of k samples: whether the one given most often is right, and the share that is right.
std::vector<double> JudgeVotes(const std::vector<Answer>& said, const std::string& gold) {
  const std::optional<size_t> chosen = Majority(said);
  const auto right = std::count(said.begin(), said.end(), Answer(gold));
  return {chosen && *said[*chosen] == gold ? 1.0 : 0.0,
          static_cast<double>(right) / static_cast<double>(said.size())};
}

// What both sets have in common: solutions written, their answers voted on.
class Solutions : public TaskKind {
 public:
  bool writes() const override { return true; }
  std::vector<std::string> Metrics(const TaskSpec& task) const override {
    return {task.writing.samples > 1 ? "maj1" : "exact_match", "mean_of_samples"};
  }
};

// "48/2 = <<48/2=24>>24": what stands in << >> is for a calculator.
std::string WithoutCalculator(std::string text) {
  for (size_t open = 0; (open = text.find("<<", open)) != std::string::npos;) {
    const size_t close = text.find(">>", open);
    if (close == std::string::npos) break;
    text.erase(open, close + 2 - open);
  }
  return text;
}

class Gsm : public Solutions {
 public:
  const char* name() const override { return "gsm8k"; }
  std::vector<std::string_view> keys() const override { return {"files", "examples", "shots"}; }
  std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const override {
    std::vector<Record> records = ReadJsonLines(FirstOf(task, folder));
    std::vector<std::string> solved;
    for (const Record& example : TakeExamples(task, folder, &records)) {
      std::string text = WithoutCalculator(TextField(example.fields, "answer", example.where));
      text = Strip(text.substr(0, text.find("####")));
      solved.push_back(
          fmt::format("{} {} The answer is {}.\n\n", Asked(example), text, Gold(example)));
    }
    std::vector<Question> questions;
    for (const Record& record : records) {
      questions.push_back({.id = record.where,
                           .shots = solved,
                           .contexts = {Asked(record)},
                           .answers = {Gold(record)}});
    }
    return questions;
  }
  std::vector<double> Judge(const TaskSpec&, const Question& question, const QuestionScore& score,
                            const Graders&) const override {
    std::vector<Answer> said;
    for (const std::string& text : score.written) said.push_back(GsmWrittenAnswer(text));
    return JudgeVotes(said, question.answers[0]);
  }

 private:
  static std::string Asked(const Record& record) {
    return fmt::format("Q: {}\nA:", Strip(TextField(record.fields, "question", record.where)));
  }
  static std::string Gold(const Record& record) {
    const auto gold = GsmGoldAnswer(TextField(record.fields, "answer", record.where));
    if (!gold) throw Error("no number behind ####", record.where, kRestoreSet);
    return *gold;
  }
};

// The set as its authors have it: test/SUBJECT/N.json; or lines, a file a subject.
std::vector<Record> ReadMath(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name.find(".json") != std::string::npos) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<Record> records;
  for (const fs::path& file : files) {
    if (file.extension() == ".json") {
      records.push_back({ReadJson(file), file.string()});
    } else {
      for (Record& record : ReadJsonLines(file)) records.push_back(std::move(record));
    }
  }
  return records;
}

class Math : public Solutions {
 public:
  const char* name() const override { return "math"; }
  std::vector<std::string_view> keys() const override { return {"folders", "examples", "shots"}; }
  std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const override {
    const fs::path found = FirstThere(task, "folders", folder);
    if (found.empty()) {
      const auto names = JsonGet<std::vector<std::string>>(task.body, "folders", task.where);
      throw Error(fmt::format("the problems of {} are not there", task.name), folder.string(),
                  fmt::format("put {} there (cria eval fetch --list says where they come from)",
                              fmt::join(names, " or ")));
    }
    std::vector<Record> records = ReadMath(found);
    std::vector<std::string> solved;
    for (const Record& example : TakeExamples(task, folder, &records, ReadMath)) {
      solved.push_back(
          fmt::format("{} {}\nFinal Answer: The final answer is ${}$. I hope it is correct.\n\n",
                      Asked(example), Strip(TextField(example.fields, "solution", example.where)),
                      Gold(example)));
    }
    std::vector<Question> questions;
    for (const Record& record : records) {
      questions.push_back({.id = record.where,
                           .groups = {TextField(record.fields, "type", record.where),
                                      TextField(record.fields, "level", record.where)},
                           .shots = solved,
                           .contexts = {Asked(record)},
                           .answers = {Gold(record)}});
    }
    return questions;
  }
  std::vector<double> Judge(const TaskSpec&, const Question& question, const QuestionScore& score,
                            const Graders&) const override {
    std::vector<Answer> said;
    for (const std::string& text : score.written) {
      const Answer answer = MathFinalAnswer(text);
      said.push_back(answer ? Answer(CanonicalMathAnswer(*answer)) : std::nullopt);
    }
    return JudgeVotes(said, CanonicalMathAnswer(question.answers[0]));
  }

 private:
  static std::string Asked(const Record& record) {
    return fmt::format("Problem:\n{}\n\nSolution:",
                       Strip(TextField(record.fields, "problem", record.where)));
  }
  static std::string Gold(const Record& record) {
    auto gold = BoxedAnswer(TextField(record.fields, "solution", record.where));
    if (!gold) throw Error("the solution boxes no answer", record.where, kRestoreSet);
    if (gold->ends_with('.')) gold->pop_back();  // the end of the sentence, in one of the boxes
    return *gold;
  }
};

}  // namespace

const TaskKind& GsmKind() {
  static const Gsm kind;
  return kind;
}

const TaskKind& MathKind() {
  static const Math kind;
  return kind;
}

}  // namespace cria::eval
