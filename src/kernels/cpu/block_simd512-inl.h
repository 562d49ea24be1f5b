// 512-bit vectors for block_decode-inl.h: 16 rows of W side by side. For files compiled for AVX-512
// with VNNI and BF16.
#pragma once

#include <immintrin.h>
#include <stdint.h>

namespace cria::kernels::internal {
namespace {

struct Simd {
  static constexpr int kLanes = 16, kFusedRows = 8, kFusedUpTo = 24, kTileRows = 6;
  static constexpr bool kPairs = true;
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
  static inline __attribute__((always_inline)) U AndXor(U x, uint32_t mask, uint32_t turn) {
    return (U)_mm512_ternarylogic_epi32((__m512i)x, _mm512_set1_epi32(static_cast<int>(mask)),
                                        _mm512_set1_epi32(static_cast<int>(turn)), 0x6A);
  }
  static inline __attribute__((always_inline)) F Same(float x) { return (F)_mm512_set1_ps(x); }
  static inline __attribute__((always_inline)) F MulAdd(F a, F b, F c) {
    return (F)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
  }
  /// bf16 of `even` in the lower halves, of `odd` in the upper.
  static inline __attribute__((always_inline)) U ToPairs(F even, F odd) {
    const __m512i halves = (__m512i)_mm512_cvtne2ps_pbh((__m512)odd, (__m512)even);
    // Word i of the result: i / 2, from the upper 16 words for odd i.
    const __m512i low = _mm512_cvtepi8_epi16(_mm256_set_epi8(31, 15, 30, 14, 29, 13, 28, 12, 27, 11,
                                                             26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21,
                                                             5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0));
    return (U)_mm512_permutexvar_epi16(low, halves);
  }
  template <bool kSmall>
  static inline __attribute__((always_inline)) I Dot(I sum, U u, uint32_t x) {
    return (I)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)u, _mm512_set1_epi32(static_cast<int>(x)));
  }
};

}  // namespace
}  // namespace cria::kernels::internal
