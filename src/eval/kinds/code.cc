// HumanEval (Chen et al. 2021) and MBPP (Austin et al. 2021): programs written in Python, run with
// the set's tests in a sandbox; pass@k by the unbiased estimator.
#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/hash.h"
#include "eval/grading/pass_at_k.h"
#include "eval/kinds/kinds.h"
#include "eval/kinds/set_files.h"
#include "eval/sandbox/sandbox.h"

namespace cria::eval {
namespace {

// Runs the program as human-eval does, in globals of its own. Only one that comes to its end gets
// to the exit status that was asked for: exiting on the way is not passing, whatever is printed.
constexpr const char* kRunner = R"(import os, sys
status = int(sys.stdin.readline())
with open("program.py", encoding="utf-8") as file:
    program = compile(file.read(), "program.py", "exec")
exec(program, {})
os._exit(status)
)";

// CPU time is what a program may use; the wall is for one that sleeps, and wide, so that a busy
// machine changes no score.
constexpr SandboxLimits kLimits{.seconds = 60, .cpu_seconds = 10};

bool Passes(const std::string& program, const Graders& graders) {
  const int status = 64 + static_cast<int>(Hash64(program) % 128);
  SandboxRequest request;
  // The standard library alone, and the same order in sets each time.
  request.command = {graders.python, "-s", "-S", "runner.py"};
  request.environment = {{"PYTHONHASHSEED", "0"}, {"PYTHONDONTWRITEBYTECODE", "1"}};
  request.files = {{"runner.py", kRunner}, {"program.py", program}};
  request.input = std::to_string(status) + "\n";
  request.limits = kLimits;
  const SandboxResult result = graders.sandbox->Run(request);
  return result.end == SandboxEnd::kExited && result.status == status;
}

// What both sets have in common: programs of samples, and how many of them pass.
class Programs : public TaskKind {
 public:
  bool writes() const override { return true; }
  const char* needs() const override { return "--run-code"; }
  std::vector<std::string> Metrics(const TaskSpec& task) const override {
    return {fmt::format("pass@{}", K(task)), "passed_share"};
  }
  std::vector<double> Judge(const TaskSpec& task, const Question& question,
                            const QuestionScore& score, const Graders& graders) const override {
    // Many samples are the same text, at low temperature above all.
    std::map<std::string, bool> passes;
    int64_t passed = 0;
    for (const std::string& written : score.written) {
      const auto [found, is_new] = passes.emplace(written, false);
      if (is_new) found->second = Passes(Program(question, written), graders);
      passed += found->second;
    }
    const auto samples = std::ssize(score.written);
    return {PassAtK(samples, passed, K(task)),
            static_cast<double>(passed) / static_cast<double>(samples)};
  }
  void Require(const TaskSpec& task, const Graders& graders) const override {
    if (K(task) > task.writing.samples) {
      throw Error(fmt::format("{} needs {} samples of each question, not {}", task.name, K(task),
                              task.writing.samples),
                  "--repeats", "give more");
    }
    if (graders.sandbox != nullptr) return;
    throw Error(fmt::format("{} runs programs that the model writes", task.name), "--run-code",
                "say so with --run-code: they run in a sandbox (docs/evaluation.md)");
  }

 protected:
  static int64_t K(const TaskSpec& task) {
    return JsonGetOr<int64_t>(task.body, "k", 1, task.where);
  }
  virtual std::string Program(const Question& question, const std::string& written) const = 0;
};

class HumanEval : public Programs {
 public:
  const char* name() const override { return "human_eval"; }
  std::vector<std::string_view> keys() const override { return {"files", "k"}; }
  std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const override {
    std::vector<Question> questions;
    for (const Record& record : ReadJsonLines(FirstOf(task, folder))) {
      const auto text = [&](const char* field) {
        return TextField(record.fields, field, record.where);
      };
      questions.push_back(
          {.id = record.where,
           .contexts = {text("prompt")},
           .truth = {{"test", text("test")}, {"entry_point", text("entry_point")}}});
    }
    return questions;
  }

 protected:
  std::string Program(const Question& question, const std::string& written) const override {
    return fmt::format("{}{}\n{}\ncheck({})\n", question.contexts[0], written,
                       question.truth["test"].get<std::string>(),
                       question.truth["entry_point"].get<std::string>());
  }
};

class Mbpp : public Programs {
 public:
  const char* name() const override { return "mbpp"; }
  std::vector<std::string_view> keys() const override { return {"files", "shots", "k"}; }
  // Problems 11 to 510 are asked; 1 to 10 are for prompts, of which 2, 3 and 4 were given.
  std::vector<Question> Read(const TaskSpec& task, const fs::path& folder) const override {
    std::vector<std::string> solved, spare;
    std::vector<Question> questions;
    for (const Record& record : ReadJsonLines(FirstOf(task, folder))) {
      const Json& number = Field(record.fields, "task_id", record.where);
      if (!number.is_number_integer()) {
        throw Error("task_id is no number", record.where, kRestoreSet);
      }
      if (number <= 10) {
        (number >= 2 && number <= 4 ? solved : spare).push_back(Solved(record));
      } else if (number <= 510) {
        const std::string tests = Tests(record);
        questions.push_back({.id = record.where,
                             .contexts = {Asked(record, tests)},
                             .truth = {{"setup", SetUp(record)}, {"tests", tests}}});
      }
    }
    solved.insert(solved.end(), spare.begin(), spare.end());
    solved.resize(std::min(solved.size(), static_cast<size_t>(task.shots)));
    for (Question& question : questions) question.shots = solved;
    return questions;
  }

 protected:
  std::string Program(const Question& question, const std::string& written) const override {
    return fmt::format("{}\n{}\n{}\n", written, question.truth["setup"].get<std::string>(),
                       question.truth["tests"].get<std::string>());
  }

 private:
  static std::string Plain(std::string text) {  // the set has line ends of both kinds
    std::erase(text, '\r');
    return Strip(text);
  }
  static std::string SetUp(const Record& record) {
    return Plain(JsonGetOr<std::string>(record.fields, "test_setup_code", "", record.where));
  }
  static std::string Tests(const Record& record) {
    std::vector<std::string> tests;
    for (const Json& test : Field(record.fields, "test_list", record.where)) {
      tests.push_back(Plain(TextOf(test, record.where)));
    }
    if (tests.empty()) throw Error("the problem has no tests", record.where, kRestoreSet);
    return fmt::format("{}", fmt::join(tests, "\n"));
  }
  static std::string Asked(const Record& record, const std::string& tests) {
    return fmt::format(
        "You are an expert Python programmer, and here is your task: {} Your code should pass "
        "these "
        "tests:\n\n{}\n[BEGIN]\n",
        Plain(TextField(record.fields, "text", record.where)), tests);
  }
  static std::string Solved(const Record& record) {
    return fmt::format("{}{}\n[DONE]\n\n", Asked(record, Tests(record)),
                       Plain(TextField(record.fields, "code", record.where)));
  }
};

}  // namespace

const TaskKind& HumanEvalKind() {
  static const HumanEval kind;
  return kind;
}

const TaskKind& MbppKind() {
  static const Mbpp kind;
  return kind;
}

}  // namespace cria::eval
