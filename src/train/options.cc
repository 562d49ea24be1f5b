// Checks, and the options as JSON.
#include "train/options.h"

#include "base/error.h"

namespace cria::train {
namespace {

void Require(bool condition, const std::string& what, const char* flag, const char* remedy) {
  if (!condition) throw Error(what, flag, remedy);
}

}  // namespace

const char* OptimizerName(OptimizerKind kind) {
  return kind == OptimizerKind::kMuon ? "muon" : "adamw";
}

OptimizerKind ParseOptimizer(const std::string& name, const std::string& where) {
  for (const OptimizerKind kind : {OptimizerKind::kAdamW, OptimizerKind::kMuon}) {
    if (name == OptimizerName(kind)) return kind;
  }
  throw Error(fmt::format("unknown optimizer \"{}\"", name), where, "use adamw or muon");
}

std::string Describe(const OptimizerOptions& o) {
  const std::string adam =
      fmt::format("AdamW, betas {:g} and {:g}, eps {:g}", o.beta1, o.beta2, o.eps);
  return fmt::format(
      "{}, weight decay {:g} on matrices",
      o.kind == OptimizerKind::kMuon
          ? fmt::format("Muon, momentum {:g}; for embedding, output and norms {}", o.momentum, adam)
          : adam,
      o.weight_decay);
}

void ValidateOptions(const TrainOptions& o) {
  const int lengths = (o.steps != 0) + (o.tokens != 0) + (o.seconds != 0);
  Require(lengths == 1, "the length of the run must be given once", "--steps, --tokens, --minutes",
          "give exactly one of them");
  Require(o.steps >= 0 && o.tokens >= 0 && o.seconds >= 0, "the run's length is negative",
          "--steps, --tokens, --minutes", "give a positive number");
  Require(o.seq_len >= 0 && o.seq_len != 1 && o.seq_len <= kLongestSequence,
          "sequences have from 2 to 1048576 tokens", "--seq-len", "use 256 or more");
  Require(o.batch_tokens >= 0 && o.batch_tokens <= int64_t{1} << 40, "that batch makes no sense",
          "--batch", "the paper's batch is 4M tokens");
  Require(o.batch_tokens == 0 || o.seq_len == 0 || o.batch_tokens >= o.seq_len,
          "the batch is smaller than one sequence", "--batch", "raise --batch or lower --seq-len");
  Require(o.learning_rate >= 0 && o.learning_rate < 1, "the learning rate must be in (0, 1)",
          "--lr", "the paper uses 3e-4 for 7B; small models take up to 5e-3");
  Require(o.warmup_steps >= -1, "the warm-up is negative", "--warmup", "give a number of steps");
  Require(o.steps == 0 || o.warmup_steps <= o.steps, "the warm-up is longer than the run",
          "--warmup", "lower it or raise --steps");
  Require(o.final_share >= 0 && o.final_share <= 1, "the final learning rate must be a share",
          "final_share", "the paper uses 0.1");
  Require(o.micro_rows >= 0 && o.micro_rows <= 1 << 24, "that many sequences at once make no sense",
          "--micro-rows", "leave it out");
  const OptimizerOptions& a = o.optimizer;
  Require(a.beta1 >= 0 && a.beta1 < 1 && a.beta2 >= 0 && a.beta2 < 1, "beta must be in [0, 1)",
          "beta1, beta2", "the paper uses 0.9 and 0.95");
  Require(a.momentum >= 0 && a.momentum < 1, "momentum must be in [0, 1)", "momentum",
          "0.95 is the usual one");
  Require(a.eps > 0 && a.weight_decay >= 0 && a.clip >= 0,
          "eps must be positive, weight decay and clip not negative", "eps, weight_decay, clip",
          "the paper uses 0.1 and 1.0");
  Require(o.validation_tokens >= 0 && o.validate_every >= 0 && o.save_every_s >= 0 &&
              o.save_every_steps >= 0,
          "an interval is negative", "--save-every, validation", "give a positive number");
  Require(o.save_every_s == 0 || o.save_every_steps == 0, "two intervals between checkpoints",
          "--save-every, --save-steps", "give one of them");
  Require(o.rollback_above == 0 || o.rollback_above >= 3,
          "a loss so little above the others is no spike", "--rollback-above",
          "give 3 or more, for example 8");
}

Json OptionsToJson(const TrainOptions& o) {
  return Json{{"steps", o.steps},
              {"tokens", o.tokens},
              {"seconds", o.seconds},
              {"seq_len", o.seq_len},
              {"batch_tokens", o.batch_tokens},
              {"learning_rate", o.learning_rate},
              {"warmup_steps", o.warmup_steps},
              {"final_share", o.final_share},
              {"optimizer", OptimizerName(o.optimizer.kind)},
              {"momentum", o.optimizer.momentum},
              {"beta1", o.optimizer.beta1},
              {"beta2", o.optimizer.beta2},
              {"eps", o.optimizer.eps},
              {"weight_decay", o.optimizer.weight_decay},
              {"decay_norms", o.optimizer.decay_norms},
              {"clip", o.optimizer.clip},
              {"precision", PrecisionName(o.precision)},
              {"micro_rows", o.micro_rows},
              {"seed", o.seed},
              {"save_every_s", o.save_every_s},
              {"save_every_steps", o.save_every_steps},
              {"rollback_above", o.rollback_above},
              {"validation_tokens", o.validation_tokens},
              {"validate_every", o.validate_every}};
}

TrainOptions OptionsFromJson(const Json& json, const std::string& where) {
  TrainOptions o;
  o.steps = JsonGet<int64_t>(json, "steps", where);
  o.tokens = JsonGet<int64_t>(json, "tokens", where);
  o.seconds = JsonGet<double>(json, "seconds", where);
  o.seq_len = JsonGet<int64_t>(json, "seq_len", where);
  o.batch_tokens = JsonGet<int64_t>(json, "batch_tokens", where);
  o.learning_rate = JsonGet<double>(json, "learning_rate", where);
  o.warmup_steps = JsonGet<int64_t>(json, "warmup_steps", where);
  o.final_share = JsonGet<double>(json, "final_share", where);
  o.optimizer.kind = ParseOptimizer(
      JsonGetOr<std::string>(json, "optimizer", OptimizerName(OptimizerKind::kAdamW), where),
      where);
  o.optimizer.momentum = JsonGetOr(json, "momentum", o.optimizer.momentum, where);
  o.optimizer.beta1 = JsonGet<double>(json, "beta1", where);
  o.optimizer.beta2 = JsonGet<double>(json, "beta2", where);
  o.optimizer.eps = JsonGet<double>(json, "eps", where);
  o.optimizer.weight_decay = JsonGet<double>(json, "weight_decay", where);
  o.optimizer.decay_norms = JsonGet<bool>(json, "decay_norms", where);
  o.optimizer.clip = JsonGet<double>(json, "clip", where);
  const auto precision = JsonGet<std::string>(json, "precision", where);
  o.precision = precision == PrecisionName(Precision::kBF16) ? Precision::kBF16 : Precision::kF32;
  o.micro_rows = JsonGet<int64_t>(json, "micro_rows", where);
  o.seed = JsonGet<uint64_t>(json, "seed", where);
  o.save_every_s = JsonGet<double>(json, "save_every_s", where);
  o.save_every_steps = JsonGetOr<int64_t>(json, "save_every_steps", 0, where);
  o.rollback_above = JsonGetOr(json, "rollback_above", 0.0, where);
  o.validation_tokens = JsonGet<int64_t>(json, "validation_tokens", where);
  o.validate_every = JsonGet<int64_t>(json, "validate_every", where);
  ValidateOptions(o);
  return o;
}

}  // namespace cria::train
