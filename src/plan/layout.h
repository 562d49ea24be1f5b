// How a training run is spread over devices, and what that puts into the memory of one.
#pragma once

#include <string>

#include "model/config.h"

namespace cria::plan {

/// What of the activations is computed again in the backward pass.
enum class Recompute {
  kNone,    ///< all are kept
  kCheap,   ///< outputs of linear layers are kept, the rest computed again (the paper, section 2.4)
  kLayers,  ///< only the input of each layer is kept
};
const char* RecomputeName(Recompute recompute);

struct Layout {
  int64_t data = 1;        ///< replicas, or shards of the optimizer's state
  int64_t tensor = 1;      ///< devices that share every layer, with sequence parallelism
  int zero = 1;            ///< 0..3: what replicas share (Rajbhandari et al. 2020)
  int64_t micro_rows = 1;  ///< sequences in one pass of a replica
  int64_t pieces = 1;      ///< passes of a replica in a step
  Recompute recompute = Recompute::kCheap;

  int64_t devices() const { return data * tensor; }
  int64_t batch_rows() const { return data * micro_rows * pieces; }
};
/// "data 256 x tensor 8, ZeRO 1, 2 pieces of 4 sequences, nothing recomputed"
std::string LayoutName(const Layout& layout);

/// Bytes on one device.
struct MemoryParts {
  double weights_bytes = 0, gradients_bytes = 0, optimizer_bytes = 0, activations_bytes = 0;
  double logits_bytes = 0;
  double buffers_bytes = 0;  ///< of ZeRO 2 and 3: gathered layers, gradients not yet reduced
  double total_bytes() const {
    return weights_bytes + gradients_bytes + optimizer_bytes + activations_bytes + logits_bytes +
           buffers_bytes;
  }
};

/// Weights in bf16; gradients, master weights and two moments in fp32; activations in bf16, scores
/// of attention never stored; logits and their gradient in bf16. Everything is cut `tensor` ways
/// (Korthikanti et al. 2022), and `data` ways as far as ZeRO goes.
MemoryParts TrainingMemory(const ModelConfig& config, int64_t seq_len, const Layout& layout);

/// Of activations, per token and layer, on one of `tensor` devices.
double ActivationBytes(const ModelConfig& config, Recompute recompute, int64_t tensor);

}  // namespace cria::plan
