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

/// One layer's values; N = rows * seq_len tokens, of which a tensor-parallel rank keeps O between
/// the products (token_exchange.h; alone O = N) and its share of heads and hidden units in them.
/// Views: what is kept lies in memory of the layer's own, what is computed again in memory that all
/// layers share. The SwiGLU product is never kept.
template <class T>
struct LayerActivations {
  std::span<float> x;              // [O, dim] residual stream entering the layer
  std::span<float> x_mid;          // [O, dim] after attention
  std::span<T> attention_normed;   // [O, dim]
  std::span<T> ffn_normed;         // [O, dim]
  std::span<float> attention_rms;  // [O] 1 / rms
  std::span<float> ffn_rms;        // [O]
  std::span<T> qkv;                // [N, (heads + 2 kv_heads) head_dim], q and k rotated
  std::span<T> attended;           // [N, heads head_dim]
  std::span<float> lse;            // [rows, heads, seq_len]
  std::span<T> gate_up;            // [N, 2 hidden]
};

/// How many tokens a pass has at most, and among how many ranks they are divided.
struct PassTokens {
  int64_t n = 0;
  int ranks = 1;
  bool accelerated = false;  ///< on an accelerator
  /// The most that one rank keeps between the products.
  int64_t own() const { return (n + ranks - 1) / ranks; }
};

/// Shared by all layers.
template <class T>
struct Scratch {
  Buffer<T> gated;                   // [N, hidden] silu(gate) * up, then its gradient
  Buffer<float> dx;                  // [O, dim] gradient of the residual stream
  Buffer<T> dx_t;                    // [N, dim] the same, rounded for the products
  Buffer<T> d_normed;                // [N, dim]
  Buffer<T> d_qkv;                   // [N, (heads + 2 kv_heads) head_dim]
  Buffer<T> d_attended;              // [N, heads head_dim]
  kernels::QuantizedRows quantized;  // the input of a layer with quantised weights
  // Of several ranks.
  Buffer<T> normed;    // [N, dim] normalised inputs of a product, of all ranks
  Buffer<T> part;      // [N, dim] this rank's part of a product that is summed over ranks
  Buffer<T> received;  // [(ranks - 1) O, dim] the others' parts
  Buffer<float> rows_in, rows_out;  // [N, dim] rows of the embedding, or of its gradient

  Scratch(const ModelConfig& config, const PassTokens& tokens, bool for_training,
          Accelerator* accelerator);
};

/// The head: final norm, logits a few rows at a time.
template <class T>
struct HeadActivations {
  /// Rows of fp32 logits that exist at once: what fits beside the caches of a processor, or keeps
  /// an accelerator busy.
  static constexpr int64_t kLogitRows = 128, kAcceleratedLogitRows = 4096,
                           kAcceleratedDecodeRows = 256;
  int64_t logit_rows = kLogitRows;
  Buffer<float> x;       // [O, dim] entering the final norm
  Buffer<T> normed;      // [N, dim]
  Buffer<float> rms;     // [O]
  Buffer<float> logits;  // [logit_rows, vocab]
  Buffer<T> dlogits;     // [N, vocab] rounded gradients, training only
  Buffer<float> loss;    // [N]

  HeadActivations(const ModelConfig& config, const PassTokens& tokens, bool for_training,
                  Accelerator* accelerator);
};

/// Everything for micro-batches of up to so many tokens; `config` is that of the rank's share
/// (ShareConfig). Without training one layer's buffers serve all.
template <class T>
struct Activations {
  int64_t n = 0;
  // The inputs of the pass on an accelerator; without one they are read where they lie.
  Buffer<int32_t> tokens, targets, positions, wanted_rows;
  std::vector<LayerActivations<T>> layers;
  Scratch<T> scratch;
  HeadActivations<T> head;

  Activations(const ModelConfig& config, const PassTokens& tokens, bool for_training,
              Recompute recompute = Recompute::kNone, Accelerator* accelerator = nullptr);

 private:
  std::vector<Buffer<float>> floats_;  // behind the layers
  std::vector<Buffer<T>> values_;
};

/// Bytes that Activations of this size takes; exact up to alignment.
template <class T>
int64_t ActivationBytes(const ModelConfig& config, const PassTokens& tokens, bool for_training,
                        Recompute recompute = Recompute::kNone);

}  // namespace cria
