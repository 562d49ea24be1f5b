// Products of a few rows of bf16 with weights in GGUF's blocks, where the blocks lie.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/block_matmul.h"
#include "kernels/cuda/device.h"

namespace cria::kernels::cuda {

/// Matrices that BlockRows takes at once, and the rows of x.
inline constexpr int64_t kMostBlockParts = 4, kMostBlockRows = 8;

/// Whether BlockRows can multiply with `part`: a quantised type in words as aligned as it needs,
/// and a row of x that fits into shared memory.
bool HasBlockRows(const CudaDevice& device, const BlockMatrix& part);

/// C [m, sum of n] = x W^T, or +=, fp32 sums; the parts are of one type and k. m <= kMostBlockRows,
/// C is float or BF16. An element's bits depend on its row of x and its row of W alone.
template <class C>
void BlockRows(CudaDevice* device, int64_t m, const BF16* x, int64_t x_stride,
               std::span<const BlockMatrix> parts, C* c, int64_t ldc, bool accumulate);

}  // namespace cria::kernels::cuda
