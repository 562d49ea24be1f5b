// Values between the processor's memory and that of what computes, which is the same without an
// accelerator.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

#include "base/context.h"
#include "tensor/buffer.h"

namespace cria {

/// Where kernels read `values`: there, or in `memory` on the accelerator, which grows as needed.
template <class T>
std::span<const T> BringIn(const Context& context, std::span<const T> values, Buffer<T>* memory) {
  Accelerator* const accelerator = context.accelerator();
  if (accelerator == nullptr || values.empty()) return values;
  if (memory->size() < std::ssize(values)) {  // seldom: whatever knows the old memory is forgotten
    *memory = Buffer<T>(static_cast<int64_t>(std::bit_ceil(values.size())), accelerator);
  }
  accelerator->Upload(memory->data(), values.data(), static_cast<int64_t>(values.size_bytes()));
  return {memory->data(), values.size()};
}

/// Copies what kernels wrote at `from` to the processor's memory, once it is there.
template <class T>
void TakeOut(const Context& context, const T* from, std::span<T> to) {
  if (to.empty()) return;
  if (context.accelerator() == nullptr) {
    std::copy_n(from, to.size(), to.data());
    return;
  }
  const auto bytes = static_cast<int64_t>(to.size_bytes());
  constexpr int64_t kChunk = int64_t{64} << 10;  // elements
  const auto* const fetched = std::ssize(to) > kChunk
                                  ? static_cast<const T*>(context.accelerator()->Fetch(from, bytes))
                                  : nullptr;
  if (fetched == nullptr) return context.accelerator()->Download(to.data(), from, bytes);
  const int64_t n = std::ssize(to);
  context.ParallelFor((n + kChunk - 1) / kChunk, [&](int64_t i) {
    std::copy(fetched + i * kChunk, fetched + std::min(n, (i + 1) * kChunk),
              to.data() + i * kChunk);
  });
}

/// The other way: to where kernels read.
template <class T>
void PutIn(const Context& context, std::span<const T> from, T* to) {
  if (from.empty()) return;
  if (context.accelerator() == nullptr) {
    std::copy(from.begin(), from.end(), to);
  } else {
    context.accelerator()->Upload(to, from.data(), static_cast<int64_t>(from.size_bytes()));
  }
}

/// Copies within the memory of what computes.
inline void CopyThere(const Context& context, const void* from, void* to, int64_t bytes) {
  if (bytes == 0) return;
  if (context.accelerator() != nullptr) return context.accelerator()->Copy(to, from, bytes);
  constexpr int64_t kChunk = int64_t{1} << 17;
  context.ParallelFor((bytes + kChunk - 1) / kChunk, [&](int64_t i) {
    const int64_t at = i * kChunk;
    std::memcpy(static_cast<char*>(to) + at, static_cast<const char*>(from) + at,
                static_cast<size_t>(std::min(kChunk, bytes - at)));
  });
}

}  // namespace cria
