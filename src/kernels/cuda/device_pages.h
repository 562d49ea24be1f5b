// The segments of a pass (kernels/paged_attention.h) in the device's memory, brought there once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/context.h"
#include "tensor/buffer.h"

namespace cria::kernels {

struct PagedSegment;

class DevicePages {
 public:
  /// Brings them; memory grows to the largest pass.
  void Set(const Context& context, std::span<const PagedSegment> segments);

  int64_t segments() const { return segments_; }
  int64_t rows() const { return rows_; }            ///< of all segments
  int64_t most_rows() const { return most_rows_; }  ///< of a segment
  /// Bound of the tokens that any segment attends to: a power of two of blocks, so that passes of
  /// one kind look alike for a while and can be replayed.
  int64_t most_tokens() const;
  /// What the launches of a pass over these depend on, memory included.
  uint64_t key() const;

  // On the device, int32 [segments]; tables [segments, table_stride()].
  const int32_t* first_row() const { return memory_.data(); }
  const int32_t* row_count() const { return memory_.data() + capacity_; }
  const int32_t* first_position() const { return memory_.data() + 2 * capacity_; }
  const int32_t* tables() const { return memory_.data() + 3 * capacity_; }
  int64_t table_stride() const { return table_stride_; }

 private:
  int64_t segments_ = 0, rows_ = 0, most_rows_ = 0;
  int64_t capacity_ = 0, table_stride_ = 0;
  std::vector<int32_t> staged_;
  Buffer<int32_t> memory_;
};

}  // namespace cria::kernels
