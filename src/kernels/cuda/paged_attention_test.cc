// Paged attention on the GPU: what the blocks hold is, byte for byte, what the processor stores;
// results against the scalar reference in double over what the blocks hold, for short and long
// segments and both in one pass; passes that are replayed while their sequences grow.
#include "kernels/paged_attention.h"

#include <algorithm>
#include <numeric>

#include "kernels/cuda/device_array.h"
#include "kernels/cuda/device_pages.h"
#include "kernels/ref/attention.h"

namespace cria::kernels::cuda {
namespace {

const std::vector<KvType> kTypes = {KvType::kF32, KvType::kF16, KvType::kQ8_0};

/// One sequence of a test: `length` keys, of which the last `rows` are new.
struct Part {
  int64_t length, rows;
};

struct Case {
  KvType type = KvType::kF16;
  int heads = 1, kv_heads = 1, head_dim = 64;
  std::vector<Part> parts;
  double q_scale = 1;
  int64_t gap = 8;  ///< elements between the rows of q and of out
  int64_t block_gap = 64;
};

int64_t BlocksOf(int64_t tokens) { return (tokens + kKvBlockTokens - 1) / kKvBlockTokens; }

/// A layer without memory, in more blocks than the parts need.
KvLayer LayerOf(const Case& c) {
  KvLayer layer{.type = c.type, .kv_heads = c.kv_heads, .head_dim = c.head_dim, .blocks = 2};
  for (const Part& p : c.parts) layer.blocks += BlocksOf(p.length);
  layer.block_stride = c.kv_heads * layer.layout().bytes + c.block_gap;
  return layer;
}

/// NaN in all types.
std::vector<uint8_t> PoisonedBlocks(const KvLayer& layer) {
  return std::vector<uint8_t>(static_cast<size_t>(layer.blocks * layer.block_stride), 0xFF);
}

/// Tables of the parts: blocks in shuffled order.
std::vector<std::vector<int32_t>> TablesOf(const Case& c, int64_t blocks) {
  std::vector<int32_t> order(static_cast<size_t>(blocks));
  std::iota(order.begin(), order.end(), 0);
  RandomStream random(5, RandomPurpose::kTest);
  for (size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<size_t>(random.NextBelow(i))]);
  }
  std::vector<std::vector<int32_t>> tables;
  const int32_t* next = order.data();
  for (const Part& p : c.parts) {
    tables.emplace_back(next, next + BlocksOf(p.length));
    next += BlocksOf(p.length);
  }
  return tables;
}

/// What a head's bytes mean (kv_block.h).
struct StoredHead {
  KvType type;
  KvHeadLayout layout;
  const uint8_t* head;

  double Key(int64_t token, int64_t d) const {
    return Number(0, d * kKvBlockTokens + token) * Scale(layout.key_scales, token, d);
  }
  double Value(int64_t token, int64_t d) const {
    return Number(layout.values, token * layout.width + d) * Scale(layout.value_scales, token, d);
  }

 private:
  double Half(int64_t at) const {
    F16 x;
    std::memcpy(&x, head + at, 2);
    return static_cast<float>(x);
  }
  double Number(int64_t from, int64_t index) const {
    if (type == KvType::kQ8_0) return static_cast<int8_t>(head[from + index]);
    if (type == KvType::kF16) return Half(from + 2 * index);
    float x;
    std::memcpy(&x, head + from + 4 * index, 4);
    return x;
  }
  double Scale(int64_t scales, int64_t token, int64_t d) const {
    return type == KvType::kQ8_0 ? Half(scales + 2 * (d / kKvGroup * kKvBlockTokens + token)) : 1;
  }
};

/// A pass over a cache on the device that holds all keys and values of the parts.
template <class T>
struct Problem {
  Case c;
  KvLayer layer;
  std::vector<std::vector<int32_t>> tables;
  DeviceArray<uint8_t> blocks;
  std::vector<PagedSegment> segments;
  int64_t rows = 0, stride;
  std::vector<T> q;

  explicit Problem(Case given)
      : c(std::move(given)),
        layer(LayerOf(c)),
        tables(TablesOf(c, layer.blocks)),
        blocks(PoisonedBlocks(layer)),
        stride(c.heads * c.head_dim + c.gap) {
    layer.data = blocks.data();
    for (size_t i = 0; i < c.parts.size(); ++i) {
      const Part& p = c.parts[i];
      segments.push_back({rows, p.rows, p.length - p.rows, tables[i]});
      rows += p.rows;
      const int64_t width = c.kv_heads * c.head_dim;
      DeviceArray<T> k(NormalValues<T>(p.length * width, 100 + i));
      DeviceArray<T> v(NormalValues<T>(p.length * width, 200 + i));
      const std::vector<PagedSegment> all = {{0, p.length, 0, tables[i]}};
      DevicePages pages;
      pages.Set(DeviceContext(), all);
      StoreKeysValues<T>(DeviceContext(), layer, pages, k.data(), v.data(), width);
    }
    q = NormalValues<T>(rows * stride, 1, c.q_scale);
  }

  PagedShape shape() const { return {c.heads, stride, stride}; }
  std::vector<T> Attend() {
    DeviceArray<T> q_there(q), out = DeviceArray<T>::Poisoned(rows * stride);
    DevicePages pages;
    pages.Set(DeviceContext(), segments);
    PagedAttention<T>(DeviceContext(), shape(), layer, pages, q_there.data(), out.data());
    return out.Values();
  }
};

/// The reference's results for part i, and the sums of p |v|.
struct Truth {
  std::vector<double> out, bound;
  double score_size = 0;  ///< at most, of sum |q k| / sqrt(head_dim) (Cauchy-Schwarz)
};

/// Longest row of x, [n][dim].
double LargestNorm(const std::vector<double>& x, int64_t dim) {
  double largest = 0;
  for (size_t at = 0; at < x.size(); at += static_cast<size_t>(dim)) {
    double sum = 0;
    for (int64_t d = 0; d < dim; ++d) sum += x[at + d] * x[at + d];
    largest = std::max(largest, std::sqrt(sum));
  }
  return largest;
}

template <class T>
Truth Solve(const Problem<T>& x, const std::vector<uint8_t>& bytes, size_t i) {
  const Case& c = x.c;
  const Part& part = c.parts[i];
  const AttentionShape s{.q_len = part.rows,
                         .kv_len = part.length,
                         .heads = c.heads,
                         .kv_heads = c.kv_heads,
                         .head_dim = c.head_dim,
                         .q_stride = c.heads * c.head_dim,
                         .kv_stride = c.kv_heads * c.head_dim,
                         .out_stride = x.stride};
  std::vector<double> q, k, v, magnitude;
  for (int64_t r = 0; r < part.rows; ++r) {
    const T* row = x.q.data() + (x.segments[i].first_row + r) * x.stride;
    for (int64_t j = 0; j < s.q_stride; ++j) q.push_back(ToFloat(row[j]));
  }
  const KvHeadLayout layout = x.layer.layout();
  for (int64_t t = 0; t < part.length; ++t) {
    const int64_t block = x.tables[i][static_cast<size_t>(t / kKvBlockTokens)];
    for (int64_t h = 0; h < c.kv_heads; ++h) {
      const StoredHead head{c.type, layout,
                            bytes.data() + block * x.layer.block_stride + h * layout.bytes};
      for (int64_t d = 0; d < c.head_dim; ++d) {
        k.push_back(head.Key(t % kKvBlockTokens, d));
        v.push_back(head.Value(t % kKvBlockTokens, d));
        magnitude.push_back(std::abs(v.back()));
      }
    }
  }
  Truth t;
  t.out.resize(static_cast<size_t>(part.rows * x.stride)), t.bound = t.out;
  ref::Attention<double>(s, q.data(), k.data(), v.data(), t.out.data(), nullptr);
  ref::Attention<double>(s, q.data(), k.data(), magnitude.data(), t.bound.data(), nullptr);
  t.score_size = LargestNorm(q, c.head_dim) * LargestNorm(k, c.head_dim) /
                 std::sqrt(static_cast<double>(c.head_dim));
  return t;
}

/// What rounding may do to row sums, in units of the sum of p |v|. Sums in fp32, of products that
/// the matrix units may cut two bits further, move a score by some 2^-22 of its size for each
/// addition, and a weight by twice as much. BF16 models round the result (2^-8); their fast kernels
/// also the weights to fp16 (2^-11) and 8-bit values and, for prompts, keys, times their scales
/// (2^-11: of a key, it moves a score by as much of its size).
double UnitError(const Case& c, const Part& part, bool is_bf16, double score_size) {
  const double additions = static_cast<double>(c.head_dim + part.length + 32);
  const double sums = 0x1p-22 * additions + 0x1p-21 * score_size * (16 + std::sqrt(c.head_dim));
  if (!is_bf16) return sums;
  const double rounded = sums + 0x1p-8 + 0x1p-11;
  if (c.type != KvType::kQ8_0) return rounded;
  return rounded + 0x1p-11 + (part.rows > 1 ? 2 * 0x1p-11 * score_size : 0.0);
}

template <class T>
void ExpectReference(const Case& given) {
  SCOPED_TRACE(testing::Message() << KvTypeName(given.type) << " heads " << given.heads << "/"
                                  << given.kv_heads << " dim " << given.head_dim << " bytes "
                                  << sizeof(T));
  Problem<T> x(given);
  const std::vector<T> out = x.Attend();
  const std::vector<uint8_t> bytes = x.blocks.Values();
  double worst = 0;
  for (size_t i = 0; i < given.parts.size(); ++i) {
    const Part& part = given.parts[i];
    const Truth t = Solve(x, bytes, i);
    const double unit = UnitError(given, part, sizeof(T) == 2, t.score_size);
    // Weights below 2^-14 of the largest lose digits in fp16.
    const double tiny = sizeof(T) == 2 ? 0x1p-25 * 5 * static_cast<double>(part.length) : 0;
    const T* const got = out.data() + x.segments[i].first_row * x.stride;
    for (int64_t j = 0; j < std::ssize(t.out); ++j) {
      if (j % x.stride >= given.heads * given.head_dim) {
        ASSERT_TRUE(std::isnan(ToFloat(got[j]))) << "wrote between rows";
        continue;
      }
      const double error = std::abs(ToFloat(got[j]) - t.out[j]) / (unit * t.bound[j] + tiny);
      if (!(error <= worst)) worst = error;
    }
    ASSERT_LE(worst, 1.0) << part.length << " keys, " << part.rows << " rows";
  }
}

const std::vector<Part> kFew = {{1, 1}, {63, 1}, {64, 1}, {65, 3}, {5, 5}, {300, 1}, {200, 7}};
const std::vector<Part> kMany = {{64, 64}, {81, 17}, {200, 70}, {130, 130}};
/// More than a warp has lanes; the long ones far apart.
std::vector<Part> ManySegments() {
  std::vector<Part> parts;
  for (int64_t i = 0; i < 70; ++i) parts.push_back({i % 9 + 1, 1});
  parts[0] = {70, 20}, parts[31] = {40, 40}, parts[68] = {100, 3};
  return parts;
}
const std::vector<Part> kMixed = {{130, 1}, {90, 33}, {20, 16}, {66, 66}, {65, 1}};

TEST(PagedAttention, FloatModelsEqualReference) {
  for (const KvType type : kTypes) {
    ExpectReference<float>({.type = type, .heads = 2, .head_dim = 10, .parts = kFew});
    ExpectReference<float>(
        {.type = type, .heads = 2, .kv_heads = 2, .head_dim = 48, .parts = {{70, 70}, {130, 2}}});
    ExpectReference<float>({.type = type, .head_dim = 300, .parts = {{65, 2}}});
  }
}

TEST(PagedAttention, Bf16ModelsWithPlainKernels) {
  ExpectReference<BF16>({.type = KvType::kF32, .heads = 2, .head_dim = 64, .parts = kFew});
  ExpectReference<BF16>({.type = KvType::kF16, .head_dim = 300, .parts = {{65, 20}}});
  // Blocks that are not aligned.
  ExpectReference<BF16>({.type = KvType::kF16, .parts = {{70, 20}, {65, 1}}, .block_gap = 2});
}

TEST(PagedAttention, FewRowsEqualReference) {
  for (const KvType type : {KvType::kF16, KvType::kQ8_0}) {
    for (const int head_dim : {64, 128}) {
      for (const int group : {1, 3, 8, 11}) {
        ExpectReference<BF16>(
            {.type = type, .heads = 2 * group, .kv_heads = 2, .head_dim = head_dim, .parts = kFew});
      }
      ExpectReference<BF16>(
          {.type = type, .heads = 5, .head_dim = head_dim, .parts = {{100, 16}, {30, 2}}});
    }
    for (const int head_dim : {1, 10, 16, 48, 100, 144, 256}) {
      ExpectReference<BF16>(
          {.type = type, .heads = 2, .head_dim = head_dim, .parts = {{130, 1}, {65, 3}}, .gap = 5});
    }
  }
}

/// Parts of one sequence that are put together, and of one too short to be cut.
TEST(PagedAttention, LongContextsAreCut) {
  for (const KvType type : {KvType::kF16, KvType::kQ8_0}) {
    ExpectReference<BF16>({.type = type, .heads = 4, .parts = {{1500, 1}}});
    ExpectReference<BF16>(
        {.type = type, .heads = 2, .head_dim = 128, .parts = {{30, 1}, {900, 3}, {600, 1}}});
    ExpectReference<BF16>({.type = type,
                           .heads = 8,
                           .kv_heads = 8,
                           .parts = {{1100, 1}, {64, 1}, {10, 1}, {700, 1}}});
    // Parts that some rows do not see.
    ExpectReference<BF16>({.type = type, .parts = {{520, 12}}});
  }
}

TEST(PagedAttention, ManyRowsEqualReference) {
  for (const KvType type : {KvType::kF16, KvType::kQ8_0}) {
    for (const int head_dim : {64, 128}) {
      ExpectReference<BF16>(
          {.type = type, .heads = 4, .kv_heads = 2, .head_dim = head_dim, .parts = kMany});
      // No segment of more rows than a small block has.
      ExpectReference<BF16>(
          {.type = type, .heads = 2, .head_dim = head_dim, .parts = {{64, 64}, {150, 20}}});
      ExpectReference<BF16>({.type = type, .head_dim = head_dim, .parts = {{100, 90}}, .gap = 1});
    }
    for (const int head_dim : {1, 10, 48, 100, 144, 256}) {
      ExpectReference<BF16>({.type = type, .head_dim = head_dim, .parts = {{150, 66}}, .gap = 6});
    }
  }
}

TEST(PagedAttention, PassesOfFewAndManyRows) {
  for (const KvType type : {KvType::kF16, KvType::kQ8_0}) {
    ExpectReference<BF16>({.type = type, .heads = 3, .parts = kMixed});
    ExpectReference<BF16>({.type = type, .heads = 2, .head_dim = 128, .parts = kMixed});
    ExpectReference<BF16>({.type = type, .heads = 1, .parts = ManySegments()});
  }
}

TEST(PagedAttention, SharpSoftmaxRescales) {
  ExpectReference<float>({.type = KvType::kF16, .parts = {{300, 1}, {130, 40}}, .q_scale = 8});
  ExpectReference<BF16>({.type = KvType::kF16, .parts = {{600, 1}, {200, 40}}, .q_scale = 3});
}

TEST(PagedAttention, SameBitsEachTime) {
  for (const KvType type : kTypes) {
    Problem<BF16> x({.type = type, .heads = 2, .parts = {{600, 1}, {90, 33}}});
    EXPECT_TRUE(SameBits(x.Attend(), x.Attend())) << KvTypeName(type);
  }
}

/// Stores in pieces, there and here.
template <class T>
void ExpectBytesOfTheProcessor(const Case& c, const std::vector<T>& k, const std::vector<T>& v,
                               int64_t stride) {
  SCOPED_TRACE(testing::Message() << KvTypeName(c.type) << " dim " << c.head_dim << " bytes "
                                  << sizeof(T));
  const Context here(1);
  KvLayer layer = LayerOf(c);
  const std::vector<std::vector<int32_t>> tables = TablesOf(c, layer.blocks);
  std::vector<uint8_t> want = PoisonedBlocks(layer);
  DeviceArray<uint8_t> got(want);
  DeviceArray<T> k_there(k), v_there(v);
  for (const int64_t piece : {int64_t{0}, int64_t{1}}) {
    std::vector<PagedSegment> segments;
    int64_t row = 0;
    for (size_t i = 0; i < c.parts.size(); ++i) {
      const auto [length, rows] = c.parts[i];
      const int64_t first = piece == 0 ? 0 : length - rows,
                    end = piece == 0 ? length - rows : length;
      if (end > first) segments.push_back({row + first, end - first, first, tables[i]});
      row += length;
    }
    DevicePages pages;
    pages.Set(DeviceContext(), segments);
    layer.data = want.data();
    kernels::StoreKeysValues<T>(here, layer, PagedRows(segments), k.data(), v.data(), stride);
    layer.data = got.data();
    StoreKeysValues<T>(DeviceContext(), layer, pages, k_there.data(), v_there.data(), stride);
  }
  EXPECT_TRUE(SameBits(got.Values(), want));
}

template <class T>
void ExpectBytesOfTheProcessor(const Case& c) {
  int64_t rows = 0;
  for (const Part& p : c.parts) rows += p.length;
  const int64_t stride = c.kv_heads * c.head_dim + 3;
  ExpectBytesOfTheProcessor(c, NormalValues<T>(rows * stride, 1), NormalValues<T>(rows * stride, 2),
                            stride);
}

TEST(PagedAttention, StoresTheBytesOfTheProcessor) {
  const std::vector<Part> single = {{1, 1}, {64, 1}, {65, 1}, {130, 1}};
  const std::vector<Part> uneven = {{1, 1}, {64, 1}, {65, 1}, {70, 9}, {150, 100}, {20, 20}};
  for (const KvType type : kTypes) {
    for (const int head_dim : {1, 10, 16, 48, 64, 100, 128}) {
      for (const std::vector<Part>& parts : {single, uneven}) {
        const Case c{.type = type, .kv_heads = 2, .head_dim = head_dim, .parts = parts};
        ExpectBytesOfTheProcessor<float>(c);
        ExpectBytesOfTheProcessor<BF16>(c);
      }
    }
    ExpectBytesOfTheProcessor<BF16>({.type = type, .head_dim = 16, .parts = ManySegments()});
  }
}

TEST(PagedAttention, StoresNumbersBeyondHalf) {
  std::vector<float> k(2 * 32), v(k.size());
  const std::vector<float> special = {
      0,        -0.0f,    1 + 0x1p-11f, 1 + 0x3p-11f, 65504,     65519, 65520, -1e30f,
      INFINITY, 0x1p-24f, 0x1p-25f,     0x3p-25f,     -0x1p-15f, 0.1f,  -7.7f, 0x1p-14f};
  std::copy(special.begin(), special.end(), k.begin());
  std::copy(special.begin(), special.end(), v.begin() + 32);
  for (const KvType type : {KvType::kF32, KvType::kF16}) {
    ExpectBytesOfTheProcessor({.type = type, .head_dim = 32, .parts = {{2, 1}}}, k, v, 32);
  }
  for (float& x : k) x = std::clamp(x, -1e7f, 1e7f);  // a scale above 65504
  ExpectBytesOfTheProcessor({.type = KvType::kQ8_0, .head_dim = 32, .parts = {{2, 1}}}, k, k, 32);
}

TEST(DevicePages, LieAsDescribed) {
  const std::vector<int32_t> tables[] = {{7, 3, 9, 1}, {5}, {2, 8, 4}};
  const std::vector<PagedSegment> segments = {
      {4, 2, 63, tables[0]}, {0, 3, 0, tables[1]}, {6, 1, 128, tables[2]}};
  DevicePages pages;
  pages.Set(DeviceContext(), std::span(segments).subspan(1, 1));
  EXPECT_EQ(pages.most_tokens(), 64);
  pages.Set(DeviceContext(), segments);
  EXPECT_EQ(pages.segments(), 3);
  EXPECT_EQ(pages.rows(), 6);
  EXPECT_EQ(pages.most_rows(), 3);
  EXPECT_EQ(pages.most_tokens(), 256);
  ASSERT_EQ(pages.table_stride(), 4);
  const auto there = [](const int32_t* from, int64_t n) {
    std::vector<int32_t> values(static_cast<size_t>(n));
    DeviceContext().accelerator()->Download(values.data(), from, n * 4);
    return values;
  };
  EXPECT_EQ(there(pages.first_row(), 3), (std::vector<int32_t>{4, 0, 6}));
  EXPECT_EQ(there(pages.row_count(), 3), (std::vector<int32_t>{2, 3, 1}));
  EXPECT_EQ(there(pages.first_position(), 3), (std::vector<int32_t>{63, 0, 128}));
  // Blocks that no row attends to are left out.
  EXPECT_EQ(there(pages.tables(), 12), (std::vector<int32_t>{7, 3, 0, 0, 5, 0, 0, 0, 2, 8, 4, 0}));
}

TEST(DevicePages, KeySaysWhatLaunchesDependOn) {
  const std::vector<int32_t> table = {1, 2, 3, 4, 5, 6, 7, 8, 9}, other = {9, 8, 7, 6, 5, 4, 3};
  DevicePages pages;
  const auto key = [&](const std::vector<PagedSegment>& segments) {
    pages.Set(DeviceContext(), segments);
    return pages.key();
  };
  key({{0, 2, 510, table}, {2, 2, 1, other}, {4, 1, 0, other}});  // memory for all that follows
  const uint64_t two = key({{0, 1, 130, table}, {1, 1, 5, other}});
  EXPECT_EQ(key({{0, 1, 255, other}, {1, 1, 199, table}}), two) << "other places, as many blocks";
  EXPECT_NE(key({{0, 1, 256, table}, {1, 1, 5, other}}), two) << "more blocks";
  EXPECT_NE(key({{0, 1, 130, table}}), two) << "fewer segments";
  EXPECT_NE(key({{0, 2, 130, table}, {2, 1, 5, other}}), two) << "more rows";
  EXPECT_NE(key({{1, 1, 130, table}, {0, 1, 5, other}}), two) << "other rows";
}

/// Each step stores a token of two sequences and attends to all so far: what was recorded serves
/// until a sequence needs twice as many blocks, and then what is recorded next.
TEST(PagedAttention, ReplaysWhileSequencesGrow) {
  const Case c{.heads = 4, .kv_heads = 2, .parts = {{140, 1}, {40, 1}}};
  Problem<BF16> x(c);  // with all tokens stored; they are stored again as the sequences grow
  const int64_t width = c.kv_heads * c.head_dim, size = 2 * x.stride;
  DeviceArray<BF16> q = DeviceArray<BF16>::Poisoned(size), k = DeviceArray<BF16>::Poisoned(size),
                    out = DeviceArray<BF16>::Poisoned(size),
                    direct = DeviceArray<BF16>::Poisoned(size);
  Accelerator* const device = DeviceContext().accelerator();
  const auto upload = [&](uint64_t stream, DeviceArray<BF16>* to) {
    device->Upload(to->data(), NormalValues<BF16>(size, stream).data(), size * 2);
  };
  DevicePages pages;
  for (int32_t step = 0; step < 8; ++step) {
    upload(300 + step, &q), upload(400 + step, &k);
    const std::vector<PagedSegment> segments = {{0, 1, 124 + step, x.tables[0]},
                                                {1, 1, 30 + step, x.tables[1]}};
    pages.Set(DeviceContext(), segments);
    const auto attend = [&](DeviceArray<BF16>* to) {
      StoreKeysValues<BF16>(DeviceContext(), x.layer, pages, k.data(), k.data(), width);
      PagedAttention<BF16>(DeviceContext(), x.shape(), x.layer, pages, q.data(), to->data());
    };
    device->Replay(pages.key(), [&] { attend(&out); });
    attend(&direct);
    EXPECT_TRUE(SameBits(out.Values(), direct.Values())) << "step " << step;
  }
}

}  // namespace
}  // namespace cria::kernels::cuda
