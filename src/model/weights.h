// Weights as the kernels read them: matrix operands, fp32 norm gains, the embedding table. In
// training a packed copy of the fp32 master block, made anew after each optimizer step; else read
// from a model's files one matrix at a time, quantised ones left where they are mapped.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "kernels/block_matmul.h"
#include "kernels/cuda/operations.h"
#include "kernels/matmul.h"
#include "kernels/rows.h"
#include "model/checkpoint.h"
#include "model/parameters.h"

namespace cria {

/// Rows of a product, by where their tokens come from: `prompt` rows were given from outside and
/// are many at once, `generated` rows behind them were made by the model and are few. Quantised
/// weights are multiplied in bf16 (or float) for the former, in 8-bit integers for the latter, so a
/// row's bits depend on which of the two it is, and on nothing else that stands beside it.
struct PhaseRows {
  int64_t prompt = 0, generated = 0;
  int64_t n() const { return prompt + generated; }
};

/// The passes that weights are packed for.
struct PackFor {
  bool forward = true, backward = false;
};

/// A linear layer y = x W^T, W [out, in]. `backward` (dx = dy W) is empty unless trained.
template <class T>
struct LinearWeight {
  kernels::PackedMatrix<T> forward, backward;
  std::vector<kernels::BlockMatrix> blocks;  ///< instead of `forward`: quantised, stacked
  Buffer<uint8_t>
      packed_blocks;  ///< their copy: packed, if there is one; on an accelerator as stored

  int64_t in() const { return blocks.empty() ? forward.k : blocks.front().k; }

  /// y [n, out] = x W^T, or +=. `quantized` holds the rounded x of quantised
  /// weights.
  template <class C>
  void Apply(const Context& context, PhaseRows rows, const T* x, int64_t x_stride,
             kernels::QuantizedRows* quantized, C* y, int64_t y_stride,
             bool accumulate = false) const {
    if (blocks.empty()) {
      kernels::Matmul(context, rows.n(), x, x_stride, forward, y, y_stride, accumulate);
      return;
    }
    if (context.accelerator() != nullptr) {
      kernels::cuda::BlockMatmul(context, rows.n(), x, x_stride, blocks, y, y_stride, accumulate);
      return;
    }
    if constexpr (sizeof(T) == 2) {
      if (kernels::HasWideBlockMatmul()) {
        kernels::WideBlockMatmul(context, rows.prompt, x, x_stride, blocks, y, y_stride,
                                 accumulate);
        x += rows.prompt * x_stride;
        y += rows.prompt * y_stride;
        rows.prompt = 0;
      }
    }
    if (rows.n() == 0) return;
    quantized->Set(context, rows.n(), blocks.front().k, x, x_stride);
    kernels::BlockMatmul(context, *quantized, blocks, y, y_stride, accumulate);
  }

  /// y [n, out] = d [n, out] + x W^T, rows side by side; d may be y.
  void ApplyAndAdd(const Context& context, PhaseRows rows, const T* x, int64_t x_stride,
                   kernels::QuantizedRows* quantized, const float* d, float* y, int64_t out) const {
    if (blocks.empty()) return kernels::MatmulAdd(context, rows.n(), x, x_stride, forward, d, y);
    if (y != d) kernels::CopyRows(context, rows.n(), out, d, y);
    Apply(context, rows, x, x_stride, quantized, y, out, true);
  }

  /// Packs W at `from`, row-major [out, in]. Neighbouring matrices of the block make one taller W.
  void Pack(const Context& context, const float* from, int64_t out, int64_t in, PackFor passes);
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

/// Reads the matrices of one layer (not the norm gains, which are views of somebody's memory).
/// Quantised ones stay where `files` maps them. Throws Error if a tensor is missing or misshapen.
template <class T>
void LoadMatrices(const Context& context, const ModelFiles& files, int layer, LayerWeights<T>* to);

template <class T>
struct LlamaWeights {
  Buffer<float> small;      // copies of the norm gains
  Buffer<float> embedding;  // [vocab, dim], empty where the file's own is used
  std::optional<TensorView> stored_embedding;
  std::vector<LayerWeights<T>> layers;
  const float* norm = nullptr;
  LinearWeight<T> output;  // [vocab, dim]

  /// Packs one group of parameters; see Llama::SetGroup.
  void SetGroup(const Context& context, const ModelConfig& config, int group, const float* values,
                PackFor passes);
  /// Views of `files` stay in use: quantised matrices are used as mapped. Throws Error if a tensor
  /// is missing or misshapen.
  void Load(const Context& context, const ModelFiles& files);
  /// Before a pass over generated tokens, which read weights faster in one stream than as stored:
  /// rearranges an eighth of the quantised matrices in memory of their own, and lets their pages of
  /// the file go. The first token need not wait for it, results do not change. Does nothing once
  /// all are done, or where memory would not do for both.
  void PackSome(const Context& context, const ModelFiles& files);
  /// x fp32 [tokens, dim]; tokens and x where the kernels read and write.
  void Embed(const Context& context, int64_t dim, std::span<const int32_t> tokens, float* x) const;

 private:
  void Reserve(const Context& context, const ModelConfig& config);
  void SetEmbedding(const Context& context, const ModelConfig& config, const float* values,
                    PackFor passes);
  void SetLayer(const Context& context, const ModelConfig& config, int layer, const float* values,
                PackFor passes);

  std::vector<LinearWeight<T>*> to_pack_;
  size_t next_to_pack_ = 0;
};

/// Where the tensors of one layer begin in its group of parameters or gradients.
struct LayerOffsets {
  int64_t attention_norm, wqkv, wo, ffn_norm, w13, w2;
  explicit LayerOffsets(const ModelConfig& config);
};

}  // namespace cria
