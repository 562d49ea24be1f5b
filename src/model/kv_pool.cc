// One mapping, block after block; a block holds its layers one after the other.
#include "model/kv_pool.h"

#include <cstring>
#include <new>

#include "base/error.h"
#include "base/units.h"

namespace cria {
namespace {

int64_t LayerBytes(const ModelConfig& c, KvType type) {
  return c.n_kv_heads * kernels::LayOutKvHead(type, c.head_dim).bytes;
}

Buffer<uint8_t> Reserve(int64_t blocks, int64_t block_bytes, KvType type,
                        Accelerator* accelerator) {
  CRIA_CHECK(blocks > 0 && blocks <= INT32_MAX, "{} blocks", blocks);
  const double bytes = static_cast<double>(blocks) * static_cast<double>(block_bytes);
  if (bytes < 0x1p62) {
    try {
      return Buffer<uint8_t>(blocks * block_bytes, accelerator);
    } catch (const std::bad_alloc&) {
    }
  }
  throw Error(fmt::format("no memory for {} of keys and values", FormatBytes(bytes)),
              fmt::format("cache of {} blocks of {} tokens in {}", blocks, kKvBlockTokens,
                          KvTypeName(type)),
              "ask for a shorter context, fewer sequences or a smaller number type");
}

}  // namespace

KvPool::KvPool(const ModelConfig& config, KvType type, int64_t blocks, Accelerator* accelerator)
    : type_(type),
      layers_(config.n_layers),
      kv_heads_(config.n_kv_heads),
      head_dim_(config.head_dim),
      blocks_(blocks),
      layer_bytes_(LayerBytes(config, type)),
      accelerator_(accelerator),
      memory_(Reserve(blocks, BlockBytes(config, type), type, accelerator)) {}

int64_t KvPool::BlockBytes(const ModelConfig& config, KvType type) {
  return config.n_layers * LayerBytes(config, type);
}

// Keys lie by dimension, so that a part of the tokens is strewn over the block; copying all of it
// is one run.
void KvPool::CopyBlock(int32_t from, int32_t to, int64_t tokens) {
  CRIA_CHECK(from >= 0 && from < blocks_ && to >= 0 && to < blocks_, "{} to {} of {}", from, to,
             blocks_);
  CRIA_CHECK(tokens >= 0 && tokens <= kKvBlockTokens, "{} tokens", tokens);
  if (from == to || tokens == 0) return;
  const int64_t bytes = layers_ * layer_bytes_;
  uint8_t* const copy = memory_.data() + to * bytes;
  const uint8_t* const original = memory_.data() + from * bytes;
  if (accelerator_ != nullptr) return accelerator_->Copy(copy, original, bytes);
  std::memcpy(copy, original, static_cast<size_t>(bytes));
}

kernels::KvLayer KvPool::layer(int l) {
  return {.type = type_,
          .kv_heads = kv_heads_,
          .head_dim = head_dim_,
          .blocks = blocks_,
          .data = memory_.data() + l * layer_bytes_,
          .block_stride = layers_ * layer_bytes_};
}

bool KvPool::Fits(const ModelConfig& config) const {
  return config.n_layers == layers_ && config.n_kv_heads == kv_heads_ &&
         config.head_dim == head_dim_;
}

}  // namespace cria
