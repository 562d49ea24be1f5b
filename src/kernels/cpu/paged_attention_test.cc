// Paged attention against the scalar reference in double, over what the blocks hold; what the
// blocks hold against what was stored; independence of neighbours, cuts and threads.
#include "kernels/paged_attention.h"

#include <algorithm>
#include <numeric>

#include "kernels/cpu/test_values.h"
#include "kernels/ref/attention.h"

namespace cria::kernels {
namespace {

/// One sequence of a test: `length` keys, of which the last `rows` are new.
struct Part {
  int64_t length, rows;
  bool generated;
};

float HalfAt(const uint8_t* p) {
  F16 x;
  std::memcpy(&x, p, 2);
  return static_cast<float>(x);
}

/// Element `index` of an array of the cache's numbers, without its scale.
float NumberAt(KvType type, const uint8_t* p, int64_t index) {
  if (type == KvType::kQ8_0) return static_cast<int8_t>(p[index]);
  if (type == KvType::kF16) return HalfAt(p + 2 * index);
  float x;
  std::memcpy(&x, p + 4 * index, 4);
  return x;
}

/// A layer whose blocks hold nothing but NaN until they are written.
struct Cache {
  KvLayer layer;
  std::vector<uint8_t> memory;

  Cache(KvType type, int kv_heads, int head_dim, int64_t blocks) {
    layer = {.type = type, .kv_heads = kv_heads, .head_dim = head_dim, .blocks = blocks};
    layer.block_stride = kv_heads * layer.layout().bytes + 64;
    memory.assign(static_cast<size_t>(blocks * layer.block_stride), 0xFF);
    layer.data = memory.data();
  }
  /// Stored key or value, as the layout of kv_block.h says.
  double Key(int32_t block, int64_t head, int64_t token, int64_t d) const {
    const uint8_t* at = layer.Head(block, head);
    const double x = NumberAt(layer.type, at, d * kKvBlockTokens + token);
    return x * Scale(at + layer.layout().key_scales, token, d);
  }
  double Value(int32_t block, int64_t head, int64_t token, int64_t d) const {
    const uint8_t* at = layer.Head(block, head);
    const KvHeadLayout layout = layer.layout();
    const double x = NumberAt(layer.type, at + layout.values, token * layout.width + d);
    return x * Scale(at + layout.value_scales, token, d);
  }
  double Scale(const uint8_t* scales, int64_t token, int64_t d) const {
    if (layer.type != KvType::kQ8_0) return 1;
    return HalfAt(scales + 2 * (d / kKvGroup * kKvBlockTokens + token));
  }
};

template <class T>
struct Problem {
  int heads, kv_heads, head_dim;
  std::vector<Part> parts;
  Cache cache;
  std::vector<std::vector<int32_t>> tables;
  std::vector<PagedSegment> segments;  // the new rows
  std::vector<T> q, out;               // [rows][heads * head_dim + gap]
  std::vector<std::vector<T>> k, v;    // per part [length][kv_heads * head_dim]
  int64_t stride, kv_stride;

  static int64_t BlocksOf(const std::vector<Part>& parts) {
    int64_t blocks = 0;
    for (const Part& p : parts) blocks += (p.length + kKvBlockTokens - 1) / kKvBlockTokens;
    return blocks;
  }

  Problem(KvType type, int heads_, int kv_heads_, int head_dim_, std::vector<Part> parts_,
          double q_scale = 1)
      : heads(heads_),
        kv_heads(kv_heads_),
        head_dim(head_dim_),
        parts(std::move(parts_)),
        cache(type, kv_heads, head_dim, BlocksOf(parts) + 2),
        stride(heads * head_dim + 6),
        kv_stride(kv_heads * head_dim) {
    std::vector<int32_t> blocks(static_cast<size_t>(cache.layer.blocks));
    std::iota(blocks.begin(), blocks.end(), 0);
    RandomStream random(5, RandomPurpose::kTest);
    for (size_t i = blocks.size(); i > 1; --i) {
      std::swap(blocks[i - 1], blocks[static_cast<size_t>(random.NextBelow(i))]);
    }
    int64_t rows = 0;
    const int32_t* next = blocks.data();
    tables.reserve(parts.size());
    for (size_t i = 0; i < parts.size(); ++i) {
      const Part& p = parts[i];
      const int64_t count = (p.length + kKvBlockTokens - 1) / kKvBlockTokens;
      tables.emplace_back(next, next + count);
      next += count;
      segments.push_back({rows, p.rows, p.length - p.rows, tables.back(), p.generated});
      rows += p.rows;
      k.push_back(NormalValues<T>(p.length * kv_stride, 100 + i));
      v.push_back(NormalValues<T>(p.length * kv_stride, 200 + i));
    }
    q = NormalValues<T>(rows * stride, 1, q_scale);
    out = Poisoned<T>(rows * stride);
  }

  /// Everything of part i from position `from` up to `to`.
  void Store(const Context& context, size_t i, int64_t from, int64_t to) {
    const PagedSegment piece{0, to - from, from, tables[i], false};
    StoreKeysValues<T>(context, cache.layer, std::span(&piece, 1), k[i].data() + from * kv_stride,
                       v[i].data() + from * kv_stride, kv_stride);
  }
  void StoreAll(const Context& context) {
    for (size_t i = 0; i < parts.size(); ++i) Store(context, i, 0, parts[i].length);
  }
  void Attend(const Context& context, std::span<const PagedSegment> some, std::vector<T>* to) {
    const PagedShape shape{heads, stride, stride};
    PagedAttention<T>(context, shape, cache.layer, some, q.data(), to->data());
  }
};

/// What rounding may do to row sums, in units of the sum of p |v|. Generated rows: float, one
/// rounding per addition, scores of head_dim-long sums. Prompt rows with BF16 operands: a factor
/// and the result, 2^-8 each; values and keys of 8 bits are rounded to BF16 as well, which moves a
/// score by up to 2^-9 of sum |q k| and p by twice that.
template <class T>
double UnitError(const Problem<T>& x, const Part& part, double score_size) {
  const double sums = 0x1p-24 * 4 * static_cast<double>(x.head_dim + part.length + 32);
  if (sizeof(T) == 4) return sums;
  if (part.generated) return sums + 0x1p-8;
  return 0x1p-7 + (x.cache.layer.type == KvType::kQ8_0 ? 0x1p-8 + 2 * 0x1p-9 * score_size : 0.0);
}

/// Longest row of x, [n][dim].
double LargestNorm(const std::vector<double>& x, int64_t dim) {
  double largest = 0;
  for (size_t at = 0; at + dim <= x.size(); at += static_cast<size_t>(dim)) {
    double sum = 0;
    for (int64_t d = 0; d < dim; ++d) sum += x[at + d] * x[at + d];
    largest = std::max(largest, std::sqrt(sum));
  }
  return largest;
}

/// The reference's result for part i over what the blocks hold, and the sums of p |v|.
struct Truth {
  std::vector<double> out, bound;
  double score_size = 0;  ///< at most, of sum |q k| / sqrt(head_dim) (Cauchy-Schwarz)
};
template <class T>
Truth Solve(const Problem<T>& x, size_t i) {
  const Part& part = x.parts[i];
  const AttentionShape s{.q_len = part.rows,
                         .kv_len = part.length,
                         .heads = x.heads,
                         .kv_heads = x.kv_heads,
                         .head_dim = x.head_dim,
                         .q_stride = x.heads * x.head_dim,
                         .kv_stride = x.kv_stride,
                         .out_stride = x.stride};
  std::vector<double> q, k, v, magnitude;
  for (int64_t r = 0; r < part.rows; ++r) {
    const T* row = x.q.data() + (x.segments[i].first_row + r) * x.stride;
    for (int64_t c = 0; c < s.q_stride; ++c) q.push_back(ToFloat(row[c]));
  }
  for (int64_t t = 0; t < part.length; ++t) {
    const int32_t block = x.tables[i][static_cast<size_t>(t / kKvBlockTokens)];
    for (int64_t h = 0; h < x.kv_heads; ++h) {
      for (int64_t d = 0; d < x.head_dim; ++d) {
        k.push_back(x.cache.Key(block, h, t % kKvBlockTokens, d));
        v.push_back(x.cache.Value(block, h, t % kKvBlockTokens, d));
        magnitude.push_back(std::abs(v.back()));
      }
    }
  }
  Truth t;
  t.out.resize(static_cast<size_t>(part.rows * x.stride)), t.bound = t.out;
  ref::Attention<double>(s, q.data(), k.data(), v.data(), t.out.data(), nullptr);
  ref::Attention<double>(s, q.data(), k.data(), magnitude.data(), t.bound.data(), nullptr);
  t.score_size = LargestNorm(q, x.head_dim) * LargestNorm(k, x.head_dim) /
                 std::sqrt(static_cast<double>(x.head_dim));
  return t;
}

template <class T>
void ExpectReference(const Problem<T>& x) {
  double worst = 0;
  for (size_t i = 0; i < x.parts.size(); ++i) {
    const Truth t = Solve(x, i);
    const double unit = UnitError(x, x.parts[i], t.score_size);
    const T* got = x.out.data() + x.segments[i].first_row * x.stride;
    for (int64_t j = 0; j < std::ssize(t.out); ++j) {
      if (j % x.stride >= x.heads * x.head_dim) {
        ASSERT_TRUE(std::isnan(ToFloat(got[j]))) << "wrote between rows";
        continue;
      }
      const double error = std::abs(ToFloat(got[j]) - t.out[j]) / (unit * t.bound[j]);
      if (!(error <= worst)) worst = error;
    }
  }
  EXPECT_LE(worst, 1.0) << KvTypeName(x.cache.layer.type) << " heads " << x.heads << "/"
                        << x.kv_heads << " dim " << x.head_dim << " bytes " << sizeof(T);
}

const std::vector<Part> kParts = {
    {1, 1, true},   {63, 1, true},   {64, 64, false},   {64, 1, true},  {65, 1, false},
    {65, 3, true},  {200, 1, true},  {200, 7, false},   {5, 5, true},   {63, 2, false},
    {513, 4, true}, {1100, 1, true}, {130, 130, false}, {514, 1, false}};

template <class T>
void CheckAll(KvType type, double q_scale = 1) {
  const Context context(2);
  for (const int head_dim : {10, 16, 48, 64, 128}) {
    for (const int group : {1, 2, 3, 8}) {
      Problem<T> x(type, 2 * group, 2, head_dim, kParts, q_scale);
      x.StoreAll(context);
      x.Attend(context, x.segments, &x.out);
      ExpectReference(x);
    }
  }
}

TEST(PagedAttention, FloatModelsEqualReference) {
  for (const KvType type : {KvType::kF32, KvType::kF16, KvType::kQ8_0}) CheckAll<float>(type);
}
TEST(PagedAttention, Bf16ModelsEqualReference) {
  for (const KvType type : {KvType::kF32, KvType::kF16, KvType::kQ8_0}) CheckAll<BF16>(type);
}
TEST(PagedAttention, SharpSoftmaxRescales) {
  CheckAll<float>(KvType::kF16, 8);
  CheckAll<BF16>(KvType::kF16, 3);
}

TEST(PagedAttention, EveryInstructionSet) {
  ForEveryInstructionSet([] {
    const Context context(2);
    for (const KvType type : {KvType::kF32, KvType::kF16, KvType::kQ8_0}) {
      Problem<float> x(type, 6, 2, 34, kParts);
      x.StoreAll(context);
      x.Attend(context, x.segments, &x.out);
      ExpectReference(x);
      Problem<BF16> y(type, 4, 4, 64, kParts);
      y.StoreAll(context);
      y.Attend(context, y.segments, &y.out);
      ExpectReference(y);
    }
  });
}

template <class T>
void CheckBits(KvType type, int group, int head_dim) {
  const Context two(2);
  Problem<T> x(type, 2 * group, 2, head_dim, kParts);
  x.StoreAll(two);
  x.Attend(two, x.segments, &x.out);
  for (const int threads : {1, 3}) {
    const Context context(threads);
    std::vector<T> again = Poisoned<T>(std::ssize(x.out));
    x.Attend(context, x.segments, &again);
    EXPECT_TRUE(SameBits(again, x.out)) << threads << " threads";
  }
  std::vector<T> alone = Poisoned<T>(std::ssize(x.out)), rows = alone;
  for (const PagedSegment& s : x.segments) {
    x.Attend(two, {&s, 1}, &alone);
    for (int64_t r = 0; r < s.rows; ++r) {
      const PagedSegment row{s.first_row + r, 1, s.first_position + r, s.blocks, s.generated};
      x.Attend(two, {&row, 1}, &rows);
    }
  }
  EXPECT_TRUE(SameBits(alone, x.out)) << "a segment alone";
  EXPECT_TRUE(SameBits(rows, x.out)) << "row by row";
  // The same rows stored token by token or in uneven pieces leave the same bytes.
  const std::vector<uint8_t> before = x.cache.memory;
  std::fill(x.cache.memory.begin(), x.cache.memory.end(), uint8_t{0xFF});
  for (size_t i = 0; i < x.parts.size(); ++i) {
    for (int64_t from = 0, step = 1; from < x.parts[i].length; from += step, step = step % 29 + 7) {
      x.Store(two, i, from, std::min(x.parts[i].length, from + step));
    }
  }
  EXPECT_TRUE(before == x.cache.memory) << "stored in pieces";
}

TEST(PagedAttention, BitsDependOnTheRowAlone) {
  for (const KvType type : {KvType::kF32, KvType::kF16, KvType::kQ8_0}) {
    CheckBits<float>(type, 1, 48);
    CheckBits<BF16>(type, 1, 64);
    CheckBits<BF16>(type, 3, 48);
    CheckBits<BF16>(type, 8, 128);
  }
}

/// Float rows with float keys and values: the very operations of Attention in the same order.
TEST(PagedAttention, PromptHasTheBitsOfTheUnpagedPass) {
  const Context context(2);
  Problem<float> x(KvType::kF32, 6, 2, 48, {{150, 150, false}});
  x.StoreAll(context);
  x.Attend(context, x.segments, &x.out);
  const AttentionShape s{.q_len = 150,
                         .kv_len = 150,
                         .heads = 6,
                         .kv_heads = 2,
                         .head_dim = 48,
                         .q_stride = x.stride,
                         .kv_stride = x.kv_stride,
                         .out_stride = x.stride};
  std::vector<float> want = Poisoned<float>(std::ssize(x.out));
  Attention(context, s, x.q.data(), x.k[0].data(), x.v[0].data(), want.data(), nullptr);
  EXPECT_TRUE(SameBits(x.out, want));
}

TEST(KvBlock, HalfRoundsToNearestEvenAndSaturates) {
  ForEveryInstructionSet([] {
    const Context context(1);
    std::vector<float> k(2 * 16), v(k.size());
    const std::vector<float> special = {
        0,        -0.0f,    1 + 0x1p-11f, 1 + 0x3p-11f, 65504,     65519, 65520, -1e30f,
        INFINITY, 0x1p-24f, 0x1p-25f,     0x3p-25f,     -0x1p-15f, 0.1f,  -7.7f, 0x1p-14f};
    std::copy(special.begin(), special.end(), k.begin());
    std::copy(special.begin(), special.end(), v.begin() + 16);
    Cache cache(KvType::kF16, 1, 16, 1);
    const std::vector<int32_t> table = {0};
    const PagedSegment segment{0, 2, 30, table, false};
    StoreKeysValues<float>(context, cache.layer, std::span(&segment, 1), k.data(), v.data(), 16);
    for (int64_t d = 0; d < 16; ++d) {
      const float clamped = std::clamp(special[static_cast<size_t>(d)], -65504.0f, 65504.0f);
      EXPECT_EQ(cache.Key(0, 0, 30, d), static_cast<float>(F16(clamped))) << d;
      EXPECT_EQ(cache.Value(0, 0, 31, d), static_cast<float>(F16(clamped))) << d;
      EXPECT_EQ(cache.Key(0, 0, 31, d), 0);
      EXPECT_TRUE(std::isnan(cache.Key(0, 0, 29, d))) << "wrote a neighbour";
    }
  });
}

/// Half a step of the group's scale: largest magnitude / 127, rounded to fp16 (2^-11) before use.
TEST(KvBlock, BytesAreWithinHalfAStep) {
  ForEveryInstructionSet([] {
    const Context context(1);
    const int64_t n = 70, dim = 48;  // groups of 32 and 16
    const std::vector<float> k = NormalValues<float>(n * dim, 7),
                             v = NormalValues<float>(n * dim, 8);
    Cache cache(KvType::kQ8_0, 1, dim, 2);
    const std::vector<int32_t> table = {1, 0};
    const PagedSegment segment{0, n, 0, table, false};
    StoreKeysValues<float>(context, cache.layer, std::span(&segment, 1), k.data(), v.data(), dim);
    for (int64_t t = 0; t < n; ++t) {
      for (int64_t first = 0; first < dim; first += kKvGroup) {
        const int64_t end = std::min(dim, first + kKvGroup);
        double k_peak = 0, v_peak = 0;
        for (int64_t d = first; d < end; ++d) {
          k_peak = std::max<double>(k_peak, std::abs(k[t * dim + d]));
          v_peak = std::max<double>(v_peak, std::abs(v[t * dim + d]));
        }
        const double share = (0.5 + 127 * 0x1p-11) / 127;
        for (int64_t d = first; d < end; ++d) {
          const int32_t block = table[static_cast<size_t>(t / 64)];
          EXPECT_LE(std::abs(cache.Key(block, 0, t % 64, d) - k[t * dim + d]), share * k_peak);
          EXPECT_LE(std::abs(cache.Value(block, 0, t % 64, d) - v[t * dim + d]), share * v_peak);
        }
      }
    }
  });
}

}  // namespace
}  // namespace cria::kernels
