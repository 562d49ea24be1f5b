// Owning, aligned, zero-initialised memory, of the processor or of an accelerator. Large buffers of
// the processor ask for huge pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/accelerator.h"

namespace cria {

/// What a buffer of so many bytes takes of the memory: whole huge pages once it fills one.
int64_t ReservedBytes(int64_t bytes);

/// Move-only array of a trivial T, 64-byte aligned (2 MiB for large ones), zeroed. Of an
/// accelerator's memory only the address is of use here: its kernels read it.
class RawBuffer {
 public:
  RawBuffer() = default;
  explicit RawBuffer(size_t bytes, Accelerator* accelerator = nullptr);
  ~RawBuffer();
  RawBuffer(RawBuffer&& other) noexcept { *this = std::move(other); }
  RawBuffer& operator=(RawBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(mapped_bytes_, other.mapped_bytes_);
    std::swap(accelerator_, other.accelerator_);
    return *this;
  }
  RawBuffer(const RawBuffer&) = delete;

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
  size_t mapped_bytes_ = 0;
  Accelerator* accelerator_ = nullptr;
};

template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(int64_t size, Accelerator* accelerator = nullptr)
      : raw_(static_cast<size_t>(size) * sizeof(T), accelerator), size_(size) {}

  /// At least `size` elements; what stood there is lost if it has to grow.
  T* Grow(int64_t size, Accelerator* accelerator = nullptr) {
    if (size_ < size) *this = Buffer(size, accelerator);
    return data();
  }

  T* data() { return static_cast<T*>(raw_.data()); }
  const T* data() const { return static_cast<const T*>(raw_.data()); }
  int64_t size() const { return size_; }
  int64_t bytes() const { return size_ * static_cast<int64_t>(sizeof(T)); }
  T& operator[](int64_t i) { return data()[i]; }
  const T& operator[](int64_t i) const { return data()[i]; }
  std::span<T> span() { return {data(), static_cast<size_t>(size_)}; }
  std::span<const T> span() const { return {data(), static_cast<size_t>(size_)}; }

 private:
  RawBuffer raw_;
  int64_t size_ = 0;
};

}  // namespace cria
