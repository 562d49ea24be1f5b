// One optimizer step of a layout on a device, as a row of phases.
#pragma once

#include <string>
#include <vector>

#include "plan/device.h"
#include "plan/layout.h"

namespace cria::plan {

/// What is fitted or assumed: shares of a device's peaks that training programs reach, of the
/// tensor-parallel collectives that products hide, and of a pass behind which replicas can exchange
/// (the first bucket and the last have nothing beside them). `matrix` is fitted to the paper's four
/// runs, the others are round figures; one set for all models and devices.
struct Efficiency {
  double matrix = 0.53, attention = 0.40, memory = 0.80, link = 0.75, network = 0.80;
  double hidden_collectives = 0.5, behind = 0.95;
};

struct Phase {
  std::string name;
  double seconds;  ///< not hidden behind other work
};

struct StepTime {
  std::vector<Phase> phases;
  double seconds = 0, tokens = 0;
  double flops_per_token =
      0;                     ///< of the model, as in TrainFlopsPerToken: recomputation is not work
  double network_bytes = 0;  ///< that one device sends to other nodes in a step
  double link_bytes = 0;     ///< and to its own node's
  double tokens_per_s(const Layout& layout) const {
    return tokens / seconds / static_cast<double>(layout.devices());
  }
  /// Of the device's peak (PaLM's model FLOPs utilisation).
  double utilisation(const Layout& layout, const Device& device) const {
    return tokens_per_s(layout) * flops_per_token / device.matrix_flops_per_s;
  }
};

/// Tensor-parallel groups stand within a node as far as they fit. Gradients are reduced behind the
/// backward pass of the last piece (with ZeRO 2 and 3 of every piece), weights gathered behind the
/// forward pass of the first (with ZeRO 3 for every pass).
StepTime PlanStep(const ModelConfig& config, int64_t seq_len, const Layout& layout,
                  const Device& device, const Efficiency& efficiency = {});

}  // namespace cria::plan
