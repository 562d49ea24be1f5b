// Vector helpers shared by the CPU kernels, compiled once per instruction set by Highway: loads and
// stores of T as float vectors, exp, sums. Include after "hwy/foreach_target.h".
//
// Every function works on whole vectors of d; ragged ends are the caller's (LoadN and StoreN).

#if defined(CRIA_KERNELS_CPU_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef CRIA_KERNELS_CPU_SIMD_INL_H_
#undef CRIA_KERNELS_CPU_SIMD_INL_H_
#else
#define CRIA_KERNELS_CPU_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include "tensor/dtype.h"

HWY_BEFORE_NAMESPACE();
namespace cria::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Floats>;
inline constexpr Floats kFloats;
HWY_INLINE int64_t LaneCount() { return static_cast<int64_t>(hn::Lanes(kFloats)); }

HWY_INLINE Vector Load(const float* p) { return hn::LoadU(kFloats, p); }
HWY_INLINE Vector Load(const BF16* p) {
  const hn::Rebind<uint16_t, Floats> half;
  const hn::Rebind<uint32_t, Floats> word;
  const auto bits = hn::LoadU(half, reinterpret_cast<const uint16_t*>(p));
  return hn::BitCast(kFloats, hn::ShiftLeft<16>(hn::PromoteTo(word, bits)));
}
HWY_INLINE void Store(Vector x, float* p) { hn::StoreU(x, kFloats, p); }
/// Rounds to nearest even; NaN stays NaN: the same bits as BF16(float).
HWY_INLINE void Store(Vector x, BF16* p) {
  const hn::Rebind<uint16_t, Floats> half;
  const hn::Rebind<uint32_t, Floats> word;
  const hn::Rebind<int32_t, Floats> signed_word;
  const auto bits = hn::BitCast(word, x);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(word, 1));
  const auto rounded = hn::ShiftRight<16>(hn::Add(bits, hn::Add(odd, hn::Set(word, 0x7FFF))));
  const auto quiet = hn::Or(hn::ShiftRight<16>(bits), hn::Set(word, 0x40));
  const auto result = hn::IfThenElse(hn::RebindMask(word, hn::IsNaN(x)), quiet, rounded);
  hn::StoreU(hn::DemoteTo(half, hn::BitCast(signed_word, result)), half,
             reinterpret_cast<uint16_t*>(p));
}

/// The first n < LaneCount() values, the other lanes `fill`.
template <class T>
HWY_INLINE Vector LoadN(const T* p, int64_t n, float fill = 0) {
  HWY_ALIGN float values[16];
  for (int64_t i = 0; i < 16; ++i) values[i] = i < n ? ToFloat(p[i]) : fill;
  return hn::Load(kFloats, values);
}
template <class T>
HWY_INLINE void StoreN(Vector x, T* p, int64_t n) {
  HWY_ALIGN float values[16] = {};
  hn::Store(x, kFloats, values);
  for (int64_t i = 0; i < n; ++i) p[i] = FromFloat<T>(values[i]);
}

/// Calls f(i, load, store) for i = 0, N, 2N, ... < n, the last time with masked load and store.
template <class F>
HWY_INLINE void ForVectors(int64_t n, F&& f) {
  const int64_t lanes = LaneCount();
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    f(
        i, [](const auto* p) HWY_ATTR { return Load(p); },
        [](Vector x, auto* p) HWY_ATTR { Store(x, p); });
  }
  if (i < n) {
    const int64_t left = n - i;
    f(
        i, [left](const auto* p) HWY_ATTR { return LoadN(p, left); },
        [left](Vector x, auto* p) HWY_ATTR { StoreN(x, p, left); });
  }
}

HWY_INLINE float Sum(Vector x) { return hn::GetLane(hn::SumOfLanes(kFloats, x)); }

/// 2^f * 2^n for f in [-1/2, 1/2] and shifted = n + kExponentShift. The polynomial is minimax with
/// the constant fixed at 1, off by 9.2e-8 relatively.
HWY_INLINE Vector ScaledExp2(Vector f, Vector shifted) {
  const hn::Rebind<int32_t, Floats> integer;
  Vector p = hn::MulAdd(f, hn::Set(kFloats, 0.001326472731307149f),
                        hn::Set(kFloats, 0.009671512991189957f));
  p = hn::MulAdd(f, p, hn::Set(kFloats, 0.05550733581185341f));
  p = hn::MulAdd(f, p, hn::Set(kFloats, 0.24022242426872253f));
  p = hn::MulAdd(f, p, hn::Set(kFloats, 0.6931470036506653f));
  p = hn::MulAdd(f, p, hn::Set(kFloats, 1.0f));
  // The low bits of `shifted` are n + 127, the exponent field of 2^n; 0 for n = -127.
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(integer, shifted));
  return hn::Mul(p, hn::BitCast(kFloats, exponent));
}
/// Added to a number below 2^22, rounds it to an integer n and leaves n + 127 in the low bits.
inline constexpr float kExponentShift = 12582912.0f + 127.0f;

/// 2^x for x < 127.5, NaN for NaN. Relative error below 2.5e-7; 0 for x <= -126.5.
HWY_INLINE Vector Exp2(Vector x) {
  const Vector shift = hn::Set(kFloats, kExponentShift);
  x = hn::Max(hn::Set(kFloats, -127.0f), x);
  const Vector shifted = hn::Add(x, shift);
  return ScaledExp2(hn::Sub(x, hn::Sub(shifted, shift)), shifted);
}

/// e^x for x <= 88, NaN for NaN. Relative error below 2.5e-7 + 1.4e-8 |x| with fused multiply-add
/// (the rounding of log2(e)), 2.5e-7 + 8e-8 |x| without; 0 for x < -87.7.
HWY_INLINE Vector Exp(Vector x) {
  const Vector shift = hn::Set(kFloats, kExponentShift);
  const Vector log2e = hn::Set(kFloats, 1.44269504088896341f);
  x = hn::Max(hn::Set(kFloats, -88.02f), x);
  const Vector shifted = hn::MulAdd(x, log2e, shift);
  return ScaledExp2(hn::MulSub(x, log2e, hn::Sub(shifted, shift)), shifted);
}

/// 1 / x for normal x, within 2^-22.
HWY_INLINE Vector Reciprocal(Vector x) {
  if constexpr (HWY_TARGET <= HWY_AVX2) {  // 12 or 14 bits from the table, doubled by Newton's step
    const Vector guess = hn::ApproximateReciprocal(x);
    return hn::Mul(guess, hn::NegMulAdd(x, guess, hn::Set(kFloats, 2.0f)));
  } else {
    return hn::Div(hn::Set(kFloats, 1.0f), x);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cria::kernels
HWY_AFTER_NAMESPACE();

#endif
