// Parts of one width after the other, without gaps.
#include "train/compact_run.h"

#include <algorithm>

#include "kernels/convert.h"
#include "tensor/transfer.h"

namespace cria::train {
namespace {

int64_t MessageBytes(int64_t elements, bool half) { return elements * (half ? 2 : 4); }

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
  ForEachPart(run, [&](const ParameterRange& part, bool half) {
    bytes += MessageBytes(part.elements, half);
  });
  return bytes;
}

void CompactRuns::Pack(const Context& context, const ParameterRange& run, const float* values,
                       uint8_t* message) const {
  ForEachPart(run, [&](const ParameterRange& part, bool half) {
    const float* from = values + (part.offset - run.offset);
    if (half) {
      kernels::Convert(context, part.elements, from, reinterpret_cast<BF16*>(message));
    } else {
      CopyThere(context, from, message, MessageBytes(part.elements, half));
    }
    message += MessageBytes(part.elements, half);
  });
}

void CompactRuns::Unpack(const Context& context, const ParameterRange& run, const uint8_t* message,
                         float* values) const {
  ForEachPart(run, [&](const ParameterRange& part, bool half) {
    float* to = values + (part.offset - run.offset);
    if (half) {
      kernels::WidenToFloat(context, part.elements, reinterpret_cast<const BF16*>(message), to);
    } else {
      CopyThere(context, message, to, MessageBytes(part.elements, half));
    }
    message += MessageBytes(part.elements, half);
  });
}

}  // namespace cria::train
