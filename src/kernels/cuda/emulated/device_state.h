// What the emulated device remembers: its memory, and of each replay what it asked for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <type_traits>

#include "kernels/cuda/device.h"

namespace cria::kernels::cuda {
namespace emulated {

/// A hash of the work asked for and its arguments, but for structures with padding or floats.
class WorkLog {
 public:
  template <class T>
  void Add(const T& x) {
    if constexpr (std::has_unique_object_representations_v<T> || std::is_floating_point_v<T>) {
      AddBytes(&x, sizeof(T));
    }
  }
  void Clear() { hash_ = 0; }
  uint64_t hash() const { return hash_; }

 private:
  void AddBytes(const void* bytes, size_t n);
  uint64_t hash_ = 0;
};

}  // namespace emulated

struct CudaDevice::State {
  emulated::WorkLog log;
  std::map<void*, int64_t> allocated;  ///< bytes of each
  int64_t allocated_bytes = 0;
  struct Scratch {
    void* memory = nullptr;
    int64_t bytes = 0, asked_bytes = 0;
  } scratch[kPlaces];
  /// From a key's second call on: what it asks for.
  std::map<uint64_t, std::optional<uint64_t>> replays;
  bool in_replay = false;
  bool is_recorded = false;  ///< the replay that runs
};

}  // namespace cria::kernels::cuda
