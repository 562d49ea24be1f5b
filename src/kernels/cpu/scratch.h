// Memory for blocks of one task, kept per thread and reused, so that kernels do not allocate in the
// steady state. Contents are left over from earlier tasks.
#pragma once

#include <cstdint>

#include "tensor/buffer.h"

namespace cria::kernels {

/// Hands out consecutive aligned arrays of this thread's scratch memory. One at a time per thread.
class Scratch {
 public:
  /// `bytes`: the sum of all later requests, each rounded up by Bytes.
  explicit Scratch(int64_t bytes) {
    thread_local Buffer<uint8_t> memory;
    if (memory.size() < bytes) memory = Buffer<uint8_t>(bytes);
    next_ = memory.data();
  }
  template <class T>
  static int64_t Bytes(int64_t n) {
    return (n * static_cast<int64_t>(sizeof(T)) + 63) / 64 * 64;
  }
  template <class T>
  T* Take(int64_t n) {
    T* result = reinterpret_cast<T*>(next_);
    next_ += Bytes<T>(n);
    return result;
  }

 private:
  uint8_t* next_;
};

}  // namespace cria::kernels
