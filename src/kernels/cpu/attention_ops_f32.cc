// Attention's block operations in float on any instruction set (Highway), and the copies between
// memory and blocks. The BF16-pair version is attention_ops_bf16.cc.
#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/attention_ops_f32.cc"
#include <hwy/foreach_target.h>
//
#include <algorithm>
#include <cmath>

#include "kernels/cpu/attention_ops.h"
#include "kernels/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cria::kernels {
namespace HWY_NAMESPACE {

constexpr int kTileRows = 6;
constexpr int kTileVectors = HWY_TARGET <= HWY_AVX3 ? 4 : 2;  // 16 or 32 registers

template <int kRows, int kVectors>
void Tile(const BlockProduct<float>& x, int64_t row, int64_t column) {
  const int64_t lanes = LaneCount();
  Vector sum[kRows][kVectors];
  float* c = x.c + row * x.ldc + column;
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      sum[r][v] = x.accumulate ? Load(c + r * x.ldc + lanes * v) : hn::Zero(kFloats);
    }
  }
  const float* a = x.a + row * x.lda;
  const float* b = x.b + column;
  for (int64_t k = 0; k < x.k; ++k, b += x.ldb) {
    Vector right[kVectors];
    for (int v = 0; v < kVectors; ++v) right[v] = Load(b + lanes * v);
    for (int r = 0; r < kRows; ++r) {
      const Vector left = hn::Set(kFloats, a[r * x.lda + k]);
      for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(left, right[v], sum[r][v]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) Store(sum[r][v], c + r * x.ldc + lanes * v);
  }
}

template <int kVectors>
void TileOfRows(int64_t rows, const BlockProduct<float>& x, int64_t row, int64_t column) {
  switch (rows) {
    case 1:
      return Tile<1, kVectors>(x, row, column);
    case 2:
      return Tile<2, kVectors>(x, row, column);
    case 3:
      return Tile<3, kVectors>(x, row, column);
    case 4:
      return Tile<4, kVectors>(x, row, column);
    case 5:
      return Tile<5, kVectors>(x, row, column);
    default:
      return Tile<kTileRows, kVectors>(x, row, column);
  }
}

void Product(const BlockProduct<float>& x) {
  const int64_t lanes = LaneCount();
  for (int64_t column = 0; column < x.n;) {
    const bool wide = column + lanes * kTileVectors <= x.n;
    for (int64_t row = 0; row < x.m; row += kTileRows) {
      const int64_t rows = std::min<int64_t>(kTileRows, x.m - row);
      if (wide) {
        TileOfRows<kTileVectors>(rows, x, row, column);
      } else {
        TileOfRows<1>(rows, x, row, column);
      }
    }
    column += wide ? lanes * kTileVectors : lanes;
  }
}

/// Raises the maximum of a row to `max` and rescales what was summed under the old one.
HWY_NOINLINE void Rescale(const SoftmaxBlock<float>& x, int64_t row, float max) {
  SoftmaxRow& state = x.state[row];
  const Vector factor = Exp2(hn::Set(kFloats, state.max - max * x.scale));
  state.max = max * x.scale;
  state.threshold = max + kRescaleMargin / x.scale;
  for (int64_t i = 0; i < kLaneGroup; i += LaneCount()) {
    Store(hn::Mul(Load(state.sums + i), factor), state.sums + i);
  }
  float* out = x.out + row * x.out_columns;
  for (int64_t i = 0; i < x.out_columns; i += LaneCount()) {
    Store(hn::Mul(Load(out + i), factor), out + i);
  }
}

void Softmax(const SoftmaxBlock<float>& x) {
  const int64_t lanes = LaneCount();
  const Vector scale = hn::Set(kFloats, x.scale), infinity = hn::Set(kFloats, -INFINITY);
  for (int64_t row = 0; row < x.rows; ++row) {
    const float* from = x.scores + row * kBlockColumns;
    const auto score = [&](int64_t i) HWY_ATTR {
      if (i + lanes <= x.visible[row]) return Load(from + i);
      const Vector limit = hn::Set(kFloats, static_cast<float>(x.visible[row] - i));
      return hn::IfThenElse(hn::Lt(hn::Iota(kFloats, 0), limit), Load(from + i), infinity);
    };
    Vector max = infinity;
    for (int64_t i = 0; i < x.n; i += lanes) max = hn::Max(max, score(i));
    SoftmaxRow& state = x.state[row];
    if (!hn::AllFalse(kFloats, hn::Gt(max, hn::Set(kFloats, state.threshold)))) {
      Rescale(x, row, hn::GetLane(hn::MaxOfLanes(kFloats, max)));
    }
    const Vector shift = hn::Set(kFloats, -state.max);
    for (int64_t i = 0; i < x.n; i += lanes) {
      const Vector p = Exp2(hn::MulAdd(score(i), scale, shift));
      float* sum = state.sums + i % kLaneGroup;
      Store(hn::Add(Load(sum), p), sum);
      Store(p, x.p + row * kBlockColumns + i);
    }
  }
}

void Gradient(const GradientBlock<float>& x) {
  const int64_t lanes = LaneCount();
  for (int64_t row = 0; row < x.rows; ++row) {
    const int64_t at = row * kBlockColumns;
    std::fill_n(x.ds + at, x.begin, 0.0f);
    for (int64_t i = x.begin; i < kBlockColumns; i += lanes) {
      const Vector argument =
          hn::MulSub(Load(x.scores + at + i), hn::Set(kFloats, x.scale), Load(x.lse + i));
      const Vector first = hn::Set(kFloats, static_cast<float>(x.first_lane + row - i));
      const Vector p = hn::IfThenElseZero(hn::Ge(hn::Iota(kFloats, 0), first), Exp2(argument));
      Store(p, x.p + at + i);
      Store(hn::Mul(p, hn::Sub(Load(x.dp + at + i), Load(x.dot + i))), x.ds + at + i);
    }
  }
}

void PairRows(const float* from, int64_t stride, int64_t rows, int64_t width, float* to) {
  for (int64_t r = 0; r < rows; ++r) std::copy_n(from + r * stride, width, to + r * width);
}

const AttentionOps<float>& FloatOps() {
  static constexpr AttentionOps<float> kOps = {Product, Softmax, Gradient, PairRows, 2 * kTileRows};
  return kOps;
}

template <class T>
void StoreRows(const float* from, int64_t ld, int64_t rows, int64_t columns, float scale, T* to,
               int64_t stride) {
  const Vector factor = hn::Set(kFloats, scale);
  for (int64_t r = 0; r < rows; ++r, from += ld, to += stride) {
    ForVectors(columns, [&](int64_t i, auto load, auto store)
                            HWY_ATTR { store(hn::Mul(load(from + i), factor), to + i); });
  }
}

template <class T>
void LoadRow(const T* from, int64_t n, float* to) {
  ForVectors(n, [&](int64_t i, auto load, auto store) HWY_ATTR { store(load(from + i), to + i); });
}

template <class T>
float Dot(const T* a, const T* b, int64_t n) {
  Vector sum = hn::Zero(kFloats);
  ForVectors(n, [&](int64_t i, auto load, auto)
                    HWY_ATTR { sum = hn::MulAdd(load(a + i), load(b + i), sum); });
  return Sum(sum);
}

template <class T>
const RowOps<T>& RowOpsOf() {
  static constexpr RowOps<T> kOps = {StoreRows<T>, LoadRow<T>, Dot<T>};
  return kOps;
}
const RowOps<float>& RowOpsFloat() { return RowOpsOf<float>(); }
const RowOps<BF16>& RowOpsBF16() { return RowOpsOf<BF16>(); }

void TransposeWords(const uint32_t* from, int64_t ld, int64_t rows, int64_t columns, uint32_t* to,
                    int64_t to_ld) {
  for (int64_t r = 0; r < rows; r += 4) {
    for (int64_t c = 0; c < columns; c += 4) {
#if HWY_TARGET == HWY_SCALAR
      for (int i = 0; i < 16; ++i)
        to[(c + i / 4) * to_ld + r + i % 4] = from[(r + i % 4) * ld + c + i / 4];
#else
      const hn::Full128<uint32_t> four;
      const hn::Full128<uint64_t> two;
      const uint32_t* p = from + r * ld + c;
      const auto a0 = hn::LoadU(four, p), a1 = hn::LoadU(four, p + ld);
      const auto a2 = hn::LoadU(four, p + 2 * ld), a3 = hn::LoadU(four, p + 3 * ld);
      const auto low01 = hn::BitCast(two, hn::InterleaveLower(four, a0, a1));
      const auto low23 = hn::BitCast(two, hn::InterleaveLower(four, a2, a3));
      const auto high01 = hn::BitCast(two, hn::InterleaveUpper(four, a0, a1));
      const auto high23 = hn::BitCast(two, hn::InterleaveUpper(four, a2, a3));
      uint32_t* q = to + c * to_ld + r;
      hn::StoreU(hn::BitCast(four, hn::InterleaveLower(two, low01, low23)), four, q);
      hn::StoreU(hn::BitCast(four, hn::InterleaveUpper(two, low01, low23)), four, q + to_ld);
      hn::StoreU(hn::BitCast(four, hn::InterleaveLower(two, high01, high23)), four, q + 2 * to_ld);
      hn::StoreU(hn::BitCast(four, hn::InterleaveUpper(two, high01, high23)), four, q + 3 * to_ld);
#endif
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cria::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cria::kernels {
namespace {
HWY_EXPORT(FloatOps);
HWY_EXPORT(RowOpsFloat);
HWY_EXPORT(RowOpsBF16);
HWY_EXPORT(TransposeWords);
}  // namespace

const AttentionOps<float>& FloatAttentionOps() { return HWY_DYNAMIC_DISPATCH(FloatOps)(); }
template <>
const RowOps<float>& AttentionRowOps<float>() {
  return HWY_DYNAMIC_DISPATCH(RowOpsFloat)();
}
template <>
const RowOps<BF16>& AttentionRowOps<BF16>() {
  if (const RowOps<BF16>* rows = Bf16RowOps()) return *rows;
  return HWY_DYNAMIC_DISPATCH(RowOpsBF16)();
}
void Transpose32(const void* from, int64_t ld, int64_t rows, int64_t columns, void* to,
                 int64_t to_ld) {
  HWY_DYNAMIC_DISPATCH(TransposeWords)
  (static_cast<const uint32_t*>(from), ld, rows, columns, static_cast<uint32_t*>(to), to_ld);
}

}  // namespace cria::kernels
#endif
