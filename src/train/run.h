// A training run from its first step to its last checkpoint: `cria train` without its flags.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/context.h"
#include "train/learner.h"
#include "train/observer.h"
#include "train/options.h"

namespace cria::train {

struct RunSetup {
  ModelConfig config;
  TrainOptions options;
  fs::path shards;      ///< folder of `cria tokenize`
  fs::path run;         ///< folder of the run
  bool resume = false;  ///< go on where an earlier run with the same settings stopped, if one did
  bool force = false;   ///< a new run over whatever run stands there
  std::vector<int32_t> token_bytes;  ///< TokenTextBytes of the shards' tokenizer
  /// Measures matrix products of all ranks together, FLOP/s, once the run is known to fit; every
  /// rank calls it. Null: shares of the ceiling are not told.
  std::function<double()> measure_ceiling = nullptr;
  const ParameterBlock* initial_weights = nullptr;  ///< null: random
  std::string initial_from;                         ///< where they came from, for the record
  int64_t memory_bytes = 0;  ///< that a rank may use; 0: most of what is free
  Sharing sharing = {};      ///< with other ranks; they all call Train
};

/// Trains to the end and returns what became of it; a finished run returns at once. With several
/// ranks, all of them call this with the same setup; `run` and `shards` are on a file system that
/// they share, and observers are told on rank 0. On Ctrl-C saves a checkpoint and throws
/// Interrupted. Bad settings, damaged or foreign files, too little memory
/// and a diverging run throw Error.
RunSummary Train(const Context& context, const RunSetup& setup,
                 std::span<Observer* const> observers);

/// Tokens per second of this learner, all ranks together, measured on copies of `batch` for about
/// `seconds`; leaves its weights as they are and its moments zero.
double MeasureSpeed(const Context& context, const Batch& batch, double seconds, Learner* learner);

}  // namespace cria::train
