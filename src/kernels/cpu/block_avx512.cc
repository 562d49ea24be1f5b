// Quantised products with 512-bit vectors and vpdpbusd (AVX-512 VNNI): 16 rows of W side by side;
// and their weights as bf16 (AVX-512 BF16).
#if defined(__x86_64__)
#include "kernels/cpu/block_simd512-inl.h"
// (Simd comes first.)
#include "kernels/cpu/block_sweep-inl.h"

namespace cria::kernels::internal {
const BlockUnit kAvx512Vnni = MakeBlockUnit();
}  // namespace cria::kernels::internal
#endif
