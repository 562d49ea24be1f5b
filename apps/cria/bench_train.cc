// cria bench train: tokens per second of a whole training step, as a share of the machine's product
// ceiling and, with --peer, beside PyTorch on the same work in the same minutes.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <optional>

#include "base/cpu.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/random.h"
#include "base/units.h"
#include "kernels/ceiling.h"
#include "model_flags.h"
#include "train/learner.h"
#include "train/plan.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  int64_t dim = 768, hidden = 0, seq_len = 512, vocab = 32000;
  int layers = 12, heads = 12, kv_heads = 0;
  std::vector<int64_t> rows = {4, 8, 16};
  double seconds = 6;
  int rounds = 3, passes = 1;
  std::string precision, memory, peer, optimizer = "adamw", python = "/usr/bin/python3";
};

using Clock = std::chrono::steady_clock;

double Median(std::vector<double> values) {
  CRIA_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

ModelConfig Config(const Flags& flags) {
  ModelConfig config;
  config.dim = flags.dim;
  config.n_layers = flags.layers;
  config.n_heads = flags.heads;
  config.n_kv_heads = flags.kv_heads > 0 ? flags.kv_heads : flags.heads;
  if (flags.dim % flags.heads != 0) {
    throw Error(fmt::format("{} heads do not divide dim {}", flags.heads, flags.dim), "--heads",
                "choose a number of heads that divides --dim");
  }
  config.head_dim = static_cast<int>(flags.dim / flags.heads);
  config.hidden_dim = flags.hidden > 0 ? flags.hidden : HiddenDim(flags.dim, 256);
  config.vocab_size = flags.vocab;
  config.max_seq_len = flags.seq_len;
  ValidateConfig(config, "the shape's flags");
  return config;
}

Batch RandomBatch(const ModelConfig& config, int64_t rows, uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kTest);
  Batch batch{rows, config.max_seq_len, {}, {}};
  const auto vocab = static_cast<uint64_t>(config.vocab_size);
  for (int64_t i = 0; i < rows * config.max_seq_len; ++i) {
    batch.tokens.push_back(static_cast<int32_t>(random.NextBelow(vocab)));
    batch.targets.push_back(static_cast<int32_t>(random.NextBelow(vocab)));
  }
  return batch;
}

// Speed of every step for about `seconds`, at least three steps, after one that is not counted.
// After each, `probe` says what the machine gives at that moment; a GPU is asked behind the last.
std::vector<double> OwnSpeeds(const Context& context, std::span<const Batch> pieces, double seconds,
                              train::Learner* learner, kernels::ProductProbe* probe,
                              std::vector<double>* probed) {
  const auto tokens = static_cast<double>(std::ssize(pieces) * pieces[0].rows * pieces[0].seq_len);
  learner->Step(context, 1e-4, pieces);
  std::vector<double> speeds;
  const Clock::time_point begin = Clock::now();
  while (speeds.size() < 3 ||
         std::chrono::duration<double>(Clock::now() - begin).count() < seconds) {
    ThrowIfInterrupted();
    const Clock::time_point step = Clock::now();
    learner->Step(context, 1e-4, pieces);
    speeds.push_back(tokens / std::chrono::duration<double>(Clock::now() - step).count());
    if (probe != nullptr) probed->push_back(probe->Measure(context));
  }
  if (probe == nullptr) probed->push_back(kernels::MeasureProductCeiling(context));
  return speeds;
}

// The peer at its best settings (the AVX-512 kernels forced, tcmalloc): about twice its default.
std::vector<double> PeerSpeeds(const Flags& flags, const ModelConfig& config, int64_t rows,
                               const std::string& mode, int threads) {
  const std::string command = fmt::format(
      "ATEN_CPU_CAPABILITY=avx512 LD_PRELOAD=libtcmalloc_minimal.so.4 '{}' '{}' --dim {} "
      "--layers {} --heads {} --hidden {} --vocab {} --seq {} --rows {} --threads {} --seconds {} "
      "--mode {}",
      flags.python, flags.peer, config.dim, config.n_layers, config.n_heads, config.hidden_dim,
      config.vocab_size, config.max_seq_len, rows, threads, flags.seconds, mode);
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  while (pipe != nullptr && std::fgets(buffer, sizeof buffer, pipe) != nullptr) text += buffer;
  if (pipe == nullptr || ::pclose(pipe) != 0) {
    throw Error("the peer failed", command,
                "install python3-torch and libtcmalloc-minimal4, or leave --peer out");
  }
  return JsonGet<std::vector<double>>(ParseJson(text, flags.peer), "tokens_per_s", flags.peer);
}

struct Best {
  double tokens_per_s = 0;
  std::string setting;
};

// Best median over the settings.
Best FindBest(const std::map<std::string, std::vector<double>>& speeds) {
  Best best;
  for (const auto& [setting, values] : speeds) {
    const double median = Median(values);
    if (median > best.tokens_per_s) best = {median, setting};
  }
  return best;
}

struct Ceiling {
  double best = 0;    ///< FLOP/s, measured before
  double beside = 0;  ///< of one large product between the steps, median
};

void PrintResult(const Flags& flags, const ModelConfig& config, const train::PassPlan& pass,
                 int64_t held_bytes, const Ceiling& ceiling, const Best& own, const Best& peer) {
  const double flops = own.tokens_per_s * TrainFlopsPerToken(config, flags.seq_len);
  if (flags.json) {
    Json json{{"model", ConfigToJson(config)},
              {"tokens_per_s", own.tokens_per_s},
              {"setting", own.setting},
              {"flops", flops},
              {"planned_bytes", pass.bytes},
              {"held_bytes", held_bytes},
              {"recomputed", RecomputeName(pass.memory.recompute)},
              {"ceiling_flops", ceiling.best},
              {"ceiling_share", flops / ceiling.best},
              {"ceiling_beside_flops", ceiling.beside},
              {"ceiling_beside_share", flops / ceiling.beside}};
    if (peer.tokens_per_s > 0) {
      json["peer_tokens_per_s"] = peer.tokens_per_s;
      json["peer_setting"] = peer.setting;
      json["ratio"] = own.tokens_per_s / peer.tokens_per_s;
    }
    std::cout << json.dump(1) << "\n";
    return;
  }
  fmt::print("dim {}, {} layers, {} heads, hidden {}, vocabulary {}, sequence {}: {} parameters\n",
             config.dim, config.n_layers, config.n_heads, config.hidden_dim, config.vocab_size,
             flags.seq_len, FormatCount(static_cast<double>(ParameterCount(config))));
  fmt::print("cria     {:>9.0f} tokens/s  ({}), {:.0f} GFLOP/s\n", own.tokens_per_s, own.setting,
             flops / 1e9);
  fmt::print("ceiling  {:>9.0f} tokens/s  (best product {:.0f} GFLOP/s): share {:.1f} %\n",
             ceiling.best / TrainFlopsPerToken(config, flags.seq_len), ceiling.best / 1e9,
             100 * flops / ceiling.best);
  fmt::print(
      "         {:>9.0f} tokens/s  (a product between the steps {:.0f} GFLOP/s): share {:.1f} %\n",
      ceiling.beside / TrainFlopsPerToken(config, flags.seq_len), ceiling.beside / 1e9,
      100 * flops / ceiling.beside);
  fmt::print("memory   {} planned, {} held{}{}\n", FormatBytes(static_cast<double>(pass.bytes)),
             FormatBytes(static_cast<double>(held_bytes)),
             pass.memory.recompute > Recompute::kNone
                 ? fmt::format("; computed again: {}", RecomputeName(pass.memory.recompute))
                 : "",
             pass.memory.stream_layers ? "; weights packed layer by layer" : "");
  if (peer.tokens_per_s > 0) {
    fmt::print("PyTorch  {:>9.0f} tokens/s  ({}): ratio {:.2f}\n", peer.tokens_per_s, peer.setting,
               own.tokens_per_s / peer.tokens_per_s);
  }
}

void Run(const Flags& flags) {
  if (!flags.peer.empty() && (flags.kv_heads > 0 || flags.passes > 1)) {
    throw Error("the peer knows neither grouped heads nor several passes", "--peer",
                "leave out --kv-heads and --passes, or the peer");
  }
  const Context context = flags.MakeContext();
  const ModelConfig config = Config(flags);
  const Precision precision = PrecisionNamed(flags.precision, context);
  train::OptimizerOptions optimizer;
  optimizer.kind = train::ParseOptimizer(flags.optimizer, "--optimizer");
  Accelerator* const device = context.accelerator();
  Ceiling ceiling = {.best = kernels::MeasureProductCeiling(context)};
  std::optional<kernels::ProductProbe> probe;
  if (device == nullptr) probe.emplace(context);
  // As a run of the largest pass would go through the memory.
  const train::PassPlan pass = train::ChoosePass(
      config, precision, optimizer.kind, flags.seq_len,
      *std::max_element(flags.rows.begin(), flags.rows.end()),
      {.available_bytes = device != nullptr ? device->memory().free_bytes : AvailableMemoryBytes(),
       .limit_bytes = flags.memory.empty() ? 0 : ParseBytes(flags.memory, "--memory"),
       .base_bytes = device != nullptr
                         ? train::kDeviceScratchBytes
                         : ProcessMemoryBytes() + context.threads() * train::kThreadBytes,
       .accelerated = device != nullptr});
  train::Learner learner(config, optimizer, precision, {}, pass.memory, device);
  learner.Initialize(context, flags.seed);
  std::vector<double> probed;
  std::map<std::string, std::vector<double>> own, peer;
  // Turn and turn about, so that whatever else the machine does hits both alike.
  for (int round = 0; round < flags.rounds; ++round) {
    for (const int64_t rows : flags.rows) {
      ThrowIfInterrupted();
      const auto add = [](std::vector<double>* to, const std::vector<double>& more) {
        to->insert(to->end(), more.begin(), more.end());
      };
      add(&own[fmt::format("{}, {} x {} sequences per step", PrecisionName(precision), flags.passes,
                           rows)],
          OwnSpeeds(context,
                    std::vector<Batch>(static_cast<size_t>(flags.passes),
                                       RandomBatch(config, rows, flags.seed)),
                    flags.seconds, &learner, probe ? &*probe : nullptr, &probed));
      if (flags.peer.empty()) continue;
      for (const std::string mode : {"autocast", "bf16"}) {
        add(&peer[fmt::format("{}, {} sequences per step", mode, rows)],
            PeerSpeeds(flags, config, rows, mode, context.threads()));
      }
    }
  }
  ceiling.beside = Median(probed);
  const int64_t held = device != nullptr
                           ? device->memory().total_bytes - device->memory().free_bytes
                           : ProcessMemoryBytes();
  PrintResult(flags, config, pass, held, ceiling, FindBest(own), FindBest(peer));
}

}  // namespace

void AddBenchTrain(CLI::App* bench) {
  auto f = std::make_shared<Flags>();
  CLI::App* c = AddCommand(bench, "train", "Training throughput against ceiling and peer", f.get(),
                           [f] { Run(*f); });
  c->add_option("--dim", f->dim, "Width")->capture_default_str();
  c->add_option("--layers", f->layers, "Layers")->capture_default_str();
  c->add_option("--heads", f->heads, "Attention heads")->capture_default_str()->check(Above0());
  c->add_option("--kv-heads", f->kv_heads, "Key/value heads (default: as many)")->check(Above0());
  c->add_option("--hidden", f->hidden, "Hidden size (default: the paper's rule)");
  c->add_option("--seq", f->seq_len, "Tokens per sequence")->capture_default_str();
  c->add_option("--vocab", f->vocab, "Vocabulary")->capture_default_str();
  c->add_option("--rows", f->rows, "Sequences per step; the best is taken")
      ->delimiter(',')
      ->capture_default_str()
      ->check(Above0());
  c->add_option("--passes", f->passes, "Passes of so many sequences in a step")
      ->capture_default_str()
      ->check(Above0());
  c->add_option("--seconds", f->seconds, "Time per measurement")->capture_default_str();
  c->add_option("--rounds", f->rounds, "Measurements of each setting")
      ->capture_default_str()
      ->check(Above0());
  AddPrecisionFlag(c, &f->precision);
  AddDeviceFlag(c, f.get());
  c->add_option("--optimizer", f->optimizer, "adamw or muon")
      ->check(CLI::IsMember({"adamw", "muon"}))
      ->capture_default_str();
  c->add_option("--memory", f->memory, "Memory to use, e.g. 22GB (default: most of what is free)");
  c->add_option("--peer", f->peer,
                "PyTorch script to measure beside (bench/train/pytorch_train.py)");
  c->add_option("--python", f->python, "Python that has torch")->capture_default_str();
  c->footer("Example: cria bench train --peer bench/train/pytorch_train.py");
}

}  // namespace cria::app
