// How large a pool is by default.
#include "infer/step_model.h"

#include <algorithm>

#include "base/cpu.h"

namespace cria::infer {

int64_t SuitableBlocks(const Llama& model, KvType type, int64_t sequences, int64_t tokens) {
  const int64_t each = std::max<int64_t>(1, KvPool::BlocksFor(tokens));
  const int64_t room = model.accelerator() != nullptr
                           ? model.accelerator()->memory().free_bytes / 4 * 3
                           : TotalMemoryBytes() / 4;
  const int64_t fit = room / KvPool::BlockBytes(model.config(), type);
  return std::clamp(sequences * each, each, std::max(each, fit));
}

}  // namespace cria::infer
