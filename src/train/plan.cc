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
constexpr int64_t kMicroTokens = 4096;
// Of the free memory; the rest is for the shards' pages and the rest of the machine.
constexpr double kMemoryShare = 0.9;
// Tokens per step = factor flops^power (plan.h).
constexpr double kBatchFactor = 0.0219, kBatchPower = 0.3657;

}  // namespace

double DefaultLearningRate(double flops) { return 0.2 * std::pow(flops, -0.125); }

int64_t DefaultBatchTokens(double flops) {
  return std::llround(kBatchFactor * std::pow(flops, kBatchPower));
}

int64_t DefaultWarmup(int64_t total_steps) {
  const int64_t share = std::clamp<int64_t>(total_steps * 4 / 100, 10, 2000);
  return std::min(share, total_steps / 2);
}

int64_t ChooseMicroRows(const ModelConfig& config, Precision precision, int64_t seq_len,
                        int64_t requested, const RankMemory& memory) {
  const double limit = kMemoryShare * static_cast<double>(memory.available_bytes);
  const auto needed = [&](int64_t rows) {
    return static_cast<double>(
        TrainingMemoryBytes(config, precision, rows, seq_len, memory.ranks, memory.zero));
  };
  int64_t rows = requested > 0 ? requested : std::max<int64_t>(1, kMicroTokens / seq_len);
  while (requested == 0 && rows > 1 && needed(rows) > limit) rows /= 2;
  if (needed(rows) > limit) {
    throw Error(
        fmt::format("training needs {} of memory, {} are free", FormatBytes(needed(rows)),
                    FormatBytes(static_cast<double>(memory.available_bytes))),
        fmt::format("{} parameters, {} x {} tokens at once",
                    FormatCount(static_cast<double>(ParameterCount(config))), rows, seq_len),
        rows > 1 ? "lower --micro-rows"
        : memory.ranks > 1 && memory.zero < 3
            ? "share more with --zero 3, or lower --params or --seq-len"
            : "lower --params or --seq-len, or train on more machines (docs/distributed.md)");
  }
  return rows;
}

Plan MakePlan(const ModelConfig& config, const TrainOptions& options, int64_t micro_rows,
              double expected_tokens, int ranks) {
  Plan plan;
  plan.seq_len = options.seq_len > 0 ? options.seq_len : config.max_seq_len;
  if (plan.seq_len > config.max_seq_len) {
    throw Error(
        fmt::format("sequences of {} tokens, a model of {}", plan.seq_len, config.max_seq_len),
        "--seq-len", "train with sequences no longer than the model's context");
  }
  const double flops_per_token = TrainFlopsPerToken(config, plan.seq_len);
  double tokens = options.tokens > 0 ? static_cast<double>(options.tokens) : expected_tokens;
  int64_t batch_tokens = options.batch_tokens;
  if (batch_tokens == 0) {
    if (options.steps > 0) {
      // Batch and length depend on each other: B = factor (flops_per_token * steps * B)^power.
      const double k = kBatchFactor *
                       std::pow(flops_per_token * static_cast<double>(options.steps), kBatchPower);
      batch_tokens = std::llround(std::pow(k, 1 / (1 - kBatchPower)));
    } else {
      batch_tokens = DefaultBatchTokens(flops_per_token * tokens);
    }
  }
  plan.batch_rows = std::max<int64_t>(1, (batch_tokens + plan.seq_len / 2) / plan.seq_len);
  plan.micro_rows = std::min(micro_rows, plan.batch_rows);
  if (options.micro_rows == 0) {
    plan.micro_rows = std::clamp<int64_t>(plan.batch_rows / ranks, 1, plan.micro_rows);
  }
  RequirePieces(plan, ranks);

  const double batch = static_cast<double>(plan.batch_tokens());
  int64_t steps = options.steps;
  if (steps == 0) steps = static_cast<int64_t>(std::ceil(tokens / batch));
  steps = std::max<int64_t>(steps, 1);
  tokens = static_cast<double>(steps) * batch;
  Schedule& s = plan.schedule;
  s.peak = options.learning_rate > 0 ? options.learning_rate
                                     : DefaultLearningRate(flops_per_token * tokens);
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

void RequirePieces(const Plan& plan, int ranks) {
  if (plan.pieces() >= ranks) return;
  throw Error(fmt::format("a batch of {} x {} sequences has no work for {} ranks", plan.pieces(),
                          plan.micro_rows, ranks),
              fmt::format("{} tokens per step", plan.batch_tokens()),
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
