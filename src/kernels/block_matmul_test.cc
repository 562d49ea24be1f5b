// Products with quantised weights on every instruction set of this machine: against exact sums over
// the decoded weights, and the promise that an element's bits depend on its two rows alone.
#include "kernels/block_matmul.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/cpu/block_matmul.h"
#include "kernels/cpu/test_values.h"
#include "kernels/quantize.h"
#include "tensor/quant_block.h"

namespace cria::kernels::internal {
namespace {

constexpr DType kTypes[] = {DType::kQ4_0, DType::kQ4_1, DType::kQ5_0, DType::kQ5_1, DType::kQ8_0,
                            DType::kQ2_K, DType::kQ3_K, DType::kQ4_K, DType::kQ5_K, DType::kQ6_K};

std::vector<Isa> IsasOfThisMachine() {
  std::vector<Isa> isas = {Isa::kPortable};
  if (DetectIsa() >= Isa::kAvx2) isas.push_back(Isa::kAvx2);
  if (DetectIsa() >= Isa::kAvx512Bf16) isas.push_back(Isa::kAvx512Bf16);
  if (DetectIsa() >= Isa::kAmxBf16) isas.push_back(Isa::kAmxBf16);
  return isas;
}

/// Random bytes: every quant, every packed scale. The fp16 scales are then set to plain numbers.
std::vector<uint8_t> RandomBlocks(DType type, int64_t n, int64_t k) {
  std::vector<uint8_t> bytes(static_cast<size_t>(StoredBytes(type, n * k)));
  RandomStream random(5, RandomPurpose::kTest, static_cast<uint64_t>(type));
  for (uint8_t& b : bytes) b = static_cast<uint8_t>(random.NextDouble() * 256);
  const int64_t block = BlockBytes(type);
  const bool tail = type == DType::kQ2_K || type == DType::kQ3_K || type == DType::kQ6_K;
  const bool two = type == DType::kQ4_1 || type == DType::kQ5_1 || type == DType::kQ2_K ||
                   type == DType::kQ4_K || type == DType::kQ5_K;
  for (size_t b = 0; b < bytes.size(); b += static_cast<size_t>(block)) {
    const size_t at = b + (tail ? static_cast<size_t>(block - (two ? 4 : 2)) : 0);
    for (size_t i = 0; i < (two ? 2u : 1u); ++i) {
      const F16 half(static_cast<float>(random.NextNormal()));
      std::memcpy(bytes.data() + at + 2 * i, &half, 2);
    }
  }
  return bytes;
}

struct Size {
  int64_t m, n, k;  // k in blocks of the type
};
constexpr Size kSizes[] = {{1, 1, 1},  {1, 16, 9},  {2, 33, 3},  {3, 8, 8},    {5, 40, 16},
                           {8, 17, 2}, {9, 31, 11}, {13, 64, 8}, {31, 100, 5}, {64, 48, 24}};

class BlockMatmulTest : public testing::TestWithParam<DType> {};

TEST_P(BlockMatmulTest, EqualsTheSumsOverDecodedWeights) {
  const DType type = GetParam();
  const Context context(2);
  for (const Size& size : kSizes) {
    const int64_t k = size.k * BlockElements(type), n = size.n, m = size.m;
    const std::vector<uint8_t> w = RandomBlocks(type, n, k);
    const auto x = NormalValues<float>(m * k, 3);
    QuantizedRows rows;
    rows.Set(context, m, k, x.data(), k);
    std::vector<float> decoded(n * k);
    DequantizeBlocks(type, w.data(), n * k, decoded.data());
    std::vector<double> want(m * n), magnitude(m * n);
    for (int64_t r = 0; r < m; ++r) {
      for (int64_t c = 0; c < n; ++c) {
        for (int64_t i = 0; i < k; ++i) {
          const double value = static_cast<double>(rows.scale()[(r * k + i) / 32]) *
                               rows.q()[r * k + i] * static_cast<double>(decoded[c * k + i]);
          want[r * n + c] += value;
          magnitude[r * n + c] += std::abs(value);
        }
      }
    }
    for (const Isa isa : IsasOfThisMachine()) {
      SCOPED_TRACE(fmt::format("{} {}: m {} n {} k {}", DTypeName(type), IsaName(isa), m, n, k));
      const BlockMatrix matrix{type, w.data(), n, k};
      auto c = Poisoned<float>(m * (n + 3));
      BlockMatmulWith<float>(BlockUnitFor(isa), context, rows, {&matrix, 1}, c.data(), n + 3,
                             false);
      for (int64_t r = 0; r < m; ++r) {
        for (int64_t i = 0; i < n; ++i) {
          // A few roundings per group; minimums can cancel products, so the bound is on magnitudes
          // before cancellation (offsets at most double them and add 4 times).
          const double bound =
              8 * (magnitude[r * n + i] + 1) * 0x1p-24 * (static_cast<double>(k) / 16 + 4);
          ASSERT_NEAR(c[r * (n + 3) + i], want[r * n + i], bound) << r << ", " << i;
        }
        for (int64_t i = n; i < n + 3; ++i) ASSERT_TRUE(std::isnan(c[r * (n + 3) + i]));
      }
    }
  }
}

TEST_P(BlockMatmulTest, WideEqualsTheSumsOverDecodedWeights) {
  if (!HasWideBlockMatmul()) GTEST_SKIP() << "no tile registers";
  const DType type = GetParam();
  const int64_t k = 3 * 256, n = 75, m = 45;
  const std::vector<uint8_t> w = RandomBlocks(type, n, k);
  const auto x = NormalValues<BF16>(m * k, 6);
  std::vector<float> decoded(n * k), c(m * n), one(n);
  DequantizeBlocks(type, w.data(), n * k, decoded.data());
  const BlockMatrix matrix{type, w.data(), n, k};
  WideBlockMatmul<float>(Context(2), m, x.data(), k, {&matrix, 1}, c.data(), n);
  for (int64_t r = 0; r < m; ++r) {
    for (int64_t i = 0; i < n; ++i) {
      double want = 0, magnitude = 0;
      for (int64_t j = 0; j < k; ++j) {
        const double value =
            static_cast<double>(static_cast<float>(x[r * k + j])) * decoded[i * k + j];
        want += value, magnitude += std::abs(value);
      }
      // A weight is rounded once to bf16 (2^-9); the chain adds a few fp32 roundings.
      ASSERT_NEAR(c[r * n + i], want, magnitude * 0x1p-8) << r << ", " << i;
    }
    WideBlockMatmul<float>(Context(1), 1, x.data() + r * k, k, {&matrix, 1}, one.data(), n);
    ASSERT_TRUE(std::equal(one.begin(), one.end(), c.begin() + r * n)) << r;
  }
  Buffer<uint8_t> words(PackedBlockBytes(matrix));
  PackBlocks(Context(2), matrix, words.data());
  const BlockMatrix packed{type, w.data(), n, k, words.data()};
  std::vector<float> again(m * n);
  WideBlockMatmul<float>(Context(3), m, x.data(), k, {&packed, 1}, again.data(), n);
  EXPECT_TRUE(SameBits(c, again));
}

TEST_P(BlockMatmulTest, BitsDependOnTheTwoRowsAlone) {
  const DType type = GetParam();
  const int64_t k = 3 * 256 + (BlockElements(type) == 32 ? 96 : 0), n = 75, m = 29;
  const std::vector<uint8_t> w = RandomBlocks(type, n, k);
  const auto x = NormalValues<float>(m * k, 4);
  const BlockMatrix whole{type, w.data(), n, k};
  for (const Isa isa : IsasOfThisMachine()) {
    SCOPED_TRACE(IsaName(isa));
    const BlockUnit& unit = BlockUnitFor(isa);
    QuantizedRows rows;
    rows.Set(Context(1), m, k, x.data(), k);
    std::vector<float> all(m * n), threaded(m * n), split(m * n), packed(m * n);
    BlockMatmulWith<float>(unit, Context(1), rows, {&whole, 1}, all.data(), n, false);
    BlockMatmulWith<float>(unit, Context(3), rows, {&whole, 1}, threaded.data(), n, false);
    EXPECT_TRUE(SameBits(all, threaded));
    const BlockMatrix parts[] = {{type, w.data(), 32, k},
                                 {type, w.data() + StoredBytes(type, 32 * k), n - 32, k}};
    BlockMatmulWith<float>(unit, Context(2), rows, parts, split.data(), n, false);
    EXPECT_TRUE(SameBits(all, split));
    if (&unit == &BlockUnitFor(DetectIsa())) {  // packing is for this machine's own unit
      Buffer<uint8_t> words(PackedBlockBytes(whole));
      PackBlocks(Context(2), whole, words.data());
      const BlockMatrix matrix{type, nullptr, n, k, words.data()};
      BlockMatmulWith<float>(unit, Context(2), rows, {&matrix, 1}, packed.data(), n, false);
      EXPECT_TRUE(SameBits(all, packed));
      rows.Set(Context(1), 3, k, x.data(), k);
      BlockMatmulWith<float>(unit, Context(2), rows, {&matrix, 1}, packed.data(), n, false);
      EXPECT_TRUE(SameBits(all, packed));
      rows.Set(Context(1), m, k, x.data(), k);
    }
    // Few rows at a time, and on both sides of where weights go through memory instead.
    for (const int64_t count : {1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 23, 24, 25, 28}) {
      std::vector<float> some(m * n);
      for (int64_t r = 0; r < m; r += count) {
        const int64_t now = std::min<int64_t>(count, m - r);
        rows.Set(Context(1), now, k, x.data() + r * k, k);
        BlockMatmulWith<float>(unit, Context(2), rows, {&whole, 1}, some.data() + r * n, n, false);
      }
      EXPECT_TRUE(SameBits(all, some)) << count << " rows at a time";
    }
  }
}

TEST_P(BlockMatmulTest, AccumulatesAndRounds) {
  const DType type = GetParam();
  const int64_t k = 512, n = 50, m = 11;
  const std::vector<uint8_t> w = RandomBlocks(type, n, k);
  const auto x = NormalValues<BF16>(m * k, 6);
  const BlockMatrix matrix{type, w.data(), n, k};
  QuantizedRows rows;
  rows.Set(Context(1), m, k, x.data(), k);
  std::vector<float> plain(m * n), sum = NormalValues<float>(m * n, 8), want = sum;
  std::vector<BF16> halves(m * n), want_halves;
  BlockMatmul<float>(Context(2), rows, {&matrix, 1}, plain.data(), n);
  BlockMatmul<float>(Context(2), rows, {&matrix, 1}, sum.data(), n, true);
  BlockMatmul<BF16>(Context(2), rows, {&matrix, 1}, halves.data(), n);
  for (size_t i = 0; i < plain.size(); ++i) want[i] += plain[i], want_halves.emplace_back(plain[i]);
  EXPECT_TRUE(SameBits(sum, want));
  EXPECT_TRUE(SameBits(halves, want_halves));
}

INSTANTIATE_TEST_SUITE_P(Types, BlockMatmulTest, testing::ValuesIn(kTypes),
                         [](const auto& type) { return std::string(DTypeName(type.param)); });

/// The bits of the plain code: zeros, ties, one huge value, NaN, and ordinary blocks.
TEST(BlockUnit, QuantizesAndRoundsAlikeOnEveryInstructionSet) {
  std::vector<float> x = NormalValues<float>(32 * 6, 3);
  std::fill_n(x.begin(), 32, 0.0f);
  for (int i = 0; i < 32; ++i) x[32 + i] = static_cast<float>(i - 16) + 0.5f;
  x[64] = 1e30f, x[96] = std::numeric_limits<float>::quiet_NaN(), x[128] = 1e-40f;
  std::vector<BF16> halves;
  for (const float v : x) halves.push_back(BF16(v));
  const BlockUnit& plain = BlockUnitFor(Isa::kPortable);
  for (const Isa isa : IsasOfThisMachine()) {
    const BlockUnit& unit = BlockUnitFor(isa);
    for (const void* from :
         {static_cast<const void*>(x.data()), static_cast<const void*>(halves.data())}) {
      std::vector<int8_t> q(x.size()), want_q(x.size());
      std::vector<float> scale(6), want_scale(6);
      std::vector<int32_t> sums(12), want_sums(12);
      const bool half = from == halves.data();
      unit.quantize(from, half, 6, q.data(), scale.data(), sums.data());
      plain.quantize(from, half, 6, want_q.data(), want_scale.data(), want_sums.data());
      EXPECT_TRUE(SameBits(q, want_q) && SameBits(scale, want_scale) && SameBits(sums, want_sums))
          << IsaName(isa) << " " << half;
    }
    std::vector<uint16_t> bits(x.size());
    unit.round(x.data(), 32, 6, 32, bits.data(), 32);
    for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(bits[i], halves[i].bits) << IsaName(isa) << i;
  }
}

TEST(QuantizedRows, RoundsToTheNearestOfABlock) {
  const auto x = NormalValues<float>(4 * 96, 1);
  QuantizedRows rows;
  rows.Set(Context(2), 2, 96, x.data(), 192);
  for (int64_t r = 0; r < 2; ++r) {
    for (int64_t i = 0; i < 96; ++i) {
      const float d = rows.scale()[r * 3 + i / 32];
      EXPECT_NEAR(d * rows.q()[r * 96 + i], x[r * 192 + i], 0.5001f * d);
    }
  }
  int32_t sum = 0;
  for (int i = 16; i < 32; ++i) sum += rows.q()[i];
  EXPECT_EQ(rows.sums()[1], sum);
  const std::vector<float> zeros(32);
  rows.Set(Context(1), 1, 32, zeros.data(), 32);
  EXPECT_EQ(rows.scale()[0], 0);
  EXPECT_EQ(rows.q()[5], 0);
}

}  // namespace
}  // namespace cria::kernels::internal
