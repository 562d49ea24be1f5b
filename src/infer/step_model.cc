// How large a pool is by default.
#include "infer/step_model.h"

#include <algorithm>

#include "base/cpu.h"

namespace cria::infer {

int64_t SuitableBlocks(const ModelConfig& config, KvType type, int64_t sequences, int64_t tokens) {
  const int64_t each = std::max<int64_t>(1, KvPool::BlocksFor(tokens));
  const int64_t fit = TotalMemoryBytes() / 4 / KvPool::BlockBytes(config, type);
  return std::clamp(sequences * each, each, std::max(each, fit));
}

}  // namespace cria::infer
