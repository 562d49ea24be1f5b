// Aligned pages, advised to be huge.
#include "tensor/buffer.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace cria {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

int64_t RoundUp(int64_t bytes, int64_t to) { return (bytes + to - 1) / to * to; }

}  // namespace

int64_t ReservedBytes(int64_t bytes) {
  return RoundUp(bytes, bytes < static_cast<int64_t>(kHugePage) ? 64 : int64_t{kHugePage});
}

// mmap gives zeroed pages that cost nothing until touched; huge pages spare the TLB in kernels.
RawBuffer::RawBuffer(size_t bytes, Accelerator* accelerator)
    : bytes_(bytes), accelerator_(accelerator) {
  if (bytes == 0) return;
  if (accelerator != nullptr) {
    data_ = accelerator->Allocate(static_cast<int64_t>(bytes));
    return;
  }
  if (bytes < kHugePage) {
    mapped_bytes_ = 0;
    data_ = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (data_ == nullptr) throw std::bad_alloc();
    __builtin_memset(data_, 0, bytes);
    return;
  }
  const size_t want = static_cast<size_t>(ReservedBytes(static_cast<int64_t>(bytes)));
  void* map =
      ::mmap(nullptr, want + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED) throw std::bad_alloc();
  // Trim the map to an aligned range.
  const uintptr_t begin = reinterpret_cast<uintptr_t>(map);
  const uintptr_t aligned = (begin + kHugePage - 1) / kHugePage * kHugePage;
  if (aligned > begin) ::munmap(map, aligned - begin);
  const uintptr_t end = begin + want + kHugePage;
  if (end > aligned + want) ::munmap(reinterpret_cast<void*>(aligned + want), end - aligned - want);
  data_ = reinterpret_cast<void*>(aligned);
  mapped_bytes_ = want;
  ::madvise(data_, want, MADV_HUGEPAGE);
}

RawBuffer::~RawBuffer() {
  if (data_ == nullptr) return;
  if (accelerator_ != nullptr) {
    accelerator_->Free(data_);
  } else if (mapped_bytes_ > 0) {
    ::munmap(data_, mapped_bytes_);
  } else {
    std::free(data_);
  }
}

}  // namespace cria
