// What a run is asked to do and the recipe's defaults (LLaMA, section 2.2 and 2.3). A zero means:
// derived from the size of the model and of the run (plan.h).
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "model/llama.h"

namespace cria::train {

/// Muon: the layers' matrices step along orthogonalized momenta (muon.h), the rest as with AdamW.
enum class OptimizerKind { kAdamW, kMuon };
const char* OptimizerName(OptimizerKind kind);  ///< adamw, muon
/// Throws Error that names `where` and the choices.
OptimizerKind ParseOptimizer(const std::string& name, const std::string& where);

/// AdamW as in the paper. Its eps is not stated; 1e-8 is the common one and that of the reference
/// runs (Llama 2 states 1e-5, which damps small gradients of small models noticeably).
struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdamW;
  double beta1 = 0.9, beta2 = 0.95, eps = 1e-8;
  double weight_decay = 0.1;
  bool decay_norms = false;  ///< decay the norm gains too, not the matrices only
  double momentum = 0.95;    ///< of Muon
  double clip = 1.0;         ///< global gradient norm; 0: never clip
};

/// Tokens; what recipes and flags may ask for.
inline constexpr int64_t kLongestSequence = int64_t{1} << 20;

struct TrainOptions {
  /// Length of the run: exactly one of the three is set.
  int64_t steps = 0, tokens = 0;
  double seconds = 0;

  int64_t seq_len = 0;        ///< of the training sequences; 0: the model's context
  int64_t batch_tokens = 0;   ///< per step
  double learning_rate = 0;   ///< peak
  int64_t warmup_steps = -1;  ///< -1: derived
  double final_share = 0.1;   ///< of the peak learning rate at the end of the cosine
  OptimizerOptions optimizer;
  Precision precision = Precision::kF32;
  int64_t micro_rows = 0;  ///< sequences per forward and backward pass
  uint64_t seed = 1;
  double save_every_s = 0;            ///< 0: as often as costs at most 2 % of the time
  int64_t save_every_steps = 0;       ///< in place of time; 0: by time
  double rollback_above = 0;          ///< deviations that make a loss a spike (spike.h); 0: never
  int64_t validation_tokens = 16384;  ///< of held-out text per validation; 0: none
  int64_t validate_every = 0;         ///< steps; 0: up to 20 times, at most 2 % of the time
};

/// In a phrase, for people.
std::string Describe(const OptimizerOptions& options);

/// Throws Error, naming the flag, if the options make no sense.
void ValidateOptions(const TrainOptions& options);

Json OptionsToJson(const TrainOptions& options);
TrainOptions OptionsFromJson(const Json& json, const std::string& where);

}  // namespace cria::train
