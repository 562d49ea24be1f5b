// One transformer layer, forward and backward, as in LLaMA section 2.2:
//   a  = x + Wo Attention(RoPE(Wq n), RoPE(Wk n), Wv n),  n = RMSNorm(x)
//   x' = a + W2 (silu(W1 m) * W3 m),                      m = RMSNorm(a)
#pragma once

#include "kernels/attention.h"
#include "kernels/rope.h"
#include "model/activations.h"
#include "model/weights.h"

namespace cria {

/// Where the tokens stand: `rows` sequences of `seq_len` new tokens each.
struct TokenGrid {
  int64_t rows = 1, seq_len = 0;
  int64_t first_position = 0;  ///< > 0 behind a cache
  int64_t n() const { return rows * seq_len; }
};

/// Keys and values of one layer [capacity, kv_heads * head_dim], filled up to first_position.
template <class T>
struct LayerCache {
  T* k = nullptr;
  T* v = nullptr;
};

/// Reads a.x, fills the rest of `a`, writes the residual stream behind the layer to x_out [N, dim]
/// (may be a.x itself when nothing has to be kept; then a.x_mid is not used either). With a cache,
/// appends the new keys and values and attends over all of it.
template <class T>
void LayerForward(const Context& context, const ModelConfig& config, const LayerWeights<T>& weights,
                  const kernels::RopeTable& rope, const TokenGrid& grid, const LayerCache<T>* cache,
                  LayerActivations<T>* a, Scratch<T>* scratch, float* x_out);

/// scratch->dx [N, dim] holds d loss / d x_out on entry and d loss / d x on return. Adds the weight
/// gradients to `gradients` (the whole block; `offsets` say where this layer's begin). Overwrites
/// a->gate_up and a->qkv.
template <class T>
void LayerBackward(const Context& context, const ModelConfig& config,
                   const LayerWeights<T>& weights, const kernels::RopeTable& rope,
                   const TokenGrid& grid, const LayerOffsets& offsets, LayerActivations<T>* a,
                   Scratch<T>* scratch, float* gradients);

}  // namespace cria
