// The words that kernels are written in, for nvcc: what emulated/device_words.h does on the
// processor, here as single instructions. PTX ISA 8, sections 9.7.8 (data movement) and 9.7.14
// (matrix products).
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/cuda/device.h"
#include "tensor/dtype.h"

namespace cria::kernels::cuda {

/// Throws Error with the runtime's words unless `error` is success.
void CheckCuda(int error, const char* what);

struct LaunchShape {
  dim3 grid, block;
  int64_t shared_bytes = 0;  ///< SharedMemory()'s size
  bool overlaps = false;     ///< begins while the kernel before it ends: it calls WaitForEarlier
};
inline LaunchShape Overlapping(LaunchShape shape) {
  shape.overlaps = true;
  return shape;
}

/// Asks for one run of `kernel`.
template <class... P, class... A>
void Launch(CudaDevice* device, const LaunchShape& shape, void (*kernel)(P...), A... arguments) {
  if (shape.shared_bytes > (32 << 10)) {  // with what is declared perhaps above 48 KB
    CheckCuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                   static_cast<int>(shape.shared_bytes)),
              "shared memory of a kernel");
  }
  cudaLaunchAttribute overlap = {};
  overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  overlap.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = shape.grid;
  config.blockDim = shape.block;
  config.dynamicSmemBytes = static_cast<size_t>(shape.shared_bytes);
  config.stream = static_cast<cudaStream_t>(device->stream());
  config.attrs = &overlap;
  config.numAttrs = shape.overlaps && device->overlaps_kernels() ? 1 : 0;
  CheckCuda(cudaLaunchKernelEx(&config, kernel, static_cast<P>(arguments)...),
            "launching a kernel");
}

/// Of LaunchShape::shared_bytes, the same for all threads of a block.
template <class T = uint8_t>
__device__ __forceinline__ T* SharedMemory() {
  extern __shared__ __align__(128) uint8_t memory[];
  return reinterpret_cast<T*>(memory);
}

/// Of a kernel with LaunchShape::overlaps, at its top: until the kernels before it are done and
/// what they wrote can be read. Before it only what no kernel of late has written may be read.
__device__ __forceinline__ void WaitForEarlier() {
#if __CUDA_ARCH__ >= 900  // before, kernels do not overlap
  cudaGridDependencySynchronize();
#endif
}
/// Behind WaitForEarlier: the next kernel may begin, as far as there is room for its blocks.
__device__ __forceinline__ void LetNextBegin() {
#if __CUDA_ARCH__ >= 900
  cudaTriggerProgrammaticLaunchCompletion();
#endif
}

// Within a warp; all 32 lanes call.
template <class T>
__device__ __forceinline__ T ShuffleXor(T x, int mask) {
  return __shfl_xor_sync(0xffffffffu, x, mask);
}
template <class T>
__device__ __forceinline__ T ShuffleDown(T x, int lanes) {
  return __shfl_down_sync(0xffffffffu, x, lanes);
}
template <class T>
__device__ __forceinline__ T Shuffle(T x, int lane) {
  return __shfl_sync(0xffffffffu, x, lane);
}

// Number types. bf16 and fp16 come as bits; pairs have the first value in the low half.
__device__ __forceinline__ float Load(float x) { return x; }
__device__ __forceinline__ float Load(BF16 x) {
  return __uint_as_float(static_cast<uint32_t>(x.bits) << 16);
}
template <class T>
__device__ __forceinline__ T Round(float x);
template <>
__device__ __forceinline__ float Round<float>(float x) {
  return x;
}
template <>
__device__ __forceinline__ BF16 Round<BF16>(float x) {
  BF16 y;
  y.bits = __bfloat16_as_ushort(__float2bfloat16_rn(x));
  return y;
}
__device__ __forceinline__ uint32_t RoundPair(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<const uint32_t*>(&pair);
}
__device__ __forceinline__ float2 WidenPair(uint32_t pair) {
  return {__uint_as_float(pair << 16), __uint_as_float(pair & 0xffff0000u)};
}
__device__ __forceinline__ uint32_t RoundHalfPair(float low, float high) {
  const __half2 pair = __floats2half2_rn(low, high);
  return *reinterpret_cast<const uint32_t*>(&pair);
}
__device__ __forceinline__ float2 WidenHalfPair(uint32_t pair) {
  return __half22float2(*reinterpret_cast<const __half2*>(&pair));
}
/// a b + c of both halves of fp16 pairs, each rounded once.
__device__ __forceinline__ uint32_t MultiplyAddHalfPair(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t y;
  asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(y) : "r"(a), "r"(b), "r"(c));
  return y;
}
/// Byte i of the result is the one that nibble i of `selector` counts, of the four of `low`, then
/// the four of `high`.
__device__ __forceinline__ uint32_t SelectBytes(uint32_t low, uint32_t high, uint32_t selector) {
  return __byte_perm(low, high, selector);
}
__device__ __forceinline__ float HalfToFloat(uint16_t x) {
  return __half2float(__ushort_as_half(x));
}
__device__ __forceinline__ uint16_t FloatToHalf(float x) {
  return __half_as_ushort(__float2half_rn(x));
}
__device__ __forceinline__ float FloatOfBits(uint32_t x) { return __uint_as_float(x); }
__device__ __forceinline__ uint32_t BitsOfFloat(float x) { return __float_as_uint(x); }

// Fast functions, a few units in the last place off.
__device__ __forceinline__ float Exp(float x) { return __expf(x); }
__device__ __forceinline__ float Exp2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
__device__ __forceinline__ float Log(float x) { return logf(x); }
__device__ __forceinline__ float Sqrt(float x) { return sqrtf(x); }
__device__ __forceinline__ float InverseSqrt(float x) { return rsqrtf(x); }
/// a / b, rounded as IEEE does.
__device__ __forceinline__ float Divide(float a, float b) { return __fdiv_rn(a, b); }
/// a b, rounded by itself: never fused with a sum.
__device__ __forceinline__ float RoundedProduct(float a, float b) { return __fmul_rn(a, b); }
/// Sums of two bf16 pairs.
__device__ __forceinline__ uint32_t AddPairs(uint32_t a, uint32_t b) {
  const __nv_bfloat162 sum = __hadd2(*reinterpret_cast<const __nv_bfloat162*>(&a),
                                     *reinterpret_cast<const __nv_bfloat162*>(&b));
  return *reinterpret_cast<const uint32_t*>(&sum);
}
/// sum + the four products of signed bytes.
__device__ __forceinline__ int Dot4(int a, int b, int sum) { return __dp4a(a, b, sum); }

/// 16 bytes that are read once: they do not displace what is read again. Only of what no kernel of
/// late has written, such as weights: read as constants.
__device__ __forceinline__ uint4 LoadOnce(const void* from) {
  uint4 x;
  asm volatile("ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(x.x), "=r"(x.y), "=r"(x.z), "=r"(x.w)
               : "l"(from));
  return x;
}

/// The same of what may be new, or zeros if not `whole`: then nothing is read.
__device__ __forceinline__ uint4 LoadStreamed(const void* from, bool whole) {
  uint4 x;
  asm volatile(
      "{\n .reg .pred p;\n setp.ne.u32 p, %5, 0;\n mov.u32 %0, 0;\n mov.u32 %1, 0;\n"
      " mov.u32 %2, 0;\n mov.u32 %3, 0;\n"
      " @p ld.global.L1::no_allocate.L2::128B.v4.u32 {%0, %1, %2, %3}, [%4];\n}"
      : "=&r"(x.x), "=&r"(x.y), "=&r"(x.z), "=&r"(x.w)
      : "l"(from), "r"(static_cast<uint32_t>(whole)));
  return x;
}
/// The same of 8 bytes.
__device__ __forceinline__ uint2 LoadStreamed8(const void* from, bool whole) {
  uint2 x;
  asm volatile(
      "{\n .reg .pred p;\n setp.ne.u32 p, %3, 0;\n mov.u32 %0, 0;\n mov.u32 %1, 0;\n"
      " @p ld.global.L1::no_allocate.L2::128B.v2.u32 {%0, %1}, [%2];\n}"
      : "=&r"(x.x), "=&r"(x.y)
      : "l"(from), "r"(static_cast<uint32_t>(whole)));
  return x;
}

/// Begins to copy 16 bytes from device memory to SharedMemory(); zeros if not `whole`. Both sides
/// are 16-byte aligned.
__device__ __forceinline__ void CopyAsync16(void* shared, const void* from, bool whole = true) {
  const uint32_t to = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
  const int bytes = whole ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes)
               : "memory");
}
/// Ends a group of copies of this thread.
__device__ __forceinline__ void CommitCopies() { asm volatile("cp.async.commit_group;" ::); }
/// Until at most `kLeft` groups of this thread's copies are under way.
template <int kLeft>
__device__ __forceinline__ void WaitForCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kLeft) : "memory");
}

/// Four 8 x 8 matrices of 16-bit values from SharedMemory(): lane i gives the address of row i % 8
/// of matrix i / 8 (16 bytes, aligned). Lane i receives, of matrix j in to[j], row i / 4, columns
/// 2 (i % 4) and the next; `Transposed`: column i / 4, rows 2 (i % 4) and the next.
__device__ __forceinline__ void LoadTiles(const void* row, uint32_t (&to)[4]) {
  const uint32_t from = static_cast<uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(from)
               : "memory");
}
__device__ __forceinline__ void LoadTilesTransposed(const void* row, uint32_t (&to)[4]) {
  const uint32_t from = static_cast<uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(from)
               : "memory");
}

/// c [16, 8] += a [16, 16] b [16, 8] of a warp, bf16 operands, fp32 sums (mma.m16n8k16). Lane i
/// with g = i / 4, t = i % 4 holds: of c, rows g (c[0], c[1]) and g + 8 (c[2], c[3]), columns 2t
/// and 2t + 1; of a, pairs of neighbouring k: a[0] row g, k 2t; a[1] row g + 8, k 2t; a[2] row g,
/// k 2t + 8; a[3] row g + 8, k 2t + 8; of b, b0 k 2t and the next, column g; b1 k 2t + 8.
__device__ __forceinline__ void MultiplyAdd(float (&c)[4], const uint32_t (&a)[4], uint32_t b0,
                                            uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
/// MultiplyAdd of fp16 operands.
__device__ __forceinline__ void MultiplyAddHalf(float (&c)[4], const uint32_t (&a)[4], uint32_t b0,
                                                uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

}  // namespace cria::kernels::cuda
