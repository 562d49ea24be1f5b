// Products with weights in GGUF's blocks and their unpacking: against the processor's decoder and
// sums in double, for every type.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "kernels/cuda/device_array.h"

namespace cria::kernels::cuda {
namespace {

constexpr DType kBlockTypes[] = {DType::kQ4_0, DType::kQ4_1, DType::kQ5_0, DType::kQ5_1,
                                 DType::kQ8_0, DType::kQ2_K, DType::kQ3_K, DType::kQ4_K,
                                 DType::kQ5_K, DType::kQ6_K};

/// Random bytes: every level, every packed scale. The fp16 scales are then set to plain numbers.
std::vector<uint8_t> RandomBlocks(DType type, int64_t elements, uint64_t stream) {
  std::vector<uint8_t> bytes(static_cast<size_t>(StoredBytes(type, elements)));
  RandomStream random(stream, RandomPurpose::kTest, static_cast<uint64_t>(type));
  for (uint8_t& b : bytes) b = static_cast<uint8_t>(random.NextDouble() * 256);
  const auto block = static_cast<size_t>(BlockBytes(type));
  const bool tail = type == DType::kQ2_K || type == DType::kQ3_K || type == DType::kQ6_K;
  const bool two = type == DType::kQ4_1 || type == DType::kQ5_1 || type == DType::kQ2_K ||
                   type == DType::kQ4_K || type == DType::kQ5_K;
  for (size_t b = 0; b < bytes.size(); b += block) {
    const size_t at = b + (tail ? block - (two ? 4 : 2) : 0);
    for (size_t i = 0; i < (two ? 2u : 1u); ++i) {
      const F16 half(static_cast<float>(random.NextNormal()));
      std::memcpy(bytes.data() + at + 2 * i, &half, 2);
    }
  }
  return bytes;
}

/// Random values of any type, scalars too.
std::vector<uint8_t> RandomStored(DType type, int64_t elements, uint64_t stream) {
  if (IsQuantized(type)) return RandomBlocks(type, elements, stream);
  std::vector<uint8_t> bytes(static_cast<size_t>(StoredBytes(type, elements)));
  const auto normal = NormalValues<float>(elements, stream);
  for (size_t i = 0; i < normal.size(); ++i) {
    const auto put = [&](auto value) {
      std::memcpy(bytes.data() + i * sizeof(value), &value, sizeof(value));
    };
    switch (type) {
      case DType::kBF16:
        put(BF16(normal[i]));
        break;
      case DType::kF16:
        put(F16(normal[i]));
        break;
      case DType::kF64:
        put(static_cast<double>(normal[i]) / 3);
        break;
      case DType::kI32:
        put(static_cast<int32_t>(normal[i] * 1e8f));
        break;
      case DType::kI64:
        put(static_cast<int64_t>(normal[i] * 1e12f));
        break;
      case DType::kU8:
        put(static_cast<uint8_t>(i * 37));
        break;
      default:
        put(normal[i]);
    }
  }
  return bytes;
}

std::vector<float> Decode(DType type, const std::vector<uint8_t>& stored, int64_t elements) {
  std::vector<float> values(static_cast<size_t>(elements));
  ConvertToFloat(type, stored.data(), elements, values.data());
  return values;
}

template <class T>
void TestUnpack(DType type, int64_t elements) {
  const auto stored = RandomStored(type, elements, 1);
  std::vector<T> want;
  for (const float x : Decode(type, stored, elements)) want.push_back(FromFloat<T>(x));
  DeviceArray<uint8_t> from(stored);
  auto to = DeviceArray<T>::Poisoned(elements);
  Unpack(DeviceContext(), type, from.data(), elements, to.data());
  EXPECT_TRUE(SameBits(to.Values(), want)) << DTypeName(type) << " " << elements;
  // To an odd address; what lies before stays.
  auto odd = DeviceArray<T>::Poisoned(elements + 1);
  Unpack(DeviceContext(), type, from.data(), elements, odd.data() + 1);
  std::vector<T> got = odd.Values();
  EXPECT_TRUE(std::isnan(ToFloat(got.front())));
  got.erase(got.begin());
  EXPECT_TRUE(SameBits(got, want)) << DTypeName(type) << " " << elements;
}

TEST(Unpack, EqualsTheProcessorBitForBit) {
  for (int t = 0; t <= static_cast<int>(DType::kQ6_K); ++t) {
    const DType type = static_cast<DType>(t);
    for (const int64_t elements : {int64_t{1}, int64_t{43}, int64_t{3000}}) {
      const int64_t whole =
          (elements + BlockElements(type) - 1) / BlockElements(type) * BlockElements(type);
      TestUnpack<float>(type, whole);
      TestUnpack<BF16>(type, whole);
    }
  }
}

/// A matrix on the device, `offset` bytes behind an aligned address, and its weights as they enter
/// a product: exact, or rounded to T.
template <class T>
struct Weights {
  Weights(DType t, int64_t rows, int64_t columns, uint64_t stream, size_t offset, bool round)
      : type(t), n(rows), k(columns) {
    std::vector<uint8_t> stored = RandomStored(type, n * k, stream);
    for (const float x : Decode(type, stored, n * k)) {
      values.push_back(round ? ToFloat(FromFloat<T>(x)) : x);
    }
    stored.insert(stored.begin(), offset, 0);
    memory = std::make_unique<DeviceArray<uint8_t>>(stored);
    data = memory->data() + offset;
  }
  BlockMatrix matrix() const { return {type, data, n, k}; }

  DType type;
  int64_t n, k;
  std::vector<float> values;
  std::unique_ptr<DeviceArray<uint8_t>> memory;
  const uint8_t* data;
};

struct Sum {
  double value = 0, bound = 0;
};

/// Few rows: products are exact, a block's sum and its scales take tens of roundings (or cuts, on
/// matrix units) in fp32, a row one more per block and warp. Levels and minimums are summed apart,
/// before they cancel: no part exceeds four times the largest weight of the row.
/// Many rows: at most k roundings of sums and of products, of weights that are rounded before.
template <class T>
Sum ExactSum(const Weights<T>& w, int64_t row, const T* x, bool few) {
  Sum sum;
  double largest = 0, magnitude = 0, magnitude_x = 0;
  for (int64_t j = 0; j < w.k; ++j) {
    const double a = ToFloat(x[j]), b = w.values[static_cast<size_t>(row * w.k + j)];
    sum.value += a * b;
    magnitude += std::abs(a * b);
    magnitude_x += std::abs(a);
    largest = std::max(largest, std::abs(b));
  }
  const auto k = static_cast<double>(w.k);
  sum.bound =
      few ? (k / 32 + 64) * 0x1p-23 * 4 * largest * magnitude_x : (k + 8) * 0x1p-23 * magnitude;
  return sum;
}

template <class T, class C>
void TestProduct(int64_t m, const std::vector<Weights<T>>& parts, int64_t x_gap, bool few) {
  const int64_t k = parts.front().k, stride = k + x_gap;
  std::vector<BlockMatrix> matrices;
  int64_t n = 0;
  for (const Weights<T>& part : parts) n += part.n, matrices.push_back(part.matrix());
  SCOPED_TRACE(
      fmt::format("{}: m {} n {} k {} gap {}", DTypeName(parts.front().type), m, n, k, x_gap));
  const auto x = NormalValues<T>(m * stride, 3);
  const auto before = NormalValues<C>(m * (n + 3), 4);
  DeviceArray<T> device_x(x);
  const auto run = [&](const std::vector<C>& start, bool accumulate) {
    DeviceArray<C> c(start);
    BlockMatmul(DeviceContext(), m, device_x.data(), stride, matrices, c.data(), n + 3, accumulate);
    return c.Values();
  };
  const auto plain = run(Poisoned<C>(m * (n + 3)), false), sum = run(before, true);
  EXPECT_TRUE(SameBits(plain, run(Poisoned<C>(m * (n + 3)), false)));
  for (int64_t r = 0; r < m; ++r) {
    auto at = static_cast<size_t>(r * (n + 3));
    for (const Weights<T>& part : parts) {
      for (int64_t i = 0; i < part.n; ++i, ++at) {
        const Sum want = ExactSum(part, i, x.data() + r * stride, few);
        const double start = ToFloat(before[at]), total = want.value + start;
        ASSERT_NEAR(ToFloat(plain[at]), want.value, want.bound + kUnit<C> * std::abs(want.value))
            << r << " " << i;
        ASSERT_NEAR(ToFloat(sum[at]), total,
                    want.bound + kUnit<C> * (std::abs(total) + std::abs(start)))
            << r << " " << i;
      }
    }
    for (int64_t i = 0; i < 3; ++i, ++at) {
      ASSERT_TRUE(std::isnan(ToFloat(plain[at])));
      ASSERT_EQ(ToFloat(sum[at]), ToFloat(before[at]));
    }
  }
}

class BlockMatmulTest : public testing::TestWithParam<DType> {};

/// k of the type, of `blocks` of 256; types of 32 take less, so that rows end anywhere.
int64_t Width(DType type, int64_t blocks, int64_t less) {
  return 256 * blocks - (BlockElements(type) == 32 ? 32 * less : 0);
}
/// The least alignment that blocks of a type keep.
size_t Word(DType type) { return BlockBytes(type) % 4 == 0 ? 4 : 2; }

TEST_P(BlockMatmulTest, FewRowsWhereTheBlocksLie) {
  const DType type = GetParam();
  struct {
    int64_t m, n, blocks, less, x_gap;
    size_t words;  // of the weights behind an aligned address
  } const shapes[] = {{1, 1, 1, 7, 0, 0},   {1, 40, 1, 0, 0, 1},  {2, 33, 3, 5, 8, 3},
                      {5, 300, 2, 0, 1, 0}, {8, 17, 17, 3, 0, 7}, {8, 75, 5, 1, 0, 5}};
  for (const auto& s : shapes) {
    std::vector<Weights<BF16>> parts;
    parts.emplace_back(type, s.n, Width(type, s.blocks, s.less), 5, s.words * Word(type), false);
    TestProduct<BF16, float>(s.m, parts, s.x_gap, true);
    TestProduct<BF16, BF16>(s.m, parts, s.x_gap, true);
  }
}

TEST_P(BlockMatmulTest, ManyRowsAndFloatBehindUnpacking) {
  const DType type = GetParam();
  const int64_t k = Width(type, 2, 3);
  for (const int64_t m : {9, 17}) {
    std::vector<Weights<BF16>> parts;
    parts.emplace_back(type, 21, k, 6, 2, true);
    TestProduct<BF16, float>(m, parts, 8, false);
    TestProduct<BF16, BF16>(m, parts, 0, false);
  }
  for (const int64_t m : {2, 9}) {
    std::vector<Weights<float>> parts;
    parts.emplace_back(type, 21, k, 6, 0, true);
    TestProduct<float, float>(m, parts, 1, false);
  }
}

TEST_P(BlockMatmulTest, BitsDependOnTheTwoRowsAlone) {
  const DType type = GetParam();
  const int64_t m = 8, n = 90, k = Width(type, 3, 1);
  const Weights<BF16> w(type, n, k, 7, 0, false);
  DeviceArray<BF16> x(NormalValues<BF16>(m * k, 8));
  auto all = DeviceArray<float>::Poisoned(m * n), some = DeviceArray<float>::Poisoned(m * n);
  const auto multiply = [&](int64_t row, int64_t rows, std::span<const BlockMatrix> parts,
                            float* c) {
    BlockMatmul(DeviceContext(), rows, x.data() + row * k, k, parts, c, n, false);
  };
  const BlockMatrix whole = w.matrix();
  multiply(0, m, {&whole, 1}, all.data());
  for (int64_t r = 0; r < m;) {
    const int64_t rows = std::min<int64_t>(r + 1, m - r), left = 13 + 20 * r;
    const BlockMatrix cut[] = {{type, w.data, left, k},
                               {type, w.data + StoredBytes(type, left * k), n - left, k}};
    multiply(r, rows, cut, some.data() + r * n);
    r += rows;
  }
  EXPECT_TRUE(SameBits(all.Values(), some.Values()));
}

INSTANTIATE_TEST_SUITE_P(Types, BlockMatmulTest, testing::ValuesIn(kBlockTypes),
                         [](const auto& type) { return std::string(DTypeName(type.param)); });

TEST(BlockMatmul, TakesPartsOfManyTypes) {
  for (const int64_t m : {3, 12}) {
    const bool few = m <= kFewRows;
    std::vector<Weights<BF16>> parts;
    uint64_t stream = 20;
    for (const auto& [type, n] : {std::pair{DType::kQ4_K, 40},
                                  {DType::kQ4_K, 7},
                                  {DType::kQ4_K, 1},
                                  {DType::kQ4_K, 12},
                                  {DType::kQ4_K, 20},
                                  {DType::kQ6_K, 9},
                                  {DType::kBF16, 30},
                                  {DType::kF16, 11},
                                  {DType::kF32, 5},
                                  {DType::kQ8_0, 18}}) {
      parts.emplace_back(type, n, 512, ++stream, 0, !few || !IsQuantized(type));
    }
    TestProduct<BF16, float>(m, parts, 0, few);
    TestProduct<BF16, BF16>(m, parts, 8, few);
  }
}

TEST(BlockMatmul, RowsTooWideForSharedMemoryTogetherTakeTurns) {
  for (const DType type : {DType::kQ4_0, DType::kQ6_K}) {
    std::vector<Weights<BF16>> parts;
    parts.emplace_back(type, 3, 256 * 40, 9, 0, false);
    TestProduct<BF16, float>(7, parts, 0, true);
  }
}

TEST(BlockMatmul, TallWeightsAreSeveralTilesToABlock) {
  std::vector<Weights<BF16>> parts;
  // On a device of 132 multiprocessors too.
  parts.emplace_back(DType::kQ4_K, 2130, 4096, 11, 0, false);
  parts.emplace_back(DType::kQ4_K, 30, 4096, 12, 0, false);
  TestProduct<BF16, float>(1, parts, 0, true);
}

TEST(BlockMatmul, BlocksAtOddWordsAreUnpacked) {
  std::vector<Weights<BF16>> parts;
  parts.emplace_back(DType::kQ4_K, 10, 256, 10, 2, true);
  TestProduct<BF16, float>(4, parts, 0, false);
}

}  // namespace
}  // namespace cria::kernels::cuda
