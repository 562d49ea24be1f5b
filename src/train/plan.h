// The sizes a run goes by. What the user left open is derived once from the model, the length of
// the run and the machine's memory, then recorded, so that a resumed or repeated run never derives
// again.
#pragma once

#include <cstdint>

#include "model/config.h"
#include "train/layout.h"
#include "train/options.h"
#include "train/schedule.h"

namespace cria::train {

struct Plan {
  int64_t seq_len = 0;
  int64_t batch_rows = 0;      ///< sequences per step
  int64_t micro_rows = 0;      ///< of them in one forward and backward pass
  int64_t validate_every = 0;  ///< steps; 0: not known yet
  Schedule schedule;

  int64_t batch_tokens() const { return batch_rows * seq_len; }
  /// Passes per step, over all ranks; the last may be shorter.
  int64_t pieces() const { return (batch_rows + micro_rows - 1) / micro_rows; }
};

/// Peak learning rate of a model of so many parameters trained for so many tokens, 0.95
/// parameters^-0.6 tokens^0.2: near the best runs of 1M to 10M parameters (docs/LOG.md) and the
/// paper's 7B; its larger models have up to 1.8 times as much.
double DefaultLearningRate(double parameters, double tokens);
/// Tokens per step of a run of so many, 0.37 tokens^0.58: the exponent of Step Law (Li et al. 2025,
/// arXiv:2503.04715), the factor between the best runs of 4M and 12M tokens and the paper's.
int64_t DefaultBatchTokens(double tokens);
/// 4 % of the run, at least 10 steps (never more than half the run) and at most the paper's 2000.
int64_t DefaultWarmup(int64_t total_steps);

/// Panels and sums of the kernels: what each thread was seen to hold.
inline constexpr int64_t kThreadBytes = int64_t{3} << 20;
/// What the kernels of an accelerator keep beside their operands, and larger blocks of logits.
inline constexpr int64_t kDeviceScratchBytes = int64_t{2} << 30;

/// What one rank of a run has.
struct RankMemory {
  int64_t available_bytes = 0;
  int64_t limit_bytes = 0;   ///< what it may use; 0: nine tenths of what is available
  int64_t base_bytes = 0;    ///< what the process has and the kernels take beside the learner
  bool accelerated = false;  ///< it is an accelerator's memory: longer passes keep that busy
  Layout layout = {};
};

/// How a pass goes through the memory.
struct PassPlan {
  int64_t micro_rows = 0;
  TrainingMemory memory;
  int64_t bytes = 0;  ///< of one rank, at most
};

/// The fastest way that fits: `requested` sequences per pass, or about 4096 tokens (16384 on an
/// accelerator) or as many as go; activations kept or computed again; packed weights kept or made
/// layer by layer. Throws Error if not even one sequence (or what was asked for) fits.
PassPlan ChoosePass(const ModelConfig& config, Precision precision, OptimizerKind optimizer,
                    int64_t seq_len, int64_t requested, const RankMemory& memory);

/// Fills in everything. `micro_rows` is lowered where the batch would not give each of the ranks
/// that share it a piece.
/// `expected_tokens`: of the whole run, for one bounded by time (its schedule's total stays 0 until
/// measured); ignored otherwise.
Plan MakePlan(const ModelConfig& config, const TrainOptions& options, int64_t micro_rows,
              double expected_tokens, int data_ranks = 1);

/// Throws Error if the plan has fewer pieces than there are ranks that share the batch.
void RequirePieces(const Plan& plan, int data_ranks);

/// Steps between validations of a run of `total_steps`.
int64_t ValidationInterval(const TrainOptions& options, const Plan& plan, int64_t total_steps);

Json PlanToJson(const Plan& plan);
Plan PlanFromJson(const Json& json, const std::string& where);

}  // namespace cria::train
