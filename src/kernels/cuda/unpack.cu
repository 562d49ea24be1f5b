// Stored values of any type to the operand type of products. A thread decodes eight neighbours and
// writes them at once: of a block type 0.3 to 1.1 bytes are read per value and 2 or 4 written,
// which takes the memory longer than the decoding.
#include <type_traits>

#include "kernels/cuda/block_decode.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/vectors.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kAtOnce = 8;

template <class D, class T>
__global__ void UnpackBlocks(int64_t n, const uint8_t* __restrict__ from, T* __restrict__ to) {
  const int64_t i = FirstElement(kAtOnce);
  if (i >= n) return;
  float values[kAtOnce];
  D::DecodeEight(from + i / D::kElements * D::kBytes, static_cast<int>(i % D::kElements), values);
  if (reinterpret_cast<uintptr_t>(to) % 16 == 0) {
    StoreValues(values, to + i);
  } else {
#pragma unroll
    for (int j = 0; j < kAtOnce; ++j) to[i + j] = Round<T>(values[j]);
  }
}

__device__ __forceinline__ void LoadScalars(const BF16* from, float (&to)[kAtOnce]) {
  LoadValues(from, to);
}
__device__ __forceinline__ void LoadScalars(const F16* from, float (&to)[kAtOnce]) {
  const uint4 eight = *reinterpret_cast<const uint4*>(from);
  const uint32_t pairs[4] = {eight.x, eight.y, eight.z, eight.w};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const float2 two = WidenHalfPair(pairs[i]);
    to[2 * i] = two.x, to[2 * i + 1] = two.y;
  }
}
template <class S>
__device__ __forceinline__ void LoadScalars(const S* from, float (&to)[1]) {
  if constexpr (std::is_same_v<S, F16>) {
    to[0] = HalfToFloat(from->bits);
  } else if constexpr (std::is_same_v<S, BF16>) {
    to[0] = Load(*from);
  } else {
    to[0] = static_cast<float>(*from);
  }
}

template <int N, class S, class T>
__global__ void UnpackScalars(int64_t n, const S* __restrict__ from, T* __restrict__ to) {
  const int64_t i = FirstElement(N);
  if (i + N <= n) {
    float values[N];
    LoadScalars(from + i, values);
    StoreValues(values, to + i);
  } else {
    for (int64_t j = i; j < n; ++j) {
      float value[1];
      LoadScalars(from + j, value);
      StoreValues(value, to + j);
    }
  }
}

template <class D, class T>
void LaunchBlocks(CudaDevice* device, const uint8_t* from, int64_t n, T* to) {
  Launch(device, VectorShape(n, kAtOnce), UnpackBlocks<D, T>, n, from, to);
}
template <class S, class T>
void LaunchScalars(CudaDevice* device, const uint8_t* from, int64_t n, T* to) {
  const S* const scalars = reinterpret_cast<const S*>(from);
  if constexpr (sizeof(S) == 2) {
    if (Aligned(from, to)) {
      return Launch(device, VectorShape(n, kAtOnce), UnpackScalars<kAtOnce, S, T>, n, scalars, to);
    }
  }
  Launch(device, VectorShape(n, 1), UnpackScalars<1, S, T>, n, scalars, to);
}

}  // namespace

template <class T>
void Unpack(const Context& context, DType type, const uint8_t* from, int64_t elements, T* to) {
  if (elements == 0) return;
  CudaDevice* const device = &CudaDevice::Of(context);
  if (type == kDTypeOf<T>) {
    return device->Copy(to, from, elements * static_cast<int64_t>(sizeof(T)));
  }
  switch (type) {
    case DType::kF32:
      return Convert(context, elements, reinterpret_cast<const float*>(from), to);
    case DType::kBF16:
      return LaunchScalars<BF16>(device, from, elements, to);
    case DType::kF16:
      return LaunchScalars<F16>(device, from, elements, to);
    case DType::kF64:
      return LaunchScalars<double>(device, from, elements, to);
    case DType::kI32:
      return LaunchScalars<int32_t>(device, from, elements, to);
    case DType::kI64:
      return LaunchScalars<int64_t>(device, from, elements, to);
    case DType::kU8:
      return LaunchScalars<uint8_t>(device, from, elements, to);
    case DType::kQ4_0:
      return LaunchBlocks<DecodeQ4_0>(device, from, elements, to);
    case DType::kQ4_1:
      return LaunchBlocks<DecodeQ4_1>(device, from, elements, to);
    case DType::kQ5_0:
      return LaunchBlocks<DecodeQ5_0>(device, from, elements, to);
    case DType::kQ5_1:
      return LaunchBlocks<DecodeQ5_1>(device, from, elements, to);
    case DType::kQ8_0:
      return LaunchBlocks<DecodeQ8_0>(device, from, elements, to);
    case DType::kQ2_K:
      return LaunchBlocks<DecodeQ2_K>(device, from, elements, to);
    case DType::kQ3_K:
      return LaunchBlocks<DecodeQ3_K>(device, from, elements, to);
    case DType::kQ4_K:
      return LaunchBlocks<DecodeQ4_K>(device, from, elements, to);
    case DType::kQ5_K:
      return LaunchBlocks<DecodeQ5_K>(device, from, elements, to);
    case DType::kQ6_K:
      return LaunchBlocks<DecodeQ6_K>(device, from, elements, to);
  }
}

template void Unpack(const Context&, DType, const uint8_t*, int64_t, float*);
template void Unpack(const Context&, DType, const uint8_t*, int64_t, BF16*);

}  // namespace cria::kernels::cuda
