// Keys and values in blocks: rounding, scores and sums of few rows, operands of many (Highway).
#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/kv_ops.cc"
#include <hwy/foreach_target.h>
//
#include <algorithm>

#include "base/error.h"
#include "kernels/cpu/kv_ops.h"
#include "kernels/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cria::kernels {
namespace HWY_NAMESPACE {

constexpr bool kHalfInstructions = HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2;
constexpr int kTileRows = HWY_TARGET <= HWY_AVX3 ? 4 : 2;  // 32 or 16 registers
constexpr int kTileVectors = 4;
constexpr float kLargestHalf = 65504.0f;

HWY_INLINE Vector LoadHalf(const uint16_t* p) {
  const hn::Rebind<uint32_t, Floats> word;
  if constexpr (kHalfInstructions) {
    const hn::Rebind<hwy::float16_t, Floats> half;
    return hn::PromoteTo(kFloats, hn::LoadU(half, reinterpret_cast<const hwy::float16_t*>(p)));
  } else {  // exponents are 112 less; the product also mends subnormal numbers
    const hn::Rebind<uint16_t, Floats> half;
    const auto bits = hn::PromoteTo(word, hn::LoadU(half, p));
    const auto sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(word, 0x8000)));
    const auto rest = hn::ShiftLeft<13>(hn::And(bits, hn::Set(word, 0x7FFF)));
    const Vector magnitude = hn::Mul(hn::BitCast(kFloats, rest), hn::Set(kFloats, 0x1p112f));
    return hn::Or(magnitude, hn::BitCast(kFloats, sign));
  }
}

/// Rounds to nearest even, saturates; NaN stays NaN.
HWY_INLINE void StoreHalf(Vector x, uint16_t* p) {
  const Vector limit = hn::Set(kFloats, kLargestHalf);
  x = hn::IfThenElse(hn::Gt(x, limit), limit, x);
  x = hn::IfThenElse(hn::Lt(x, hn::Neg(limit)), hn::Neg(limit), x);
  if constexpr (kHalfInstructions) {
    const hn::Rebind<hwy::float16_t, Floats> half;
    hn::StoreU(hn::DemoteTo(half, x), half, reinterpret_cast<hwy::float16_t*>(p));
  } else {
    HWY_ALIGN float values[16];
    hn::Store(x, kFloats, values);
    for (int64_t i = 0; i < LaneCount(); ++i) p[i] = F16(values[i]).bits;
  }
}

struct FloatKind {
  static constexpr KvType kType = KvType::kF32;
  static constexpr bool kScaled = false;
  using Stored = float;
  static HWY_INLINE Vector Load(const float* p) { return hn::LoadU(kFloats, p); }
  static void Encode(const float* from, int64_t width, float* to, uint16_t*) {
    std::copy_n(from, width, to);
  }
};

struct HalfKind {
  static constexpr KvType kType = KvType::kF16;
  static constexpr bool kScaled = false;
  using Stored = uint16_t;
  static HWY_INLINE Vector Load(const uint16_t* p) { return LoadHalf(p); }
  static void Encode(const float* from, int64_t width, uint16_t* to, uint16_t*) {
    for (int64_t i = 0; i < width; i += LaneCount()) {
      StoreHalf(hn::LoadU(kFloats, from + i), to + i);
    }
  }
};

/// 8 bits with a scale; the scale is rounded first, so that it does not add to the error.
struct ByteKind {
  static constexpr KvType kType = KvType::kQ8_0;
  static constexpr bool kScaled = true;
  using Stored = int8_t;
  static HWY_INLINE Vector Load(const int8_t* p) {
    const hn::Rebind<int8_t, Floats> bytes;
    const hn::Rebind<int32_t, Floats> words;
    return hn::ConvertTo(kFloats, hn::PromoteTo(words, hn::LoadU(bytes, p)));
  }
  static void Encode(const float* from, int64_t width, int8_t* to, uint16_t* scales) {
    constexpr int64_t kMost = 64;  // groups at a time
    const hn::Rebind<int8_t, Floats> bytes;
    HWY_ALIGN float factor[kMost] = {};
    HWY_ALIGN uint16_t half[kMost];
    for (int64_t first = 0; first < width; first += kMost * kKvGroup) {
      const int64_t columns = std::min(width - first, kMost * kKvGroup);
      const int64_t groups = (columns + kKvGroup - 1) / kKvGroup;
      for (int64_t g = 0; g < groups; ++g)
        factor[g] = Peak(from + first + g * kKvGroup, std::min(kKvGroup, columns - g * kKvGroup));
      for (int64_t g = 0; g < groups; g += LaneCount()) {
        StoreHalf(hn::Div(hn::Load(kFloats, factor + g), hn::Set(kFloats, 127.0f)), half + g);
        const Vector scale = LoadHalf(half + g);
        const auto none = hn::Eq(scale, hn::Zero(kFloats));
        const Vector inverse = hn::Div(hn::Set(kFloats, 1.0f), scale);
        Store(hn::IfThenZeroElse(none, inverse), factor + g);
      }
      std::copy_n(half, groups, scales + first / kKvGroup);
      const Vector limit = hn::Set(kFloats, 127.0f);
      for (int64_t i = 0; i < columns; i += LaneCount()) {
        const Vector x =
            hn::Mul(hn::LoadU(kFloats, from + first + i), hn::Set(kFloats, factor[i / kKvGroup]));
        const Vector kept = hn::Min(limit, hn::Max(hn::Neg(limit), x));
        hn::StoreU(hn::DemoteTo(bytes, hn::NearestInt(kept)), bytes, to + first + i);
      }
    }
  }
  static HWY_INLINE float Peak(const float* from, int64_t n) {
    Vector largest = hn::Zero(kFloats);
    for (int64_t i = 0; i < n; i += LaneCount())
      largest = hn::Max(largest, hn::Abs(hn::LoadU(kFloats, from + i)));
    return hn::GetLane(hn::MaxOfLanes(kFloats, largest));
  }
};

/// A head of one block as the layout cuts it.
template <class Kind>
struct HeadView {
  using Stored = typename Kind::Stored;
  HeadView(const uint8_t* head, int64_t head_dim)
      : layout(LayOutKvHead(Kind::kType, head_dim)),
        dim(head_dim),
        keys(reinterpret_cast<const Stored*>(head)),
        values(reinterpret_cast<const Stored*>(head + layout.values)),
        key_scales(reinterpret_cast<const uint16_t*>(head + layout.key_scales)),
        value_scales(reinterpret_cast<const uint16_t*>(head + layout.value_scales)) {}
  KvHeadLayout layout;
  int64_t dim;
  const Stored *keys, *values;
  const uint16_t *key_scales, *value_scales;

  /// Tokens `token`, ... of dimension d of the keys.
  HWY_INLINE Vector Key(int64_t d, int64_t token) const {
    const Vector x = Kind::Load(keys + d * kKvBlockTokens + token);
    if constexpr (!Kind::kScaled) return x;
    return hn::Mul(x, LoadHalf(key_scales + d / kKvGroup * kKvBlockTokens + token));
  }
  /// Of a token's value dimensions in the group that begins at `first`.
  HWY_INLINE Vector ValueScale(int64_t token, int64_t first) const {
    F16 scale(1.0f);
    if constexpr (Kind::kScaled) {
      scale.bits = value_scales[first / kKvGroup * kKvBlockTokens + token];
    }
    return hn::Set(kFloats, static_cast<float>(scale));
  }
};

template <class Kind>
void StoreTokens(const KvStore& x, int64_t head_dim) {
  using Stored = typename Kind::Stored;
  const HeadView<Kind> view(x.head, head_dim);
  const int64_t width = view.layout.width, groups = view.layout.groups;
  Stored* rows = static_cast<Stored*>(x.scratch);
  uint16_t* scales = reinterpret_cast<uint16_t*>(rows + x.n * width);
  for (int64_t i = 0; i < x.n; ++i) {
    Kind::Encode(x.k + i * width, width, rows + i * width, scales + i * groups);
  }
  Stored* keys = const_cast<Stored*>(view.keys) + x.first;
  for (int64_t d = 0; d < head_dim; ++d) {
    for (int64_t i = 0; i < x.n; ++i) keys[d * kKvBlockTokens + i] = rows[i * width + d];
  }
  uint16_t* key_scales = const_cast<uint16_t*>(view.key_scales) + x.first;
  for (int64_t g = 0; g < groups; ++g) {
    for (int64_t i = 0; i < x.n; ++i) key_scales[g * kKvBlockTokens + i] = scales[i * groups + g];
  }
  Stored* values = const_cast<Stored*>(view.values) + x.first * width;
  uint16_t* value_scales = const_cast<uint16_t*>(view.value_scales) + x.first;
  for (int64_t i = 0; i < x.n; ++i) {
    Kind::Encode(x.v + i * width, width, values + i * width, scales);
    for (int64_t g = 0; g < groups; ++g) value_scales[g * kKvBlockTokens + i] = scales[g];
  }
}

/// Asks for row `row` of `count` equal rows of the bytes at p.
HWY_INLINE void PrefetchShare(const void* p, int64_t row_bytes, int64_t row) {
  const uint8_t* at = static_cast<const uint8_t*>(p) + row * row_bytes;
  for (int64_t i = 0; i < row_bytes; i += 64) __builtin_prefetch(at + i, 0, 2);
}

/// Scores of kRows rows and kTileVectors vectors of tokens; dimensions are summed in order.
template <class Kind, int kRows>
HWY_INLINE void ScoreTile(const HeadView<Kind>& view, const float* q, int64_t token,
                          const uint8_t* next, float* scores) {
  const int64_t lanes = LaneCount(), width = view.layout.width;
  const int64_t group = Kind::kScaled ? kKvGroup : view.dim;
  for (int64_t first = 0; first < view.dim; first += group) {
    Vector sum[kRows][kTileVectors];
    for (int r = 0; r < kRows; ++r) {
      for (int v = 0; v < kTileVectors; ++v) sum[r][v] = hn::Zero(kFloats);
    }
    for (int64_t d = first; d < std::min(view.dim, first + group); ++d) {
      const auto* at = view.keys + d * kKvBlockTokens + token;
      if (next != nullptr) PrefetchShare(next, kKvBlockTokens * sizeof(*at), d);
      Vector key[kTileVectors];
      for (int v = 0; v < kTileVectors; ++v) key[v] = Kind::Load(at + v * lanes);
      for (int r = 0; r < kRows; ++r) {
        const Vector query = hn::Set(kFloats, q[r * width + d]);
        for (int v = 0; v < kTileVectors; ++v) sum[r][v] = hn::MulAdd(query, key[v], sum[r][v]);
      }
    }
    for (int v = 0; v < kTileVectors; ++v) {
      const int64_t at = token + v * lanes;
      Vector scale = hn::Zero(kFloats);
      if constexpr (Kind::kScaled) {
        scale = LoadHalf(view.key_scales + first / kKvGroup * kKvBlockTokens + at);
      }
      for (int r = 0; r < kRows; ++r) {
        float* to = scores + r * kKvBlockTokens + at;
        if constexpr (Kind::kScaled) {
          sum[r][v] = hn::MulAdd(sum[r][v], scale, first > 0 ? Load(to) : hn::Zero(kFloats));
        }
        Store(sum[r][v], to);
      }
    }
  }
}

template <class Kind>
void Scores(const KvScores& x, int64_t head_dim) {
  const HeadView<Kind> view(x.head, head_dim);
  const int64_t width = view.layout.width;
  for (int64_t token = 0; token < x.n; token += kTileVectors * LaneCount()) {
    for (int64_t row = 0; row < x.rows; row += kTileRows) {
      const int64_t rows = std::min<int64_t>(kTileRows, x.rows - row);
      const float* q = x.q + row * width;
      float* scores = x.scores + row * kKvBlockTokens;
      const uint8_t* next = row == 0 && token == 0 ? x.next : nullptr;
      if (rows == 1) ScoreTile<Kind, 1>(view, q, token, next, scores);
      if (rows == 2) ScoreTile<Kind, 2>(view, q, token, next, scores);
      if constexpr (kTileRows == 4) {
        if (rows == 3) ScoreTile<Kind, 3>(view, q, token, next, scores);
        if (rows == 4) ScoreTile<Kind, 4>(view, q, token, next, scores);
      }
    }
  }
}

/// Columns [column, column + kVectors lanes) of kRows rows += p v. p [kRows][64].
template <class Kind, int kRows, int kVectors>
HWY_INLINE void SumTile(const HeadView<Kind>& view, const float* p, int64_t n, int64_t column,
                        const uint8_t* next, float* out) {
  const int64_t lanes = LaneCount(), width = view.layout.width;
  Vector sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sum[r][v] = Load(out + r * width + column + v * lanes);
  }
  const auto* at = view.values + column;
  for (int64_t t = 0; t < n; ++t, at += width) {
    if (next != nullptr) PrefetchShare(next, width * static_cast<int64_t>(sizeof(*at)), t);
    Vector value[kVectors];
    for (int v = 0; v < kVectors; ++v) value[v] = Kind::Load(at + v * lanes);
    for (int r = 0; r < kRows; ++r) {
      const Vector weight = hn::Set(kFloats, p[r * kKvBlockTokens + t]);
      for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(weight, value[v], sum[r][v]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) Store(sum[r][v], out + r * width + column + v * lanes);
  }
}

/// All columns of kRows rows. Where values have scales, p takes them over, group by group.
template <class Kind, int kRows>
void SumRows(const HeadView<Kind>& view, const float* p, int64_t n, const uint8_t* next,
             float* out) {
  const int64_t lanes = LaneCount(), width = view.layout.width;
  const int64_t group = Kind::kScaled ? kKvGroup : width;
  HWY_ALIGN float scaled[kRows * kKvBlockTokens];
  for (int64_t first = 0; first < width; first += group) {
    const float* weights = p;
    if constexpr (Kind::kScaled) {
      for (int64_t t = 0; t < kKvBlockTokens; t += lanes) {
        const Vector scale = LoadHalf(view.value_scales + first / kKvGroup * kKvBlockTokens + t);
        for (int r = 0; r < kRows; ++r) {
          const int64_t i = r * kKvBlockTokens + t;
          Store(hn::Mul(Load(p + i), scale), scaled + i);
        }
      }
      weights = scaled;
    }
    const int64_t end = std::min(width, first + group);
    for (int64_t column = first; column < end;) {
      const uint8_t* ask = column == 0 ? next : nullptr;
      const int64_t vectors = (end - column) / lanes;
      if (vectors >= 4) {
        SumTile<Kind, kRows, 4>(view, weights, n, column, ask, out);
        column += 4 * lanes;
      } else if (vectors >= 2) {
        SumTile<Kind, kRows, 2>(view, weights, n, column, ask, out);
        column += 2 * lanes;
      } else {
        SumTile<Kind, kRows, 1>(view, weights, n, column, ask, out);
        column += lanes;
      }
    }
  }
}

template <class Kind>
void Sums(const KvSums& x, int64_t head_dim) {
  const HeadView<Kind> view(x.head, head_dim);
  for (int64_t row = 0; row < x.rows; row += kTileRows) {
    const int64_t rows = std::min<int64_t>(kTileRows, x.rows - row);
    const float* p = x.p + row * kKvBlockTokens;
    float* out = x.out + row * view.layout.width;
    const uint8_t* next = row == 0 && x.next != nullptr ? x.next + view.layout.values : nullptr;
    if (rows == 1) SumRows<Kind, 1>(view, p, x.n, next, out);
    if (rows == 2) SumRows<Kind, 2>(view, p, x.n, next, out);
    if constexpr (kTileRows == 4) {
      if (rows == 3) SumRows<Kind, 3>(view, p, x.n, next, out);
      if (rows == 4) SumRows<Kind, 4>(view, p, x.n, next, out);
    }
  }
}

/// The 32-bit words (even, odd), each rounded to BF16.
HWY_INLINE void StoreWords(Vector even, Vector odd, BF16* p) {
  const hn::Rebind<uint32_t, Floats> word;
  const auto rounded = [&](Vector x) HWY_ATTR {
    const auto bits = hn::BitCast(word, x);
    const auto tie = hn::And(hn::ShiftRight<16>(bits), hn::Set(word, 1));
    const auto quiet = hn::Or(bits, hn::Set(word, 0x400000));
    return hn::IfThenElse(hn::RebindMask(word, hn::IsNaN(x)), quiet,
                          hn::Add(bits, hn::Add(tie, hn::Set(word, 0x7FFF))));
  };
  const auto low = hn::ShiftRight<16>(rounded(even));
  const auto high = hn::AndNot(hn::Set(word, 0xFFFF), rounded(odd));
  hn::StoreU(hn::Or(low, high), word, reinterpret_cast<uint32_t*>(p));
}

template <class Kind, class E>
void KeyOperand(const uint8_t* head, int64_t head_dim, E* to) {
  const HeadView<Kind> view(head, head_dim);
  constexpr int64_t kPair = 4 / sizeof(E);
  for (int64_t d = 0; d < head_dim; d += kPair) {
    for (int64_t t = 0; t < kKvBlockTokens; t += LaneCount()) {
      E* at = to + d * kKvBlockTokens + t * kPair;
      if constexpr (kPair == 2) {
        StoreWords(view.Key(d, t), view.Key(d + 1, t), at);
      } else {
        Store(view.Key(d, t), at);
      }
    }
  }
}

template <class Kind, class E>
void ValueOperand(const uint8_t* head, int64_t head_dim, int64_t n, int64_t padded, E* to) {
  const HeadView<Kind> view(head, head_dim);
  constexpr int64_t kPair = 4 / sizeof(E);
  const int64_t width = view.layout.width, group = Kind::kScaled ? kKvGroup : width;
  for (int64_t t = 0; t < padded; t += kPair) {
    for (int64_t first = 0; first < width; first += group) {
      const int64_t end = std::min(width, first + group);
      Vector scale[kPair];
      for (int64_t i = 0; i < kPair; ++i) {
        scale[i] = t + i < n ? view.ValueScale(t + i, first) : hn::Zero(kFloats);
      }
      for (int64_t d = first; d < end; d += LaneCount()) {
        Vector x[kPair];
        for (int64_t i = 0; i < kPair; ++i) {
          const auto* from = view.values + (t + i) * width + d;
          x[i] = t + i < n ? hn::Mul(Kind::Load(from), scale[i]) : hn::Zero(kFloats);
        }
        E* at = to + t * width + d * kPair;
        if constexpr (kPair == 2) {
          StoreWords(x[0], x[1], at);
        } else {
          Store(x[0], at);
        }
      }
    }
  }
}

template <class Kind>
const KvOps& OpsOf() {
  static constexpr KvOps kOps = {StoreTokens<Kind>,
                                 Scores<Kind>,
                                 Sums<Kind>,
                                 {KeyOperand<Kind, float>, ValueOperand<Kind, float>},
                                 {KeyOperand<Kind, BF16>, ValueOperand<Kind, BF16>}};
  return kOps;
}

const KvOps& OpsOfType(KvType type) {
  switch (type) {
    case KvType::kF32:
      return OpsOf<FloatKind>();
    case KvType::kF16:
      return OpsOf<HalfKind>();
    case KvType::kQ8_0:
      return OpsOf<ByteKind>();
  }
  CRIA_CHECK(false);
}

}  // namespace HWY_NAMESPACE
}  // namespace cria::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cria::kernels {
namespace {
HWY_EXPORT(OpsOfType);
}  // namespace

const KvOps& KvOpsOf(KvType type) { return HWY_DYNAMIC_DISPATCH(OpsOfType)(type); }

}  // namespace cria::kernels
#endif
