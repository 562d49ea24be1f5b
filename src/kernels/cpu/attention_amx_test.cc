// Attention's block product on emulated tile registers, on any processor.
#include "kernels/cpu/amx_emulated_tiles.h"
#include "kernels/cpu/attention_amx-inl.h"
#include "kernels/cpu/test_values.h"

namespace cria::kernels {
namespace {

struct Shape3 {
  int64_t m, n, k;
};

class AmxProductTest : public testing::TestWithParam<Shape3> {};

TEST_P(AmxProductTest, EqualsSums) {
  const auto [m, n, k] = GetParam();
  const int64_t lda = k + 6, ldb = n + 16, ldc = n + 3;
  const auto a = NormalValues<BF16>(m * lda, 1), b = NormalValues<BF16>((k + 1) / 2 * ldb * 2, 2);
  const auto start = NormalValues<float>(m * ldc, 3);
  for (const bool accumulate : {false, true}) {
    std::vector<float> c = start;
    AmxProduct<internal::EmulatedTiles>(
        {m, n, k, a.data(), lda, b.data(), ldb, c.data(), ldc, accumulate});
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < ldc; ++j) {
        const float was = start[i * ldc + j];
        if (j >= n) {
          ASSERT_EQ(c[i * ldc + j], was) << i << " " << j;
          continue;
        }
        double sum = accumulate ? was : 0, size = std::abs(sum);
        for (int64_t d = 0; d < k; ++d) {
          const double term =
              double{ToFloat(a[i * lda + d])} * double{ToFloat(b[(d / 2 * ldb + j) * 2 + d % 2])};
          sum += term, size += std::abs(term);
        }
        ASSERT_NEAR(c[i * ldc + j], sum, static_cast<double>(k + 2) * 0x1p-24 * size)
            << i << " " << j << " of " << m << " x " << n << " x " << k;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, AmxProductTest,
                         testing::Values(Shape3{1, 16, 2}, Shape3{16, 32, 32}, Shape3{32, 64, 64},
                                         Shape3{17, 48, 34}, Shape3{12, 64, 96}, Shape3{33, 80, 30},
                                         Shape3{96, 16, 100}, Shape3{31, 32, 62}));

/// Where k ends does not show while zeros follow: neighbours decide how many keys are computed.
TEST(AmxProductTest, ZerosBehindChangeNothing) {
  const int64_t m = 20, n = 32, whole = 64;
  const auto b = NormalValues<BF16>(whole * n, 2);
  for (const int64_t k : {16, 32, 48}) {
    auto a = NormalValues<BF16>(m * whole, 1);
    for (int64_t i = 0; i < m; ++i) std::fill_n(a.begin() + i * whole + k, whole - k, BF16(0.0f));
    std::vector<float> some(m * n), all(m * n);
    AmxProduct<internal::EmulatedTiles>(
        {m, n, k, a.data(), whole, b.data(), n, some.data(), n, false});
    AmxProduct<internal::EmulatedTiles>(
        {m, n, whole, a.data(), whole, b.data(), n, all.data(), n, false});
    EXPECT_TRUE(SameBits(some, all)) << k;
  }
}

/// A row alone has the bits it has among others.
TEST(AmxProductTest, RowsStandAlone) {
  const int64_t m = 37, n = 48, k = 70;
  const auto a = NormalValues<BF16>(m * k, 1), b = NormalValues<BF16>(k * n, 2);
  std::vector<float> all(m * n), one(n);
  const BlockProduct<BF16> x = {m, n, k, a.data(), k, b.data(), n, all.data(), n, false};
  AmxProduct<internal::EmulatedTiles>(x);
  for (int64_t i = 0; i < m; ++i) {
    BlockProduct<BF16> row = x;
    row.m = 1, row.a += i * k, row.c = one.data();
    AmxProduct<internal::EmulatedTiles>(row);
    for (int64_t j = 0; j < n; ++j) ASSERT_EQ(one[j], all[i * n + j]) << i << " " << j;
  }
}

}  // namespace
}  // namespace cria::kernels
