// The fastest layout that fits.
#pragma once

#include <optional>
#include <vector>

#include "plan/step_time.h"

namespace cria::plan {

struct RunShape {
  ModelConfig config;
  int64_t seq_len = 2048;
  int64_t batch_rows = 2048;  ///< sequences in a step
};

struct Choice {
  Layout layout;
  StepTime step;
  MemoryParts memory;
};

/// All layouts of `devices.count` devices that fit into their memory and share the batch evenly,
/// the fastest first. Tensor-parallel degrees divide heads and stay in a node.
std::vector<Choice> FittingLayouts(const RunShape& run, const Devices& devices);

/// The first of them, or nothing where none fits.
std::optional<Choice> BestLayout(const RunShape& run, const Devices& devices);

}  // namespace cria::plan
