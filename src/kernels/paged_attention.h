// Causal attention of a ragged batch over keys and values in blocks (kv_block.h); Kwon et al. 2023.
// Forward only: training attends where q, k, v lie (attention.h).
#pragma once

#include <cstdint>
#include <span>

#include "base/context.h"
#include "kernels/kv_block.h"
#include "tensor/dtype.h"

namespace cria::kernels {

class DevicePages;

/// New tokens of one sequence: rows [first_row, first_row + rows) of the batch, at positions
/// first_position and up. Position p lies in blocks[p / 64].
struct PagedSegment {
  int64_t first_row = 0, rows = 0, first_position = 0;
  std::span<const int32_t> blocks;
  bool generated = false;
};

/// The segments of a pass. On an accelerator the same stand in its memory too.
struct PagedRows {
  PagedRows() = default;
  PagedRows(std::span<const PagedSegment> s, const DevicePages* there = nullptr)
      : segments(s), pages(there) {}

  std::span<const PagedSegment> segments;
  const DevicePages* pages = nullptr;
};

/// Rounds and writes the rows of k and v (row stride `stride`, kv_heads * head_dim values each) to
/// the segments' blocks. No two segments may write the same block.
template <class T>
void StoreKeysValues(const Context& context, const KvLayer& layer, const PagedRows& rows,
                     const T* k, const T* v, int64_t stride);

/// Rows of q and out, heads * head_dim values each; heads is a multiple of layer.kv_heads.
struct PagedShape {
  int heads = 0;
  int64_t q_stride = 0, out_stride = 0;
};

/// out = softmax(q k^T / sqrt(head_dim) + causal) v over everything stored up to the row's own
/// position. Prompt segments are multiplied in blocks of rows with operands of the processor's
/// choice, as Attention does; generated ones, of few rows, in float where keys and values lie. A
/// row's bits depend on its query, the keys and values before it and `generated` alone.
template <class T>
void PagedAttention(const Context& context, const PagedShape& shape, const KvLayer& layer,
                    const PagedRows& rows, const T* q, T* out);

}  // namespace cria::kernels
