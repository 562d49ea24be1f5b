// cria bench prefill, decode: the speed of running a model, as a share of what the machine's memory
// allows.
#include <algorithm>
#include <chrono>
#include <iostream>

#include "base/interrupt.h"
#include "base/units.h"
#include "command.h"
#include "infer/load.h"
#include "kernels/ceiling.h"
#include "model/sequence.h"

namespace cria::app {
namespace {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

struct SpeedFlags : CommonFlags {
  std::string model;
  int64_t tokens = 0, behind = 0;
  int rounds = 5;
};

std::vector<int32_t> SomeTokens(const ModelConfig& config, int64_t n) {
  std::vector<int32_t> ids(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    ids[static_cast<size_t>(i)] = static_cast<int32_t>((i * 7919 + 3) % config.vocab_size);
  }
  return ids;
}

double Median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return x[x.size() / 2];
}

/// Bytes of weights that one token reads: all but the embedding table, unless it is the output too.
int64_t BytesPerToken(const ModelFiles& files) {
  const int64_t table = files.Tensor("tok_embeddings.weight").stored_bytes();
  return files.stored_bytes() - (files.config.tied_embeddings ? 0 : table);
}

void RunSpeed(const SpeedFlags& flags, bool prefill) {
  const Context context = flags.MakeContext();
  const int64_t bytes = BytesPerToken(OpenModel(flags.model));
  const auto start = Clock::now();
  const infer::LoadedModel model =
      infer::LoadModel(context, flags.model, {.tokenizer = {}, .needs_tokenizer = false});
  const double load = Seconds(start);
  const int64_t tokens = std::min(flags.tokens, model.config.max_seq_len - flags.behind - 1);
  if (tokens <= 0) {
    throw Error(fmt::format("nothing fits behind {} tokens into the model's context of {}",
                            flags.behind, model.config.max_seq_len),
                "--behind", "ask for fewer");
  }
  Sequence sequence(model.llama.get(), flags.behind + tokens + 1);
  const std::vector<int32_t> ids = SomeTokens(model.config, tokens);
  std::vector<float> logits(static_cast<size_t>(model.config.vocab_size));
  std::vector<double> speeds, reads;
  for (int round = 0; round <= flags.rounds; ++round) {  // the first only warms up
    ThrowIfInterrupted();
    sequence.Truncate(0);
    if (flags.behind > 0) {
      sequence.Feed(context, SomeTokens(model.config, flags.behind), false, false, logits.data());
    }
    reads.push_back(kernels::MeasureMemory(context, 0.2).read);
    const auto begin = Clock::now();
    if (prefill) {
      sequence.Feed(context, ids, false, false, logits.data());
    } else {
      for (const int32_t id : ids) {
        sequence.Feed(context, {&id, 1}, true, false, logits.data());
      }
    }
    speeds.push_back(static_cast<double>(tokens) / Seconds(begin));
  }
  speeds.erase(speeds.begin());
  const double speed = Median(speeds), read = Median(reads);
  const double operations = 2 *
                            static_cast<double>(ParameterCount(model.config) -
                                                (model.config.tied_embeddings ? 1 : 2) *
                                                    model.config.vocab_size * model.config.dim) *
                            speed;
  if (flags.json) {
    std::cout << Json{{"model", flags.model},          {"tokens", tokens},
                      {"tokens_per_s", speed},         {"load_s", load},
                      {"bytes_per_token", bytes},      {"read_bytes_per_s", read},
                      {"operations_per_s", operations}}
                     .dump()
              << "\n";
    return;
  }
  fmt::print("{} of {} tokens behind {}: {:.1f} tokens/s, median of {}; loaded in {:.2f} s\n",
             prefill ? "prefill" : "decode", tokens, flags.behind, speed, flags.rounds, load);
  if (prefill) {
    fmt::print("{:.0f} GOP/s in the layers' products\n", operations / 1e9);
  } else {
    fmt::print(
        "{} of weights per token: {:.1f} GB/s, {:.0f} % of the {:.1f} GB/s this machine reads\n",
        FormatBytes(static_cast<double>(bytes)), static_cast<double>(bytes) * speed / 1e9,
        100 * static_cast<double>(bytes) * speed / read, read / 1e9);
  }
}

void AddSpeed(CLI::App* bench, const char* name, const char* what, int64_t tokens, bool prefill) {
  auto f = std::make_shared<SpeedFlags>();
  f->tokens = tokens;
  CLI::App* c = AddCommand(bench, name, what, f.get(), [f, prefill] { RunSpeed(*f, prefill); });
  c->add_option("MODEL", f->model, "Any model")->required();
  AddDeviceFlag(c, f.get());
  c->add_option("--tokens", f->tokens, "Tokens per round")->capture_default_str()->check(Above0());
  c->add_option("--behind", f->behind, "Tokens already in the cache")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  c->add_option("--rounds", f->rounds, "Rounds, of which the median counts")
      ->capture_default_str()
      ->check(Above0());
}

}  // namespace

void AddBenchInfer(CLI::App* bench) {
  AddSpeed(bench, "prefill", "Speed of reading a prompt", 512, true);
  AddSpeed(bench, "decode", "Speed of writing token by token", 64, false);
}

}  // namespace cria::app
