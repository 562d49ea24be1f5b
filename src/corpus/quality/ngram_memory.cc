// Who spills when: the largest first.
#include "corpus/quality/ngram_memory.h"

#include <algorithm>
#include <utility>

namespace cria::corpus {

NgramMemory::NgramMemory(const Context& context, int64_t limit_bytes, fs::path scratch_folder)
    : context_(context), limit_bytes_(limit_bytes), scratch_folder_(std::move(scratch_folder)) {}

int64_t NgramMemory::chunk_bytes() const {
  // 8 MiB sort within a second-level cache's reach; below a limit of 512 MiB, 1/64 of it.
  return std::clamp<int64_t>(limit_bytes_ / 64, int64_t{1} << 12, int64_t{8} << 20);
}

void NgramMemory::Leave(NgramSpillable* sorter) { std::erase(sorters_, sorter); }

int64_t NgramMemory::Used() const {
  int64_t used = 0;
  for (const NgramSpillable* sorter : sorters_) used += sorter->memory_bytes();
  return used;
}

void NgramMemory::SpillOne(NgramSpillable* sorter) {
  ++spills_;
  sorter->Spill();
}

void NgramMemory::MakeRoom(NgramSpillable* sorter, int64_t bytes) {
  if (sorter->memory_bytes() + bytes > limit_bytes_ / 2 && sorter->memory_bytes() > 0) {
    SpillOne(sorter);
  }
  while (Used() + bytes > limit_bytes_) {
    NgramSpillable* largest = nullptr;
    for (NgramSpillable* other : sorters_) {
      if (!other->can_spill() || other->memory_bytes() == 0) continue;
      if (largest == nullptr || other->memory_bytes() > largest->memory_bytes()) largest = other;
    }
    if (largest == nullptr) return;  // a chunk for each sorter is the least that works
    SpillOne(largest);
  }
}

void NgramMemory::BeforeReading(NgramSpillable* sorter) {
  int64_t held = sorter->memory_bytes();
  for (const NgramSpillable* other : sorters_) {
    if (other != sorter && !other->can_spill()) held += other->memory_bytes();
  }
  if (held > limit_bytes_ / 2 && sorter->memory_bytes() > 0) SpillOne(sorter);
}

}  // namespace cria::corpus
