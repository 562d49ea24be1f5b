// Products of bf16 pairs with vdpbf16ps: two products per lane, added to a float. The instruction
// flushes denormal inputs and results to zero.
#if defined(__x86_64__)
#include "kernels/cpu/matmul_avx512-inl.h"

namespace cria::kernels::internal {
namespace {

struct Bf16Op : Avx512Op {
  using Avx512Op::Store;
  static CRIA_INLINE void Store(uint16_t* p, int64_t n, Float x) {
    StoreHalves(p, n, (__m256i)_mm512_cvtneps_pbh(x));
  }
  static CRIA_INLINE Float MulAdd(Float sum, Vector a, Vector b) {
    return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
  }
};

}  // namespace

const MatmulUnit kAvx512NativeBf16 = MakeUnit<Bf16Op, PairLoader, PairWeights>();

}  // namespace cria::kernels::internal
#endif
