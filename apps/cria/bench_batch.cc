// cria bench batch: the speed of writing several texts at once, through the engine.
#include <algorithm>
#include <chrono>
#include <iostream>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "command.h"
#include "infer/engine.h"
#include "infer/load.h"

namespace cria::app {
namespace {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

struct BatchFlags : CommonFlags {
  std::string model, kv_type = "f16";
  std::vector<int64_t> sequences = {1, 4, 8, 16};
  int64_t tokens = 64, behind = 16;
  int rounds = 3;
};

// A prompt of its own for each text, so that nothing is shared.
std::vector<int32_t> SomePrompt(const ModelConfig& config, int64_t n, int64_t which) {
  std::vector<int32_t> ids(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    ids[static_cast<size_t>(i)] =
        static_cast<int32_t>((i * 7919 + which * 104729 + 3) % config.vocab_size);
  }
  return ids;
}

// Tokens per second of `sequences` texts while all of them are being written: none ends before the
// last has begun and `tokens` more steps are made.
double Measure(const Context& context, infer::LoadedModel* model, const BatchFlags& flags,
               int64_t sequences) {
  const KvType type = flags.kv_type == "q8_0" ? KvType::kQ8_0 : KvType::kF16;
  const int64_t chunk = infer::PrefillChunk(*model->llama);
  const int64_t reading = (sequences * flags.behind + chunk - 1) / chunk + 1;  // steps
  const int64_t length = flags.behind + flags.tokens + reading + 1;
  if (length > model->config.max_seq_len) {
    throw Error(fmt::format("{} tokens, {} of them behind {} and {} while the others are read, are "
                            "more than the model's context of {}",
                            length, flags.tokens, flags.behind, reading, model->config.max_seq_len),
                "--tokens", "ask for fewer, or fewer --sequences");
  }
  // One block more for each than it fills: with less the scheduler would not admit all at once.
  infer::LlamaStepModel step_model(model->llama.get(), type,
                                   sequences * (KvPool::BlocksFor(length) + 1));
  infer::Engine engine(&context, &step_model, {.max_sequences = sequences, .prefill_chunk = chunk});
  int64_t begun = 0, made = 0;
  for (int64_t i = 0; i < sequences; ++i) {
    infer::Request request{.prompt = SomePrompt(model->config, flags.behind, i),
                           .max_new_tokens = flags.tokens + reading + 1,
                           .sampling = {.temperature = 0}};
    request.on_token = [&](const infer::TokenEvent& event) {
      (event.index == 0 ? begun : made) += 1;
    };
    engine.Submit(std::move(request));
  }
  while (begun < sequences && engine.Step()) ThrowIfInterrupted();
  made = 0;
  const auto start = Clock::now();
  for (int64_t step = 0; step < flags.tokens; ++step) {
    ThrowIfInterrupted();
    engine.Step();
  }
  CRIA_CHECK(made == sequences * flags.tokens, "{} tokens of {} texts", made, sequences);
  return static_cast<double>(made) / Seconds(start);
}

void RunBatch(const BatchFlags& flags) {
  const Context context = flags.MakeContext();
  infer::LoadedModel model =
      infer::LoadModel(context, flags.model, {.tokenizer = {}, .needs_tokenizer = false});
  // Rounds go through all batches in turn, so that a slow moment of the machine hits all alike; the
  // first only warms up.
  std::vector<std::vector<double>> speeds(flags.sequences.size());
  for (int round = 0; round <= flags.rounds; ++round) {
    for (size_t i = 0; i < speeds.size(); ++i) {
      const double speed = Measure(context, &model, flags, flags.sequences[i]);
      if (round > 0) speeds[i].push_back(speed);
    }
  }
  Json rows = Json::array();
  for (size_t i = 0; i < speeds.size(); ++i) {
    std::sort(speeds[i].begin(), speeds[i].end());
    const double speed = speeds[i][speeds[i].size() / 2];
    rows.push_back({{"sequences", flags.sequences[i]},
                    {"tokens_per_s", speed},
                    {"tokens_per_s_each", speed / static_cast<double>(flags.sequences[i])}});
  }
  if (flags.json) {
    std::cout << Json{{"model", flags.model},
                      {"tokens", flags.tokens},
                      {"behind", flags.behind},
                      {"kv_type", flags.kv_type},
                      {"batches", rows}}
                     .dump()
              << "\n";
    return;
  }
  fmt::print("{} tokens each behind {}, {} cache, greedy; median of {}\n", flags.tokens,
             flags.behind, flags.kv_type, flags.rounds);
  fmt::print("{:>10}{:>12}{:>12}{:>9}\n", "sequences", "tokens/s", "each", "ratio");
  for (const Json& row : rows) {
    const double speed = row["tokens_per_s"].get<double>();
    fmt::print("{:>10}{:>12.1f}{:>12.1f}{:>9.2f}\n", row["sequences"].get<int64_t>(), speed,
               row["tokens_per_s_each"].get<double>(),
               speed / rows[0]["tokens_per_s"].get<double>());
  }
}

}  // namespace

void AddBenchBatch(CLI::App* bench) {
  auto f = std::make_shared<BatchFlags>();
  CLI::App* c = AddCommand(bench, "batch", "Speed of writing several texts at once", f.get(),
                           [f] { RunBatch(*f); });
  c->add_option("MODEL", f->model, "Any model")->required();
  AddDeviceFlag(c, f.get());
  c->add_option("--sequences", f->sequences, "Texts at once, such as 1,4,8,16")
      ->capture_default_str()
      ->delimiter(',')
      ->check(CLI::Range(int64_t{1}, int64_t{4096}));
  c->add_option("--tokens", f->tokens, "Tokens of each text")
      ->capture_default_str()
      ->check(Above0());
  c->add_option("--behind", f->behind, "Tokens of each prompt")
      ->capture_default_str()
      ->check(Above0());
  c->add_option("--kv-type", f->kv_type, "Numbers of the KV cache")
      ->capture_default_str()
      ->check(CLI::IsMember({"f16", "q8_0"}));
  c->add_option("--rounds", f->rounds, "Rounds, of which the median counts")
      ->capture_default_str()
      ->check(Above0());
}

}  // namespace cria::app
