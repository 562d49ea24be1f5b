// Parts of one width after the other, without gaps.
#include "train/compact_run.h"

#include <algorithm>
#include <cstring>

#include "kernels/convert.h"
#include "tensor/dtype.h"

namespace cria::train {
namespace {

constexpr int64_t kBlock = 1 << 15;  // elements that one thread moves at once

template <class F>
void ForBlocks(const Context& context, int64_t n, F f) {
  context.ParallelFor((n + kBlock - 1) / kBlock,
                      [&](int64_t b) { f(b * kBlock, std::min(kBlock, n - b * kBlock)); });
}

}  // namespace

CompactRuns::CompactRuns(const ModelConfig& config, bool half) {
  for (const ParameterSpec& spec : ListParameters(config)) {
    const bool rounded =
        half && spec.role != ParameterRole::kNorm && spec.role != ParameterRole::kEmbedding;
    if (!stretches_.empty() && stretches_.back().half == rounded) {
      stretches_.back().range.elements += spec.elements();
    } else {
      stretches_.push_back({{spec.offset, spec.elements()}, rounded});
    }
  }
}

template <class F>
void CompactRuns::ForEachPart(const ParameterRange& run, F f) const {
  for (const Stretch& stretch : stretches_) {
    const int64_t first = std::max(run.offset, stretch.range.offset);
    const int64_t end = std::min(run.end(), stretch.range.end());
    if (first < end) f(ParameterRange{first, end - first}, stretch.half);
  }
}

int64_t CompactRuns::Bytes(const ParameterRange& run) const {
  int64_t bytes = 0;
  ForEachPart(
      run, [&](const ParameterRange& part, bool half) { bytes += part.elements * (half ? 2 : 4); });
  return bytes;
}

void CompactRuns::Pack(const Context& context, const ParameterRange& run, const float* values,
                       uint8_t* message) const {
  ForEachPart(run, [&](const ParameterRange& part, bool half) {
    const float* from = values + (part.offset - run.offset);
    if (half) {
      kernels::Convert(context, part.elements, from, reinterpret_cast<BF16*>(message));
    } else {
      ForBlocks(context, part.elements, [&](int64_t first, int64_t n) {
        std::memcpy(message + 4 * first, from + first, static_cast<size_t>(4 * n));
      });
    }
    message += part.elements * (half ? 2 : 4);
  });
}

void CompactRuns::Unpack(const Context& context, const ParameterRange& run, const uint8_t* message,
                         float* values) const {
  ForEachPart(run, [&](const ParameterRange& part, bool half) {
    float* to = values + (part.offset - run.offset);
    ForBlocks(context, part.elements, [&](int64_t first, int64_t n) {
      if (half) {
        ConvertToFloat(DType::kBF16, message + 2 * first, n, to + first);
      } else {
        std::memcpy(to + first, message + 4 * first, static_cast<size_t>(4 * n));
      }
    });
    message += part.elements * (half ? 2 : 4);
  });
}

}  // namespace cria::train
