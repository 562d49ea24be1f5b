// Quantised products with 512-bit vectors and vpdpbusd (AVX-512 VNNI): 16 rows of W side by side;
// and their weights as bf16 (AVX-512 BF16).
#if defined(__x86_64__)
#include "kernels/cpu/block_simd512-inl.h"
// (Simd comes first.)
#include "kernels/cpu/block_sweep-inl.h"

namespace cria::kernels::internal {
namespace {

CRIA_INLINE __m512 Floats(const void* x, bool halves, int64_t at) {
  if (!halves) return _mm512_loadu_ps(static_cast<const float*>(x) + at);
  const auto* from = static_cast<const uint16_t*>(x) + at;
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

/// QuantizeBlocks, the same bits.
void QuantizeBlocks512(const void* from, bool halves, int64_t n, int8_t* q, float* scale,
                       int32_t* sums) {
  const __m512i magnitude = _mm512_set1_epi32(0x7FFFFFFF);
  for (int64_t b = 0; b < n; ++b, q += 32, sums += 2) {
    const __m512 x[2] = {Floats(from, halves, 32 * b), Floats(from, halves, 32 * b + 16)};
    const uint32_t most = _mm512_reduce_max_epu32(
        _mm512_max_epu32(_mm512_and_si512(_mm512_castps_si512(x[0]), magnitude),
                         _mm512_and_si512(_mm512_castps_si512(x[1]), magnitude)));
    scale[b] = AsFloat(most) / 127.0f;
    const __m512 inverse = _mm512_set1_ps(most != 0 ? 127.0f / AsFloat(most) : 0.0f);
    for (int h = 0; h < 2; ++h) {
      const __m512 shifted =
          _mm512_add_ps(_mm512_mul_ps(x[h], inverse), _mm512_set1_ps(12582912.0f));
      const __m512i rounded =
          _mm512_sub_epi32(_mm512_castps_si512(shifted), _mm512_set1_epi32(0x4B400000));
      const __m128i bytes = _mm512_cvtepi32_epi8(rounded);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(q + 16 * h), bytes);
      sums[h] = _mm512_reduce_add_epi32(_mm512_cvtepi8_epi32(bytes));
    }
  }
}

constexpr BlockUnit MakeUnit() {
  BlockUnit unit = MakeBlockUnit();
  unit.quantize = QuantizeBlocks512;
  return unit;
}

}  // namespace

const BlockUnit kAvx512Vnni = MakeUnit();

}  // namespace cria::kernels::internal
#endif
