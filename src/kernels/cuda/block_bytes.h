// Reading GGUF's blocks on the device: numbers of several bytes, at even addresses at least.
#pragma once

#include "device_words.h"

namespace cria::kernels::cuda {

__device__ __forceinline__ uint32_t TwoBytes(const uint8_t* at) {
  return *reinterpret_cast<const uint16_t*>(at);
}
/// At a multiple of 4.
__device__ __forceinline__ uint32_t FourBytes(const uint8_t* at) {
  return *reinterpret_cast<const uint32_t*>(at);
}
__device__ __forceinline__ float HalfOf(const uint8_t* at) {
  return HalfToFloat(*reinterpret_cast<const uint16_t*>(at));
}

}  // namespace cria::kernels::cuda
