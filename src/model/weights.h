// Weights as the kernels read them: packed matrix operands, fp32 norm gains and embedding table.
// A copy of the fp32 master block, made anew after each optimizer step.
#pragma once

#include <vector>

#include "kernels/matmul.h"
#include "model/parameters.h"

namespace cria {

/// A linear layer y = x W^T, W [out, in]. `backward` (dx = dy W) is empty unless trained.
template <class T>
struct LinearWeight {
  kernels::PackedMatrix<T> forward, backward;
  /// Packs W at `from`, row-major [out, in]. Neighbouring matrices of the block make one taller W.
  void Pack(const Context& context, const float* from, int64_t out, int64_t in, bool for_training);
};

template <class T>
struct LayerWeights {
  const float* attention_norm = nullptr;  // [dim]
  const float* ffn_norm = nullptr;        // [dim]
  LinearWeight<T> wqkv;                   // [(heads + 2 kv_heads) head_dim, dim]
  LinearWeight<T> wo;                     // [dim, heads head_dim]
  LinearWeight<T> w13;                    // [2 hidden, dim]: gate w1, up w3
  LinearWeight<T> w2;                     // [dim, hidden]
};

template <class T>
struct LlamaWeights {
  std::vector<float> small;  // copies of the norm gains
  Buffer<float> embedding;   // [vocab, dim]
  std::vector<LayerWeights<T>> layers;
  const float* norm = nullptr;
  LinearWeight<T> output;  // [vocab, dim]

  void Set(const Context& context, const ModelConfig& config, const ParameterBlock& parameters,
           bool for_training);
};

/// Where the tensors of one layer begin in a block of parameters or gradients.
struct LayerOffsets {
  int64_t attention_norm, wqkv, wo, ffn_norm, w13, w2;
};
LayerOffsets OffsetsOfLayer(const ModelConfig& config, int layer);
/// Offsets of the tensors behind the layers; `output` is 0 (the embedding) when tied.
struct TopOffsets {
  int64_t embedding, norm, output;
};
TopOffsets OffsetsOfTop(const ModelConfig& config);

}  // namespace cria
