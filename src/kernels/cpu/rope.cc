// Rotary position embedding on the CPU, in place.
#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/rope.cc"
#include <hwy/foreach_target.h>
//
#include <algorithm>
#include <cmath>

#include "kernels/cpu/simd-inl.h"
#include "kernels/cuda/operations.h"
#include "kernels/rope.h"

HWY_BEFORE_NAMESPACE();
namespace cria::kernels {
namespace HWY_NAMESPACE {

/// The even and the odd members of the pairs at p, as float vectors of D.
template <class D, class V>
HWY_INLINE void LoadPairs(D d, const float* p, V& even, V& odd) {
  hn::LoadInterleaved2(d, p, even, odd);
}
template <class D, class V>
HWY_INLINE void StorePairs(D d, V even, V odd, float* p) {
  hn::StoreInterleaved2(even, odd, d, p);
}
template <class D, class V>
HWY_INLINE void LoadPairs(D d, const BF16* p, V& even, V& odd) {
  const hn::RebindToUnsigned<D> word;
  const auto both = hn::LoadU(word, reinterpret_cast<const uint32_t*>(p));
  even = hn::BitCast(d, hn::ShiftLeft<16>(both));
  odd = hn::BitCast(d, hn::AndNot(hn::Set(word, 0xFFFF), both));
}
template <class D, class V>
HWY_INLINE auto RoundedBits(D, V x) {
  const hn::RebindToUnsigned<D> word;
  const auto bits = hn::BitCast(word, x);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(word, 1));
  const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(word, 0x7FFF)));
  const auto quiet = hn::Or(bits, hn::Set(word, 0x400000));
  return hn::IfThenElse(hn::RebindMask(word, hn::IsNaN(x)), quiet, rounded);
}
template <class D, class V>
HWY_INLINE void StorePairs(D d, V even, V odd, BF16* p) {
  const hn::RebindToUnsigned<D> word;
  const auto low = hn::ShiftRight<16>(RoundedBits(d, even));
  const auto high = hn::AndNot(hn::Set(word, 0xFFFF), RoundedBits(d, odd));
  hn::StoreU(hn::Or(low, high), word, reinterpret_cast<uint32_t*>(p));
}

/// Rotates pairs i, i + lanes, ... of one head while whole vectors of D fit; returns the next i.
template <class D, class T>
HWY_INLINE int64_t RotateVectors(D d, int64_t i, int64_t half, const float* cos, const float* sin,
                                 float sign, T* head) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (; i + lanes <= half; i += lanes) {
    hn::Vec<D> a, b;
    LoadPairs(d, head + 2 * i, a, b);
    const auto c = hn::LoadU(d, cos + i), s = hn::Mul(hn::LoadU(d, sin + i), hn::Set(d, sign));
    StorePairs(d, hn::MulSub(a, c, hn::Mul(b, s)), hn::MulAdd(a, s, hn::Mul(b, c)), head + 2 * i);
  }
  return i;
}

template <class T>
void RotateRow(int heads, int64_t half, const float* cos, const float* sin, float sign, T* x) {
  for (int h = 0; h < heads; ++h, x += 2 * half) {
    int64_t i = RotateVectors(hn::CappedTag<float, 16>(), 0, half, cos, sin, sign, x);
    i = RotateVectors(hn::CappedTag<float, 8>(), i, half, cos, sin, sign, x);
    i = RotateVectors(hn::CappedTag<float, 4>(), i, half, cos, sin, sign, x);
    for (; i < half; ++i) {
      const float a = ToFloat(x[2 * i]), b = ToFloat(x[2 * i + 1]), s = sin[i] * sign;
      x[2 * i] = FromFloat<T>(a * cos[i] - b * s);
      x[2 * i + 1] = FromFloat<T>(a * s + b * cos[i]);
    }
  }
}
void RotateRowFloat(int heads, int64_t half, const float* cos, const float* sin, float sign,
                    float* x) {
  RotateRow(heads, half, cos, sin, sign, x);
}
void RotateRowBF16(int heads, int64_t half, const float* cos, const float* sin, float sign,
                   BF16* x) {
  RotateRow(heads, half, cos, sin, sign, x);
}

}  // namespace HWY_NAMESPACE
}  // namespace cria::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cria::kernels {
namespace {

HWY_EXPORT(RotateRowFloat);
HWY_EXPORT(RotateRowBF16);
constexpr int64_t kRowsPerTask = 32;

template <class T>
auto RowFunction() {
  if constexpr (sizeof(T) == 2) {
    return &HWY_DYNAMIC_DISPATCH(RotateRowBF16);
  } else {
    return &HWY_DYNAMIC_DISPATCH(RotateRowFloat);
  }
}

}  // namespace

RopeTable MakeRopeTable(int64_t positions, int head_dim, double theta,
                        std::span<const double> factors, Accelerator* accelerator) {
  const int64_t half = head_dim / 2;
  RopeTable table{positions, head_dim, Buffer<float>(positions * half),
                  Buffer<float>(positions * half)};
  for (int64_t i = 0; i < half; ++i) {
    const double frequency = std::pow(theta, -2.0 * static_cast<double>(i) / head_dim) /
                             (factors.empty() ? 1.0 : factors[static_cast<size_t>(i)]);
    for (int64_t p = 0; p < positions; ++p) {
      table.cos[p * half + i] = static_cast<float>(std::cos(static_cast<double>(p) * frequency));
      table.sin[p * half + i] = static_cast<float>(std::sin(static_cast<double>(p) * frequency));
    }
  }
  if (accelerator == nullptr) return table;
  const auto moved = [&](const Buffer<float>& values) {
    Buffer<float> there(values.size(), accelerator);
    accelerator->Upload(there.data(), values.data(), values.bytes());
    return there;
  };
  return {positions, head_dim, moved(table.cos), moved(table.sin)};
}

template <class T>
void Rope(const Context& context, const RopeTable& table, std::span<const int32_t> positions,
          int heads, T* x, int64_t stride, bool inverse) {
  if (context.accelerator() != nullptr) {
    return cuda::Rope(context, table, positions, heads, x, stride, inverse);
  }
  const int64_t half = table.head_dim / 2, rows = std::ssize(positions);
  const auto rotate = RowFunction<T>();
  context.ParallelFor((rows + kRowsPerTask - 1) / kRowsPerTask, [&](int64_t task) {
    const int64_t end = std::min(rows, (task + 1) * kRowsPerTask);
    for (int64_t r = task * kRowsPerTask; r < end; ++r) {
      const int64_t at = positions[static_cast<size_t>(r)] * half;
      rotate(heads, half, table.cos.data() + at, table.sin.data() + at, inverse ? -1.0f : 1.0f,
             x + r * stride);
    }
  });
}

template void Rope(const Context&, const RopeTable&, std::span<const int32_t>, int, float*, int64_t,
                   bool);
template void Rope(const Context&, const RopeTable&, std::span<const int32_t>, int, BF16*, int64_t,
                   bool);

}  // namespace cria::kernels
#endif
