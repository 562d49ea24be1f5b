// What the forward pass leaves for the backward pass, and the scratch memory both share.
#pragma once

#include <span>
#include <vector>

#include "kernels/block_matmul.h"
#include "model/config.h"
#include "tensor/buffer.h"

namespace cria {

/// What of a layer's activations is not kept for the backward pass but computed again there, by the
/// same operations, so with the same bits. Each includes the ones before it.
enum class Recompute {
  kNone,
  kNorms,  ///< the normalised inputs: outputs of matrix products are kept (LLaMA, section 2.4)
  kFeedForward,  ///< the product of w1 and w3 too
  kLayers,       ///< everything: only the layer's input is kept
};
inline constexpr Recompute kRecomputes[] = {Recompute::kNone, Recompute::kNorms,
                                            Recompute::kFeedForward, Recompute::kLayers};
const char* RecomputeName(Recompute recompute);

/// One layer's values; N = rows * seq_len tokens. Views: what is kept lies in memory of the layer's
/// own, what is computed again in memory that all layers share. The SwiGLU product is never kept.
template <class T>
struct LayerActivations {
  std::span<float> x;              // [N, dim] residual stream entering the layer
  std::span<float> x_mid;          // [N, dim] after attention
  std::span<T> attention_normed;   // [N, dim]
  std::span<T> ffn_normed;         // [N, dim]
  std::span<float> attention_rms;  // [N] 1 / rms
  std::span<float> ffn_rms;        // [N]
  std::span<T> qkv;                // [N, (heads + 2 kv_heads) head_dim], q and k rotated
  std::span<T> attended;           // [N, heads head_dim]
  std::span<float> lse;            // [rows, heads, seq_len]
  std::span<T> gate_up;            // [N, 2 hidden]
};

/// Shared by all layers.
template <class T>
struct Scratch {
  Buffer<T> gated;                   // [N, hidden] silu(gate) * up, then its gradient
  Buffer<float> dx;                  // [N, dim] gradient of the residual stream
  Buffer<T> dx_t;                    // [N, dim] the same, rounded for the products
  Buffer<T> d_normed;                // [N, dim]
  Buffer<T> d_qkv;                   // [N, (heads + 2 kv_heads) head_dim]
  Buffer<T> d_attended;              // [N, heads head_dim]
  kernels::QuantizedRows quantized;  // the input of a layer with quantised weights

  Scratch(const ModelConfig& config, int64_t n, bool for_training);
};

/// The head: final norm, logits a few rows at a time.
template <class T>
struct HeadActivations {
  static constexpr int64_t kLogitRows = 128;  ///< rows of fp32 logits that exist at once
  Buffer<float> x;                            // [N, dim] entering the final norm
  Buffer<T> normed;                           // [N, dim]
  Buffer<float> rms;                          // [N]
  Buffer<float> logits;                       // [kLogitRows, vocab]
  Buffer<T> dlogits;                          // [N, vocab] rounded gradients, training only
  Buffer<float> loss;                         // [N]

  HeadActivations(const ModelConfig& config, int64_t n, bool for_training);
};

/// Everything for micro-batches of up to `n` tokens. Without training one layer's buffers serve
/// all.
template <class T>
struct Activations {
  int64_t n = 0;
  Buffer<int32_t> positions;  // [N] of the tokens in their sequences
  std::vector<LayerActivations<T>> layers;
  Scratch<T> scratch;
  HeadActivations<T> head;

  Activations(const ModelConfig& config, int64_t n, bool for_training,
              Recompute recompute = Recompute::kNone);

 private:
  std::vector<Buffer<float>> floats_;  // behind the layers
  std::vector<Buffer<T>> values_;
};

/// Bytes that Activations of this size takes; exact up to alignment.
template <class T>
int64_t ActivationBytes(const ModelConfig& config, int64_t n, bool for_training,
                        Recompute recompute = Recompute::kNone);

}  // namespace cria
