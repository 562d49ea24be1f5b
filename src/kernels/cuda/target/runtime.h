// What the files on the CUDA runtime share.
#pragma once

#include <cuda_runtime.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>

#include "kernels/cuda/device.h"

namespace cria::kernels::cuda {

/// Throws Error with the runtime's words unless `error` is cudaSuccess.
void CheckCuda(int error, const char* what);

/// The vendor's library for products and what it chose for each kind of them (product.cc).
class ProductPlans;
struct DeleteProductPlans {
  void operator()(ProductPlans* plans) const;
};

struct CudaDevice::State {
  cudaDeviceProp properties = {};
  cudaStream_t stream = nullptr;
  // Pinned memory, handed out in turn; `staging_free` is behind all that was handed out.
  uint8_t* staging = nullptr;
  int64_t staging_at = 0;
  cudaEvent_t staging_free = nullptr;
  cudaEvent_t begin = nullptr, end = nullptr;
  std::array<uint8_t*, kPlaces> scratch = {};
  std::array<int64_t, kPlaces> scratch_bytes = {};
  bool recording = false;
  std::map<uint64_t, cudaGraphExec_t> graphs;  // null: run once, not recorded yet
  std::unique_ptr<ProductPlans, DeleteProductPlans> products;

  cudaGraphExec_t Record(const std::function<void()>& f);
  void DropReplays() noexcept;
};

}  // namespace cria::kernels::cuda
