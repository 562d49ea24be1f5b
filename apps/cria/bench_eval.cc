// cria bench eval: questions of a set through the engine, that shares what they have in common,
// against each request by itself, and against the speed of reading prompts.
#include <algorithm>
#include <chrono>
#include <iostream>

#include "base/error.h"
#include "command.h"
#include "eval/llama_language_model.h"
#include "eval_tasks.h"
#include "infer/load.h"
#include "model/sequence.h"

namespace cria::app {
namespace {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

struct Flags : CommonFlags {
  std::string model, data, task = "mmlu";
  int64_t questions = 64, prefill = 512;
  int rounds = 3;
};

// The scores of both ways must be the same.
struct Outcome {
  double seconds = 0;
  int64_t computed_tokens = 0;
  eval::TaskResult result;
};

Outcome Ask(const Context& context, const infer::LoadedModel& model, const TaskSet& set,
            bool alone) {
  eval::LlamaLanguageModel language_model(&context, model.llama.get());
  if (alone) language_model.set_alone();
  Outcome outcome;
  const auto start = Clock::now();
  outcome.result =
      eval::RunTask(&language_model, CodecOf(*model.tokenizer), set.task, set.questions);
  outcome.seconds = Seconds(start);
  outcome.computed_tokens = language_model.computed_tokens();
  return outcome;
}

void RequireSame(const eval::TaskResult& a, const eval::TaskResult& b) {
  for (size_t q = 0; q < a.scores.size(); ++q) {
    for (size_t c = 0; c < a.scores[q].choices.size(); ++c) {
      CRIA_CHECK(a.scores[q].choices[c].logprob == b.scores[q].choices[c].logprob,
                 "question {}, choice {}", q, c);
    }
  }
}

double PrefillSpeed(const Context& context, const infer::LoadedModel& model, int64_t tokens) {
  Sequence sequence(model.llama.get(), tokens + 1);
  std::vector<int32_t> ids(static_cast<size_t>(tokens));
  for (int64_t i = 0; i < tokens; ++i) {
    ids[static_cast<size_t>(i)] = static_cast<int32_t>((i * 7919 + 3) % model.config.vocab_size);
  }
  std::vector<float> logits(static_cast<size_t>(model.config.vocab_size));
  const auto start = Clock::now();
  sequence.Feed(context, ids, false, false, logits.data());
  return static_cast<double>(tokens) / Seconds(start);
}

double Median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return x[x.size() / 2];
}

void Run(const Flags& flags) {
  const std::vector<TaskSet> sets = ReadTaskSets({.tasks = {flags.task},
                                                  .folder = flags.data,
                                                  .limit = flags.questions,
                                                  .allow_modified = true});
  if (sets[0].task.kind->writes()) {
    throw Error(flags.task + " writes its replies", "--task", "name one of ranked choices");
  }
  const Context context = flags.MakeContext();
  const infer::LoadedModel model = infer::LoadModel(context, flags.model, {});
  const int64_t prefill = std::min(flags.prefill, model.config.max_seq_len - 1);
  PrefillSpeed(context, model, prefill);  // warms up
  std::vector<double> together, prefills;
  Outcome shared;
  for (int round = 0; round < flags.rounds; ++round) {
    prefills.push_back(PrefillSpeed(context, model, prefill));
    shared = Ask(context, model, sets[0], false);
    together.push_back(shared.seconds);
  }
  const Outcome alone = Ask(context, model, sets[0], true);
  RequireSame(shared.result, alone.result);
  const double seconds = Median(together), speed = Median(prefills);
  const double rate = static_cast<double>(shared.computed_tokens) / seconds;
  if (flags.json) {
    std::cout << Json{{"task", flags.task},
                      {"questions", sets[0].questions.size()},
                      {"seconds", seconds},
                      {"seconds_alone", alone.seconds},
                      {"computed_tokens", shared.computed_tokens},
                      {"computed_tokens_alone", alone.computed_tokens},
                      {"tokens_per_s", rate},
                      {"prefill_tokens_per_s", speed}}
                     .dump()
              << "\n";
    return;
  }
  fmt::print("{} questions of {}: {:.2f} s, each request alone {:.2f} s: {:.2f} times as fast\n",
             sets[0].questions.size(), flags.task, seconds, alone.seconds, alone.seconds / seconds);
  fmt::print(
      "{} tokens computed instead of {}; {:.1f} tokens/s, {:.0f} % of a prefill of {} ({:.1f})\n",
      shared.computed_tokens, alone.computed_tokens, rate, 100 * rate / speed, prefill, speed);
}

}  // namespace

void AddBenchEval(CLI::App* bench) {
  static Flags f;
  CLI::App* c = AddCommand(bench, "eval", "Speed of asking questions, shared prefixes and alone",
                           &f, [] { Run(f); });
  c->add_option("MODEL", f.model, "Any model with a tokenizer")->required();
  c->add_option("--data", f.data, "Folder of the sets")->required();
  c->add_option("--task", f.task, "A task of ranked choices")->capture_default_str();
  c->add_option("--questions", f.questions, "How many")->capture_default_str()->check(Above0());
  c->add_option("--prefill", f.prefill, "Tokens of the prompt to compare with")
      ->capture_default_str()
      ->check(Above0());
  c->add_option("--rounds", f.rounds, "Rounds, of which the median counts; alone once")
      ->capture_default_str()
      ->check(Above0());
  AddDeviceFlag(c, &f);
}

}  // namespace cria::app
