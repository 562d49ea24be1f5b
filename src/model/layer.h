// One transformer layer, forward and backward, as in LLaMA section 2.2:
//   a  = x + Wo Attention(RoPE(Wq n), RoPE(Wk n), Wv n),  n = RMSNorm(x)
//   x' = a + W2 (silu(W1 m) * W3 m),                      m = RMSNorm(a)
// On several tensor-parallel ranks `config` and `weights` are those of one share: its heads, its
// hidden units. Norms and residual stream are computed for the own tokens, the products for all.
#pragma once

#include "kernels/attention.h"
#include "kernels/paged_attention.h"
#include "kernels/rope.h"
#include "model/activations.h"
#include "model/token_exchange.h"
#include "model/weights.h"

namespace cria {

/// Whole sequences side by side: `rows` of `seq_len` tokens each.
struct TokenGrid {
  int64_t rows = 1, seq_len = 0;
};

/// The rows of one pass. They attend within `grid`, or, if `paged` has segments, over what each
/// segment has in the blocks of a pool.
struct TokenRows {
  PhaseRows phases;
  std::span<const int32_t> positions;  ///< [N]
  TokenGrid grid;
  kernels::PagedRows paged;
  TokenExchange exchange = {};
  int64_t n() const { return phases.n(); }
  /// Those that this rank keeps between the products: O in activations.h.
  TokenStretch own() const { return exchange.Own(n()); }
};

/// scratch->d_normed [N, dim] is this rank's part of a sum that is on its way to where its rows are
/// kept, by way of scratch->received. Waits, sums the own rows and returns them.
template <class T>
const T* SumOwnRows(const Context& context, int64_t dim, const TokenRows& tokens,
                    comm::Exchange* exchange, Scratch<T>* scratch);

/// One pass through one layer.
template <class T>
struct LayerPass {
  const Context& context;
  const ModelConfig& config;
  const LayerWeights<T>& weights;
  const kernels::RopeTable& rope;
  const TokenRows& tokens;
  LayerActivations<T>* a;
  Scratch<T>* scratch;

  /// Reads a->x, fills the rest of `a`, writes the residual stream behind the layer to x_out
  /// [O, dim] (may be a->x itself when nothing has to be kept; then a->x_mid is not used either).
  /// With segments, the new keys and values go to their blocks in `cache`.
  void Forward(const kernels::KvLayer& cache, float* x_out) const;

  /// scratch->dx [O, dim] holds d loss / d x_out on entry and d loss / d x on return. First
  /// computes again what `recompute` says was not kept. Writes the weight gradients to
  /// `gradients`, in the order of the layer's group of parameters; those of the norms are of the
  /// own tokens alone. Overwrites a->gate_up and a->qkv.
  void Backward(Recompute recompute, float* gradients) const;

 private:
  void AttentionForward(const kernels::KvLayer& cache, float* x_mid) const;
  const T* GateUpForward() const;
  const T* ComputeAgain(Recompute recompute) const;
  void Attend(const kernels::KvLayer& cache) const;
  void FeedForwardBackward(const T* normed, float* gradients) const;
  void AttentionBackward(float* gradients) const;

  // Between the products.
  void Norm(const float* x, const float* gain, std::span<T> y, std::span<float> rms) const;
  void NormBackward(const float* x, const float* gain, std::span<const float> rms, const T* dy,
                    float* dgain) const;
  const T* BeginWhole(std::span<const T> own, comm::Exchange* exchange) const;
  const T* WholeProduct(const LinearWeight<T>& weight, std::span<const T> own, T* y,
                        int64_t y_stride) const;
  void AddProduct(const LinearWeight<T>& weight, const T* input, const float* x, float* to) const;
  comm::Exchange BeginGradient() const;
};

}  // namespace cria
