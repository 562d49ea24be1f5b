// Quantised products with 256-bit vectors (AVX2, FMA, F16C): 8 rows of W side by side.
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>

namespace cria::kernels::internal {
namespace {

struct Simd {
  static constexpr int kLanes = 8, kFusedRows = 4, kFusedUpTo = 8, kTileRows = 2;
  static constexpr bool kPairs = false;
  typedef uint32_t U __attribute__((vector_size(32)));
  typedef int32_t I __attribute__((vector_size(32)));
  typedef float F __attribute__((vector_size(32)));

  static inline __attribute__((always_inline)) __m256i Two(const uint8_t* from, int64_t stride) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 4 * stride));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
  }
  static inline __attribute__((always_inline)) void Transpose(const uint8_t* from, int64_t stride,
                                                              U* to) {
    const __m256i a = Two(from, stride), b = Two(from + stride, stride),
                  c = Two(from + 2 * stride, stride), d = Two(from + 3 * stride, stride);
    const __m256i ab = _mm256_unpacklo_epi32(a, b), cd = _mm256_unpacklo_epi32(c, d);
    const __m256i ab2 = _mm256_unpackhi_epi32(a, b), cd2 = _mm256_unpackhi_epi32(c, d);
    to[0] = (U)_mm256_unpacklo_epi64(ab, cd);
    to[1] = (U)_mm256_unpackhi_epi64(ab, cd);
    to[2] = (U)_mm256_unpacklo_epi64(ab2, cd2);
    to[3] = (U)_mm256_unpackhi_epi64(ab2, cd2);
  }
  static inline __attribute__((always_inline)) F HalfToFloat(U x) {
    const __m256i v = (__m256i)x;
    const __m128i packed =
        _mm_packus_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    return (F)_mm256_cvtph_ps(packed);
  }
  static inline __attribute__((always_inline)) F ToFloat(I x) {
    return (F)_mm256_cvtepi32_ps((__m256i)x);
  }
  static inline __attribute__((always_inline)) U AndXor(U x, uint32_t mask, uint32_t turn) {
    return (x & mask) ^ turn;
  }
  static inline __attribute__((always_inline)) F Same(float x) { return (F)_mm256_set1_ps(x); }
  static inline __attribute__((always_inline)) F MulAdd(F a, F b, F c) {
    return (F)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
  }
  /// Exact: pairs of u <= 63 fit 16 bits; larger u are widened first.
  template <bool kSmall>
  static inline __attribute__((always_inline)) I Dot(I sum, U u, uint32_t x) {
    const __m256i q = _mm256_set1_epi32(static_cast<int>(x)), v = (__m256i)u;
    if constexpr (kSmall) {
      const __m256i pairs = _mm256_maddubs_epi16(v, q);
      return sum + (I)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    } else {
      const __m256i low = _mm256_and_si256(v, _mm256_set1_epi16(0xFF));
      const __m256i high = _mm256_srli_epi16(v, 8);
      const __m256i even = _mm256_srai_epi16(_mm256_slli_epi16(q, 8), 8);
      return sum + (I)_mm256_madd_epi16(low, even) +
             (I)_mm256_madd_epi16(high, _mm256_srai_epi16(q, 8));
    }
  }
};

}  // namespace
}  // namespace cria::kernels::internal

#include "kernels/cpu/block_sweep-inl.h"

namespace cria::kernels::internal {
const BlockUnit kAvx2Blocks = MakeBlockUnit();
}  // namespace cria::kernels::internal
#endif
