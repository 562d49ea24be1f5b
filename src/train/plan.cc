// The default laws and what follows from them.
#include "train/plan.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/units.h"
#include "train/learner.h"

namespace cria::train {
namespace {

// Enough rows for the matrix products to run at full speed, few enough for the caches.
constexpr int64_t kMicroTokens = 4096, kAcceleratedTokens = 16384;
// Of the free memory; the rest is for the shards' pages and the rest of the machine.
constexpr double kMemoryShare = 0.9;
// Tokens per step = factor tokens^power (plan.h).
constexpr double kBatchFactor = 0.37, kBatchPower = 0.58;

}  // namespace

double DefaultLearningRate(double parameters, double tokens) {
  return 0.95 * std::pow(parameters, -0.6) * std::pow(tokens, 0.2);
}

int64_t DefaultBatchTokens(double tokens) {
  return std::llround(kBatchFactor * std::pow(tokens, kBatchPower));
}

int64_t DefaultWarmup(int64_t total_steps) {
  const int64_t share = std::clamp<int64_t>(total_steps * 4 / 100, 10, 2000);
  return std::min(share, total_steps / 2);
}

namespace {

// Time of a pass relative to the fastest, by operations: a layer's forward pass is a third of its
// work and w1 w3 44 % of that; packing a layer twice costs as much as some 250 tokens of it; and
// short passes run the products below their speed.
double RelativeTime(const TrainingMemory& memory, int64_t tokens, bool gathers) {
  double time = 1 + 100 / static_cast<double>(tokens);
  if (memory.recompute >= Recompute::kNorms) time += 0.01;
  if (memory.recompute >= Recompute::kFeedForward) time += 0.14;
  if (memory.recompute >= Recompute::kLayers) time += 0.18;
  if (memory.stream_layers) time += 250 / static_cast<double>(tokens);
  if (memory.stream_layers && gathers) time += 0.5;  // what no other saving costs
  return time;
}

int64_t MemoryLimit(const RankMemory& memory) {
  if (memory.limit_bytes == 0) {
    return static_cast<int64_t>(kMemoryShare * static_cast<double>(memory.available_bytes));
  }
  if (memory.limit_bytes > memory.available_bytes) {
    throw Error(fmt::format("{} of memory are free for each rank, not {}",
                            FormatBytes(static_cast<double>(memory.available_bytes)),
                            FormatBytes(static_cast<double>(memory.limit_bytes))),
                "--memory", "lower it, or end other programs");
  }
  return memory.limit_bytes;
}

[[noreturn]] void ThrowTooLarge(const ModelConfig& config, const PassPlan& least, int64_t limit,
                                int64_t requested, const RankMemory& memory) {
  const char* remedy =
      memory.layout.data() > 1 && memory.layout.zero < 3
          ? "share more with --zero 3 or --tensor, or lower --params or --seq-len"
      : memory.layout.ranks > 1
          ? "share layers with --tensor, or lower --params or --seq-len"
          : "lower --params or --seq-len, or train on more machines (docs/distributed.md)";
  throw Error(
      fmt::format("training needs {} of memory, {} may be used",
                  FormatBytes(static_cast<double>(least.bytes)),
                  FormatBytes(static_cast<double>(limit))),
      fmt::format("{} parameters, {} sequences at once, as little kept as can be",
                  FormatCount(static_cast<double>(ParameterCount(config))), least.micro_rows),
      requested > 1 ? "lower --micro-rows" : remedy);
}

}  // namespace

PassPlan ChoosePass(const ModelConfig& config, Precision precision, OptimizerKind optimizer,
                    int64_t seq_len, int64_t requested, const RankMemory& memory) {
  const int64_t limit = MemoryLimit(memory);
  PassPlan best, least;
  double best_time = 0;
  const auto consider = [&](const PassPlan& plan) {
    if (least.bytes == 0 || plan.bytes < least.bytes) least = plan;
    const int zero = memory.layout.zero;
    const double time = RelativeTime(plan.memory, plan.micro_rows * seq_len,
                                     memory.layout.data() > 1 && (zero == 1 || zero == 2));
    if (plan.bytes > limit || (best.bytes > 0 && time >= best_time)) return;
    best = plan;
    best_time = time;
  };
  const int64_t tokens = memory.accelerated ? kAcceleratedTokens : kMicroTokens;
  const int64_t most = requested > 0 ? requested : std::max<int64_t>(1, tokens / seq_len);
  for (int64_t rows = most; rows >= 1; rows /= 2) {
    for (const bool stream : {false, true}) {
      for (const Recompute recompute : kRecomputes) {
        PassPlan plan{rows, {recompute, stream}, 0};
        plan.bytes = memory.base_bytes + LearnerBytes(config, precision, optimizer,
                                                      {rows * seq_len, 1, memory.accelerated},
                                                      memory.layout, plan.memory);
        consider(plan);
      }
    }
    if (requested > 0) break;
  }
  if (best.bytes == 0) ThrowTooLarge(config, least, limit, requested, memory);
  return best;
}

Plan MakePlan(const ModelConfig& config, const TrainOptions& options, int64_t micro_rows,
              double expected_tokens, int data_ranks) {
  Plan plan;
  plan.seq_len = options.seq_len > 0 ? options.seq_len : config.max_seq_len;
  if (plan.seq_len > config.max_seq_len) {
    throw Error(
        fmt::format("sequences of {} tokens, a model of {}", plan.seq_len, config.max_seq_len),
        "--seq-len", "train with sequences no longer than the model's context");
  }
  const auto parameters = static_cast<double>(ParameterCount(config));
  double tokens = options.tokens > 0 ? static_cast<double>(options.tokens) : expected_tokens;
  int64_t batch_tokens = options.batch_tokens;
  if (batch_tokens == 0) {
    if (options.steps > 0) {
      // Batch and length depend on each other: B = factor (steps B)^power. It grows faster than the
      // steps, so that many of them would ask for more tokens than a model of this size is given.
      const double k = kBatchFactor * std::pow(static_cast<double>(options.steps), kBatchPower);
      batch_tokens = std::min(std::llround(std::pow(k, 1 / (1 - kBatchPower))),
                              static_cast<long long>(DefaultBatchTokens(20 * parameters)));
    } else {
      batch_tokens = DefaultBatchTokens(tokens);
    }
  }
  plan.batch_rows = std::max<int64_t>(1, (batch_tokens + plan.seq_len / 2) / plan.seq_len);
  plan.micro_rows = std::min(micro_rows, plan.batch_rows);
  if (options.micro_rows == 0) {
    plan.micro_rows = std::clamp<int64_t>(plan.batch_rows / data_ranks, 1, plan.micro_rows);
  }
  RequirePieces(plan, data_ranks);

  const double batch = static_cast<double>(plan.batch_tokens());
  int64_t steps = options.steps;
  if (steps == 0) steps = static_cast<int64_t>(std::ceil(tokens / batch));
  steps = std::max<int64_t>(steps, 1);
  tokens = static_cast<double>(steps) * batch;
  Schedule& s = plan.schedule;
  s.peak =
      options.learning_rate > 0 ? options.learning_rate : DefaultLearningRate(parameters, tokens);
  s.final_share = options.final_share;
  s.warmup_steps = options.warmup_steps >= 0 ? options.warmup_steps : DefaultWarmup(steps);
  // The first steps of a run bounded by time show its speed.
  if (options.seconds > 0) s.warmup_steps = std::max<int64_t>(1, s.warmup_steps);
  if (options.seconds == 0) {
    s.total_steps = steps;
    plan.validate_every = ValidationInterval(options, plan, steps);
  }
  return plan;
}

void RequirePieces(const Plan& plan, int data_ranks) {
  if (plan.pieces() >= data_ranks) return;
  throw Error(fmt::format("a batch of {} pieces has no work for {} ranks or groups of them",
                          plan.pieces(), data_ranks),
              fmt::format("{} sequences per step, {} at once", plan.batch_rows, plan.micro_rows),
              "start fewer ranks, lower --micro-rows or raise --batch");
}

int64_t ValidationInterval(const TrainOptions& options, const Plan& plan, int64_t total_steps) {
  if (options.validate_every > 0) return options.validate_every;
  if (options.validation_tokens == 0) return total_steps;
  // A forward pass is a third of a training step; validation may cost 2 % of the run.
  const double run_tokens = static_cast<double>(total_steps * plan.batch_tokens());
  const double times = 0.02 * 3 * run_tokens / static_cast<double>(options.validation_tokens);
  return std::max<int64_t>(
      1, std::llround(static_cast<double>(total_steps) / std::clamp(times, 2.0, 20.0)));
}

Json PlanToJson(const Plan& p) {
  return Json{{"seq_len", p.seq_len},
              {"batch_rows", p.batch_rows},
              {"micro_rows", p.micro_rows},
              {"validate_every", p.validate_every},
              {"schedule", ScheduleToJson(p.schedule)}};
}

Plan PlanFromJson(const Json& json, const std::string& where) {
  Plan p;
  p.seq_len = JsonGet<int64_t>(json, "seq_len", where);
  p.batch_rows = JsonGet<int64_t>(json, "batch_rows", where);
  p.micro_rows = JsonGet<int64_t>(json, "micro_rows", where);
  p.validate_every = JsonGet<int64_t>(json, "validate_every", where);
  p.schedule = ScheduleFromJson(JsonGet<Json>(json, "schedule", where), where);
  if (p.seq_len < 1 || p.batch_rows < 1 || p.micro_rows < 1 || p.micro_rows > p.batch_rows) {
    throw Error("the sizes of the run make no sense", where,
                "restore the file, or train again with --force");
  }
  return p;
}

}  // namespace cria::train
