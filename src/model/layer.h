// One transformer layer, forward and backward, as in LLaMA section 2.2:
//   a  = x + Wo Attention(RoPE(Wq n), RoPE(Wk n), Wv n),  n = RMSNorm(x)
//   x' = a + W2 (silu(W1 m) * W3 m),                      m = RMSNorm(a)
#pragma once

#include "kernels/attention.h"
#include "kernels/paged_attention.h"
#include "kernels/rope.h"
#include "model/activations.h"
#include "model/weights.h"

namespace cria {

/// Whole sequences side by side: `rows` of `seq_len` tokens each.
struct TokenGrid {
  int64_t rows = 1, seq_len = 0;
};

/// The rows of one pass. They attend within `grid`, or, if `segments` is not empty, over what each
/// segment has in the blocks of a pool.
struct TokenRows {
  PhaseRows phases;
  std::span<const int32_t> positions;  ///< [N]
  TokenGrid grid;
  std::span<const kernels::PagedSegment> segments;
  int64_t n() const { return phases.n(); }
};

/// Reads a.x, fills the rest of `a`, writes the residual stream behind the layer to x_out [N, dim]
/// (may be a.x itself when nothing has to be kept; then a.x_mid is not used either). With segments,
/// the new keys and values go to their blocks in `cache`.
template <class T>
void LayerForward(const Context& context, const ModelConfig& config, const LayerWeights<T>& weights,
                  const kernels::RopeTable& rope, const TokenRows& tokens,
                  const kernels::KvLayer& cache, LayerActivations<T>* a, Scratch<T>* scratch,
                  float* x_out);

/// scratch->dx [N, dim] holds d loss / d x_out on entry and d loss / d x on return. First computes
/// again what `recompute` says was not kept. Writes the weight gradients to `gradients`, in the
/// order of the layer's group of parameters. Overwrites a->gate_up and a->qkv.
template <class T>
void LayerBackward(const Context& context, const ModelConfig& config,
                   const LayerWeights<T>& weights, const kernels::RopeTable& rope,
                   const TokenRows& tokens, Recompute recompute, LayerActivations<T>* a,
                   Scratch<T>* scratch, float* gradients);

}  // namespace cria
