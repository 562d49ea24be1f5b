// Quantised products with 512-bit vectors and vpdpbusd (AVX-512 VNNI): 16 rows of W side by side.
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>

namespace cria::kernels::internal {
namespace {

struct Simd {
  static constexpr int kLanes = 16, kTileRows = 6, kRowsAtOnce = 8;
  typedef uint32_t U __attribute__((vector_size(64)));
  typedef int32_t I __attribute__((vector_size(64)));
  typedef float F __attribute__((vector_size(64)));

  static inline __attribute__((always_inline)) __m512i Four(const uint8_t* from, int64_t stride) {
    const auto load = [](const uint8_t* p) __attribute__((always_inline)) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    };
    __m512i x = _mm512_castsi128_si512(load(from));
    x = _mm512_inserti32x4(x, load(from + 4 * stride), 1);
    x = _mm512_inserti32x4(x, load(from + 8 * stride), 2);
    return _mm512_inserti32x4(x, load(from + 12 * stride), 3);
  }
  /// 16 bytes of each row -> 4 words. Row r = 4 i + j comes to lane r: the 128-bit part i of input
  /// j, transposed within parts.
  static inline __attribute__((always_inline)) void Transpose(const uint8_t* from, int64_t stride,
                                                              U* to) {
    const __m512i a = Four(from, stride), b = Four(from + stride, stride),
                  c = Four(from + 2 * stride, stride), d = Four(from + 3 * stride, stride);
    const __m512i ab = _mm512_unpacklo_epi32(a, b), cd = _mm512_unpacklo_epi32(c, d);
    const __m512i ab2 = _mm512_unpackhi_epi32(a, b), cd2 = _mm512_unpackhi_epi32(c, d);
    to[0] = (U)_mm512_unpacklo_epi64(ab, cd);
    to[1] = (U)_mm512_unpackhi_epi64(ab, cd);
    to[2] = (U)_mm512_unpacklo_epi64(ab2, cd2);
    to[3] = (U)_mm512_unpackhi_epi64(ab2, cd2);
  }
  static inline __attribute__((always_inline)) F HalfToFloat(U x) {
    return (F)_mm512_cvtph_ps(_mm512_cvtepi32_epi16((__m512i)x));
  }
  static inline __attribute__((always_inline)) F ToFloat(I x) {
    return (F)_mm512_cvtepi32_ps((__m512i)x);
  }
  static inline __attribute__((always_inline)) F MulAdd(F a, F b, F c) {
    return (F)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
  }
  template <bool kSmall>
  static inline __attribute__((always_inline)) I Dot(I sum, U u, uint32_t x) {
    return (I)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)u, _mm512_set1_epi32(static_cast<int>(x)));
  }
};

}  // namespace
}  // namespace cria::kernels::internal

#include "kernels/cpu/block_sweep-inl.h"

namespace cria::kernels::internal {
const BlockUnit kAvx512Vnni = MakeBlockUnit();
}  // namespace cria::kernels::internal
#endif
