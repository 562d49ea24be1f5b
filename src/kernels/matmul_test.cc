// Matrix products of every instruction set of this machine against the scalar truth, at awkward
// sizes; and the promise that an element's bits depend on nothing but its row and column.
#include "kernels/matmul.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "base/random.h"
#include "kernels/cpu/matmul_blocks.h"
#include "kernels/ref/matmul.h"

namespace cria::kernels::internal {

#if defined(__x86_64__)
extern const MatmulUnit kEmulatedAmxBf16;
#endif

namespace {

struct Case {
  std::string name;
  const MatmulUnit* unit;
};

std::vector<Case> UnitsOfThisMachine() {
  std::vector<Case> units;
  for (const Isa isa : kIsas) {
    if (isa > DetectIsa()) break;
    units.push_back({std::string(IsaName(isa)) + " float", &UnitFor(isa, false)});
    units.push_back({std::string(IsaName(isa)) + " bf16", &UnitFor(isa, true)});
  }
#if defined(__x86_64__)
  if (DetectIsa() >= Isa::kAvx512Bf16) units.push_back({"emulated amx", &kEmulatedAmxBf16});
#endif
  return units;
}

struct Size {
  int64_t m, n, k;
};
constexpr Size kSizes[] = {{1, 1, 1},     {1, 33, 2},     {2, 64, 31},     {3, 97, 33},
                           {4, 130, 64},  {5, 31, 7},     {8, 200, 65},    {11, 32, 800},
                           {12, 48, 96},  {13, 257, 129}, {31, 17, 50},    {32, 32, 32},
                           {33, 65, 100}, {50, 96, 769},  {100, 40, 1601}, {800, 70, 600}};

/// Operands rounded to the type, held as the type stores them and as float.
struct Operand {
  std::vector<float> values;
  std::vector<BF16> halves;

  Operand(int64_t size, uint64_t step, bool bf16) : values(size), halves(size) {
    RandomStream random(7, RandomPurpose::kTest, step);
    for (int64_t i = 0; i < size; ++i) {
      values[i] = static_cast<float>(random.NextNormal());
      halves[i] = BF16(values[i]);
      if (bf16) values[i] = ToFloat(halves[i]);
    }
  }
  const void* data(bool bf16) const {
    return bf16 ? static_cast<const void*>(halves.data()) : values.data();
  }
};

/// |error| <= (K + 2) eps sum |a b| bounds any order of summation in float (Higham 2002, eq. 3.5);
/// one rounding more for a bf16 result. Normal operands make sum |a b| about K; a random walk of
/// roundings stays near sqrt(K), so 4 sqrt(K) eps K^(1/2) |typical product| is a tight honest
/// bound.
double Tolerance(int64_t k, double value, bool bf16_result) {
  const double eps = std::numeric_limits<float>::epsilon();
  const double chain = 4 * eps * static_cast<double>(k + 8);
  return chain + (bf16_result ? (std::abs(value) + chain) / 256 : 0);
}

struct Result {
  std::vector<float> c;
  std::vector<BF16> halves;
};

Result Forward(const MatmulUnit& unit, const Context& context, const Size& z, const Operand& a,
               int64_t lda, const std::vector<uint32_t>& packed, bool bf16_result,
               bool accumulate) {
  const int64_t ldc = z.n + 3;
  Result result{std::vector<float>(z.m * ldc, 0.5f), std::vector<BF16>(z.m * ldc, BF16(0.5f))};
  MatmulWith(unit, context,
             {.m = z.m,
              .n = z.n,
              .k = z.k,
              .a = a.data(unit.element_bytes == 2),
              .lda = lda,
              .b = packed.data(),
              .ldb = 0,
              .c = bf16_result ? static_cast<void*>(result.halves.data()) : result.c.data(),
              .ldc = ldc,
              .bf16_result = bf16_result,
              .accumulate = accumulate});
  if (bf16_result) {
    for (size_t i = 0; i < result.c.size(); ++i) result.c[i] = ToFloat(result.halves[i]);
  }
  return result;
}

std::vector<uint32_t> Packed(const MatmulUnit& unit, const Context& context, const Operand& b,
                             const Size& z, bool transposed) {
  std::vector<uint32_t> packed(PackedUnits(unit, z.k, z.n));
  PackWith(unit, context, b.values.data(), z.k, z.n, transposed ? 1 : z.n, transposed ? z.k : 1,
           packed.data());
  return packed;
}

TEST(Matmul, EveryUnitEqualsTheScalarTruth) {
  const Context context(2);
  for (const Case& unit : UnitsOfThisMachine()) {
    const bool bf16 = unit.unit->element_bytes == 2;
    for (const Size& z : kSizes) {
      const int64_t lda = z.k + 1, ldc = z.n + 3;
      const Operand a(z.m * lda, 1, bf16), b(z.k * z.n, 2, bf16);
      for (int variant = 0; variant < 6; ++variant) {
        const bool transposed = variant % 2, accumulate = variant / 2 == 1, half = variant / 2 == 2;
        std::vector<double> want(z.m * ldc, 0.5);
        for (int64_t i = 0; i < z.m * ldc; ++i) {
          if (i % ldc < z.n && !accumulate) want[i] = 0;
        }
        ref::Matmul(z.m, z.n, z.k, a.values.data(), lda, int64_t{1}, b.values.data(),
                    transposed ? 1 : z.n, transposed ? z.k : 1, want.data(), ldc);
        const auto packed = Packed(*unit.unit, context, b, z, transposed);
        const Result got = Forward(*unit.unit, context, z, a, lda, packed, half, accumulate);
        for (int64_t i = 0; i < z.m * ldc; ++i) {
          ASSERT_NEAR(got.c[i], want[i], i % ldc < z.n ? Tolerance(z.k, want[i], half) : 0)
              << unit.name << " variant " << variant << " m " << z.m << " n " << z.n << " k " << z.k
              << " at " << i / ldc << ", " << i % ldc;
        }
      }
    }
  }
}

TEST(Matmul, TransposedProductReplacesOrAddsToC) {
  const Context context(2);
  for (const Case& unit : UnitsOfThisMachine()) {
    const bool bf16 = unit.unit->element_bytes == 2;
    for (const Size& z : kSizes) {
      const int64_t lda = z.m + 2, ldb = z.n + 5, ldc = z.n + 3;
      const Operand a(z.k * lda, 1, bf16), b(z.k * ldb, 2, bf16);
      for (const bool accumulate : {false, true}) {
        std::vector<double> want(z.m * ldc, 0.5);
        if (!accumulate) {
          for (int64_t r = 0; r < z.m; ++r) std::fill_n(want.begin() + r * ldc, z.n, 0.0);
        }
        ref::Matmul(z.m, z.n, z.k, a.values.data(), int64_t{1}, lda, b.values.data(), ldb,
                    int64_t{1}, want.data(), ldc);
        std::vector<float> c(z.m * ldc, 0.5f);
        const int threads = accumulate ? 3 : 1;
        MatmulTransposedAWith(*unit.unit, Context(threads),
                              {.m = z.m,
                               .n = z.n,
                               .k = z.k,
                               .a = a.data(bf16),
                               .lda = lda,
                               .b = b.data(bf16),
                               .ldb = ldb,
                               .c = c.data(),
                               .ldc = ldc,
                               .accumulate = accumulate});
        for (int64_t i = 0; i < z.m * ldc; ++i) {
          ASSERT_NEAR(c[i], want[i], i % ldc < z.n ? Tolerance(z.k, want[i], false) : 0)
              << unit.name << " m " << z.m << " n " << z.n << " k " << z.k << " at " << i / ldc
              << ", " << i % ldc;
        }
      }
    }
  }
}

bool SameBits(const float* a, const float* b, int64_t n) {
  return std::memcmp(a, b, n * sizeof(float)) == 0;
}

TEST(Matmul, BitsOfARowDependOnNothingElse) {
  const Size all = {77, 161, 1700};
  const int64_t ldc = all.n + 3;
  for (const Case& unit : UnitsOfThisMachine()) {
    const bool bf16 = unit.unit->element_bytes == 2;
    const Operand a(all.m * all.k, 3, bf16), b(all.k * all.n, 4, bf16);
    for (const bool half : {false, true}) {
      const Context one(1);
      const auto packed = Packed(*unit.unit, one, b, all, true);
      const Result whole = Forward(*unit.unit, one, all, a, all.k, packed, half, false);
      for (const int threads : {2, 3}) {
        const Result other =
            Forward(*unit.unit, Context(threads), all, a, all.k, packed, half, false);
        ASSERT_TRUE(SameBits(whole.c.data(), other.c.data(), all.m * ldc)) << unit.name << threads;
      }
      for (const int64_t rows : {1, 2, 3, 4, 5, 7, 9, 20}) {
        for (const int64_t first : {0, 1, 12, 50}) {
          Operand part(0, 0, bf16);
          part.values.assign(a.values.begin() + first * all.k,
                             a.values.begin() + (first + rows) * all.k);
          part.halves.assign(a.halves.begin() + first * all.k,
                             a.halves.begin() + (first + rows) * all.k);
          const Result few = Forward(*unit.unit, Context(2), {rows, all.n, all.k}, part, all.k,
                                     packed, half, false);
          for (int64_t r = 0; r < rows; ++r) {
            ASSERT_TRUE(SameBits(&few.c[r * ldc], &whole.c[(first + r) * ldc], all.n))
                << unit.name << " rows " << rows << " from " << first;
          }
        }
      }
    }
  }
}

TEST(Matmul, TransposedBitsDependOnNoThreads) {
  const int64_t m = 150, n = 333, k = 1700;
  for (const Case& unit : UnitsOfThisMachine()) {
    const bool bf16 = unit.unit->element_bytes == 2;
    const Operand a(k * m, 5, bf16), b(k * n, 6, bf16);
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 3}) {
      std::vector<float>& c = results.emplace_back(m * n);
      MatmulTransposedAWith(*unit.unit, Context(threads),
                            {.m = m,
                             .n = n,
                             .k = k,
                             .a = a.data(bf16),
                             .lda = m,
                             .b = b.data(bf16),
                             .ldb = n,
                             .c = c.data(),
                             .ldc = n});
      ASSERT_TRUE(SameBits(results[0].data(), c.data(), m * n)) << unit.name << threads;
    }
  }
}

// More steps and columns than tiles take at a time, against the same product in other parts.
TEST(Matmul, LargeTransposedProductsAreCutWithoutAChange) {
  const Size z = {40, 1100, 8300};
  constexpr int64_t kFirst = 3008;  // tiles add 32 of k at once
  const Operand a(z.k * z.m, 8, true), b(z.k * z.n, 9, true);
  const auto multiply = [&](int64_t column, int64_t columns, int64_t first, int64_t k, float* c) {
    MatmulTransposedAWith(UnitFor(DetectIsa(), true), Context(2),
                          {.m = z.m,
                           .n = columns,
                           .k = k,
                           .a = a.halves.data() + first * z.m,
                           .lda = z.m,
                           .b = b.halves.data() + first * z.n + column,
                           .ldb = z.n,
                           .c = c + column,
                           .ldc = z.n,
                           .accumulate = first > 0});
  };
  std::vector<float> whole(z.m * z.n), parts(z.m * z.n);
  multiply(0, z.n, 0, z.k, whole.data());
  for (const int64_t column : {0, 480}) {
    const int64_t columns = column == 0 ? 480 : z.n - column;
    multiply(column, columns, 0, kFirst, parts.data());
    multiply(column, columns, kFirst, z.k - kFirst, parts.data());
  }
  EXPECT_TRUE(SameBits(whole.data(), parts.data(), z.m * z.n));
  for (int64_t i = 0; i < z.m * z.n; i += 97) {
    double want = 0;
    for (int64_t k = 0; k < z.k; ++k) {
      want += double{a.values[k * z.m + i / z.n]} * b.values[k * z.n + i % z.n];
    }
    ASSERT_NEAR(whole[i], want, Tolerance(z.k, want, false)) << i;
  }
}

TEST(Matmul, ResultsAreRoundedLikeBF16) {
  // A product with the identity shows how a float sum becomes bf16: halves, ties, infinities, NaN.
  const std::vector<float> values = {1.0f,   1.00390625f, 1.01171875f, -1.00390625f, 3.4e38f,
                                     1e-30f, -0.0f,       65504.0f,    INFINITY,     -INFINITY,
                                     NAN,    1.0039063f,  -7.0e-38f,   0.1f};
  const int64_t n = static_cast<int64_t>(values.size());
  for (const Case& unit : UnitsOfThisMachine()) {
    if (unit.unit->element_bytes != 4) continue;
    const Size z = {1, n, 1};
    Operand a(1, 0, false), b(0, 0, false);
    a.values[0] = 1;
    b.values = values;
    const Context context(1);
    const auto packed = Packed(*unit.unit, context, b, z, false);
    const Result got = Forward(*unit.unit, context, z, a, 1, packed, true, false);
    for (int64_t i = 0; i < n; ++i) {
      const float want = ToFloat(BF16(0.0f + values[i]));
      EXPECT_TRUE(std::isnan(want) ? std::isnan(got.c[i]) : got.c[i] == want)
          << unit.name << " " << values[i] << " -> " << got.c[i];
    }
  }
}

TEST(Matmul, SurplusOfARowIsNeverMultiplied) {
  // What lies behind the last element of a row of A (here NaN) must not reach C, for odd K too.
  for (const Case& unit : UnitsOfThisMachine()) {
    const bool bf16 = unit.unit->element_bytes == 2;
    const Size z = {14, 40, 35};
    Operand a(z.m * 64, 1, bf16), b(z.k * z.n, 2, bf16);
    for (int64_t i = 0; i < z.m * 64; ++i) {
      if (i % 64 >= z.k) a.values[i] = NAN, a.halves[i] = BF16(NAN);
    }
    const Context context(1);
    const auto packed = Packed(*unit.unit, context, b, z, true);
    const Result got = Forward(*unit.unit, context, z, a, 64, packed, false, false);
    for (const float x : got.c) ASSERT_TRUE(std::isfinite(x)) << unit.name;
  }
}

#if defined(__x86_64__)
TEST(Matmul, AmxTilesOfThisMachine) {
  if (DetectIsa() < Isa::kAmxBf16) {
    GTEST_SKIP() << "no AMX here: the tile kernel is tested with emulated tile registers only";
  }
  // The tests above ran the hardware unit; here it meets its emulation.
  const Size z = {45, 100, 1000};
  const Operand a(z.m * z.k, 3, true), b(z.k * z.n, 4, true);
  const Context context(1);
  const auto packed = Packed(kAmxBf16, context, b, z, true);
  const Result hardware = Forward(kAmxBf16, context, z, a, z.k, packed, false, false);
  const Result emulated = Forward(kEmulatedAmxBf16, context, z, a, z.k, packed, false, false);
  for (size_t i = 0; i < hardware.c.size(); ++i) {
    ASSERT_NEAR(hardware.c[i], emulated.c[i], 2 * Tolerance(z.k, 0, false));
  }
}
#endif

TEST(Matmul, RowsReadPieceByPieceAreTheSamePanels) {
  for (const int64_t k : {31, 700}) {
    const int64_t n = 70;
    const Operand w(n * k, 2, true);
    PackedMatrix<BF16> whole, pieces;
    Pack(Context(1), w.values.data(), k, n, 1, k, &whole);
    for (const int threads : {1, 3}) {
      PackRows<BF16>(
          Context(threads), k, n,
          [&](int64_t first, int64_t rows, float* to) {
            std::copy_n(w.values.data() + first * k, rows * k, to);
          },
          &pieces);
      ASSERT_EQ(pieces.panels.size(), whole.panels.size());
      for (int64_t i = 0; i < whole.panels.size(); ++i) {
        ASSERT_EQ(pieces.panels[i].bits, whole.panels[i].bits) << i;
      }
    }
  }
}

TEST(Matmul, PublicFunctions) {
  const Context context(2);
  const int64_t m = 20, n = 70, k = 50;
  const Operand a(m * k, 1, true), w(n * k, 2, true);
  PackedMatrix<BF16> forward, backward;
  Pack(context, w.values.data(), k, n, 1, k, &forward);  // y = x W^T
  Buffer<BF16> y(m * n);
  Matmul(context, m, a.halves.data(), k, forward, y.data(), n);
  Pack(context, w.values.data(), n, k, k, 1, &backward);  // dx = dy W
  Buffer<float> dx(m * k), dw(n * k);
  Matmul(context, m, y.data(), n, backward, dx.data(), k);
  MatmulTransposedA(context, n, k, m, y.data(), n, a.halves.data(), k, dw.data(), k);
  std::vector<double> want_y(m * n), want_dx(m * k), want_dw(n * k);
  ref::Matmul(m, n, k, a.values.data(), k, int64_t{1}, w.values.data(), int64_t{1}, k,
              want_y.data(), n);
  std::vector<float> y_values(m * n);
  for (int64_t i = 0; i < m * n; ++i) {
    y_values[i] = ToFloat(y[i]);
    ASSERT_NEAR(y_values[i], want_y[i], Tolerance(k, want_y[i], true));
  }
  ref::Matmul(m, k, n, y_values.data(), n, int64_t{1}, w.values.data(), k, int64_t{1},
              want_dx.data(), k);
  ref::Matmul(n, k, m, y_values.data(), int64_t{1}, n, a.values.data(), k, int64_t{1},
              want_dw.data(), k);
  // y is about sqrt(k) times larger than a normal operand.
  for (int64_t i = 0; i < m * k; ++i) ASSERT_NEAR(dx[i], want_dx[i], 10 * Tolerance(n, 0, false));
  for (int64_t i = 0; i < n * k; ++i) ASSERT_NEAR(dw[i], want_dw[i], 10 * Tolerance(m, 0, false));
}

}  // namespace
}  // namespace cria::kernels::internal
