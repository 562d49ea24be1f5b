// Memory for keys and values of any number of sequences, in blocks of kKvBlockTokens tokens. Knows
// no sequences: who holds which block is the caller's business (block tables).
#pragma once

#include "kernels/kv_block.h"
#include "model/config.h"
#include "tensor/buffer.h"

namespace cria {

class KvPool {
 public:
  /// `blocks` >= 1. Memory is committed as blocks are first written, an accelerator's at once.
  /// Throws Error if the address space for it cannot be had.
  KvPool(const ModelConfig& config, KvType type, int64_t blocks,
         Accelerator* accelerator = nullptr);

  int64_t blocks() const { return blocks_; }
  KvType type() const { return type_; }
  static int64_t BlockBytes(const ModelConfig& config, KvType type);
  /// Blocks that hold `tokens` tokens.
  static int64_t BlocksFor(int64_t tokens) {
    return (tokens + kKvBlockTokens - 1) / kKvBlockTokens;
  }

  /// Copy-on-write of a partly filled block: all layers, at least its first `tokens` tokens (what
  /// lies behind them in `to` is undefined).
  void CopyBlock(int32_t from, int32_t to, int64_t tokens);

  /// The kernels' view of a layer.
  kernels::KvLayer layer(int l);
  /// True if made for models of this shape.
  bool Fits(const ModelConfig& config) const;

 private:
  KvType type_;
  int layers_, kv_heads_, head_dim_;
  int64_t blocks_, layer_bytes_;
  Accelerator* accelerator_;
  Buffer<uint8_t> memory_;  // [blocks][layers][kv_heads] heads
};

}  // namespace cria
