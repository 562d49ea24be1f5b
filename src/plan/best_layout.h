// The fastest layout that fits.
#pragma once

#include <optional>
#include <vector>

#include "plan/step_time.h"

namespace cria::plan {

struct RunShape {
  ModelConfig config;
  int64_t seq_len = 2048;
  int64_t batch_rows = 2048;  ///< sequences in a step, about: what replicas can share evenly
};

struct Choice {
  Layout layout;
  StepTime step;
  MemoryParts memory;
};

/// All layouts of `devices.count` devices that fit into their memory and whose batch is within a
/// tenth of what was asked for, the fastest first. Tensor-parallel degrees are powers of two that
/// divide heads and stay in a node; no pipelines.
std::vector<Choice> FittingLayouts(const RunShape& run, const Devices& devices);

/// The first of them, or nothing where none fits.
std::optional<Choice> BestLayout(const RunShape& run, const Devices& devices);
/// The first of them. Throws Error that says whether memory or the batch is in the way.
Choice RequireLayout(const RunShape& run, const Devices& devices);

}  // namespace cria::plan
