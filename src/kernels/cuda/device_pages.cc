// Stages the segments in one piece, so that a pass costs one upload.
#include "kernels/cuda/device_pages.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "base/error.h"
#include "base/hash.h"
#include "kernels/paged_attention.h"

namespace cria::kernels {
namespace {

int64_t PowerOfTwo(int64_t atleast) {
  return static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(atleast)));
}

/// Blocks that hold a key which the segment attends to.
int64_t BlocksOf(const PagedSegment& s) {
  return (s.first_position + s.rows + kKvBlockTokens - 1) / kKvBlockTokens;
}

}  // namespace

void DevicePages::Set(const Context& context, std::span<const PagedSegment> segments) {
  segments_ = std::ssize(segments), rows_ = 0, most_rows_ = 0;
  int64_t blocks = 1;
  for (const PagedSegment& s : segments) {
    CRIA_CHECK(s.rows > 0 && s.first_position >= 0 && std::ssize(s.blocks) >= BlocksOf(s),
               "{} rows at {}, {} blocks", s.rows, s.first_position, s.blocks.size());
    rows_ += s.rows;
    most_rows_ = std::max(most_rows_, s.rows);
    blocks = std::max(blocks, BlocksOf(s));
  }
  CRIA_CHECK(blocks * kKvBlockTokens <= INT32_MAX, "{} blocks of a sequence", blocks);
  table_stride_ = PowerOfTwo(blocks);
  if (segments_ > capacity_) capacity_ = PowerOfTwo(segments_);
  const int64_t used = 3 * capacity_ + segments_ * table_stride_;
  if (used > memory_.size()) {
    context.accelerator()->ForgetReplays();
    memory_ = Buffer<int32_t>(capacity_ * (3 + table_stride_), context.accelerator());
  }
  staged_.assign(static_cast<size_t>(used), 0);
  for (int64_t i = 0; i < segments_; ++i) {
    const PagedSegment& s = segments[static_cast<size_t>(i)];
    int32_t* const to = staged_.data() + i;
    to[0] = static_cast<int32_t>(s.first_row);
    to[capacity_] = static_cast<int32_t>(s.rows);
    to[2 * capacity_] = static_cast<int32_t>(s.first_position);
    std::copy_n(s.blocks.data(), BlocksOf(s), staged_.data() + 3 * capacity_ + i * table_stride_);
  }
  if (used > 0) {
    context.accelerator()->Upload(memory_.data(), staged_.data(),
                                  used * static_cast<int64_t>(sizeof(int32_t)));
  }
}

int64_t DevicePages::most_tokens() const { return table_stride_ * kKvBlockTokens; }

// Positions and blocks are read on the device; rows also say which rows of a batch others read.
uint64_t DevicePages::key() const {
  const int64_t shape[] = {
      segments_, rows_,         most_rows_,
      capacity_, table_stride_, static_cast<int64_t>(reinterpret_cast<intptr_t>(memory_.data()))};
  const auto bytes = [](const void* data, size_t size) {
    return std::string_view(static_cast<const char*>(data), size);
  };
  const size_t row_bytes = static_cast<size_t>(segments_) * sizeof(int32_t);
  const uint64_t hash = Hash64(bytes(shape, sizeof(shape)));
  return Hash64(bytes(staged_.data(), row_bytes),
                Hash64(bytes(staged_.data() + capacity_, row_bytes), hash));
}

}  // namespace cria::kernels
