// For tests: values in the device's memory, poisoned or given, with a guard behind them.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "kernels/cpu/test_values.h"
#include "kernels/cuda/operations.h"

namespace cria::kernels::cuda {

/// With the first GPU of this machine, or its emulation.
inline const Context& DeviceContext() {
  static const Context context(2, nullptr, OpenDevice(0));
  return context;
}

template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(const std::vector<T>& values)
      : size_(values.size()), memory_(Bytes(), DeviceContext().accelerator()) {
    std::vector<uint8_t> bytes(Bytes(), kGuard);
    std::memcpy(bytes.data(), values.data(), size_ * sizeof(T));
    DeviceContext().accelerator()->Upload(memory_.data(), bytes.data(), Bytes());
  }
  /// NaN everywhere.
  static DeviceArray Poisoned(int64_t n) { return DeviceArray(kernels::Poisoned<T>(n)); }

  T* data() { return static_cast<T*>(memory_.data()); }
  /// Fails the test if something was written behind the end.
  std::vector<T> Values() const {
    std::vector<uint8_t> bytes(Bytes());
    DeviceContext().accelerator()->Download(bytes.data(), memory_.data(), Bytes());
    std::vector<T> values(size_);
    std::memcpy(values.data(), bytes.data(), size_ * sizeof(T));
    for (size_t i = size_ * sizeof(T); i < bytes.size(); ++i) {
      if (bytes[i] != kGuard) {
        ADD_FAILURE() << "written " << i - size_ * sizeof(T) << " bytes behind the end";
        break;
      }
    }
    return values;
  }

 private:
  static constexpr uint8_t kGuard = 0xA5;
  static constexpr int64_t kGuardBytes = 512;
  int64_t Bytes() const { return static_cast<int64_t>(size_ * sizeof(T)) + kGuardBytes; }

  size_t size_;
  RawBuffer memory_;
};

}  // namespace cria::kernels::cuda
