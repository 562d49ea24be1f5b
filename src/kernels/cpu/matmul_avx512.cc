// Float products with AVX-512, also for bf16 operands on machines that cannot multiply bf16.
#if defined(__x86_64__)
#include "kernels/cpu/matmul_avx512-inl.h"

namespace cria::kernels::internal {
namespace {

struct FloatOp : Avx512Op {
  static CRIA_INLINE Float MulAdd(Float sum, Vector a, Vector b) {
    return _mm512_fmadd_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b), sum);
  }
};

}  // namespace

const MatmulUnit kAvx512Float = MakeUnit<FloatOp, FloatLoader, FloatWeights>();
const MatmulUnit kAvx512Bf16 = MakeUnit<FloatOp, WidenedLoader, WidenedWeights>();

}  // namespace cria::kernels::internal
#endif
