// Errors of a tensor against sums by hand.
#include "model/tensor_error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace cria {
namespace {

TEST(TensorError, ByHand) {
  // Rows (1, 2) and (3, -4), written as (1, 2.5) and (3, -3).
  const std::vector<float> original = {1, 2, 3, -4}, written = {1, 2.5f, 3, -3};
  std::vector<uint8_t> bytes(16);
  std::memcpy(bytes.data(), written.data(), 16);
  const std::vector<float> importance = {100, 2};
  const TensorError e = MeasureError(Context(1), DType::kF32, original, bytes, 2, importance);
  EXPECT_DOUBLE_EQ(e.rms, std::sqrt(1.25 / 4));
  EXPECT_DOUBLE_EQ(e.relative_rms, std::sqrt(1.25 / 30));
  EXPECT_NEAR(e.snr_db, 10 * std::log10(30 / 1.25), 1e-9);
  EXPECT_EQ(e.max, 1);
  EXPECT_DOUBLE_EQ(e.weighted_rms, std::sqrt(2 * 1.25 / (100 * 10 + 2 * 20)));
  EXPECT_EQ(e.bytes, 16);
  const TensorError plain = MeasureError(Context(1), DType::kF32, original, bytes, 2, {});
  EXPECT_LT(plain.weighted_rms, 0);
  std::memcpy(bytes.data(), original.data(), 16);
  EXPECT_TRUE(std::isinf(MeasureError(Context(1), DType::kF32, original, bytes, 2, {}).snr_db));
}

TEST(TensorError, ValuesThatAreNoNumbersAreCounted) {
  const float infinite = std::numeric_limits<float>::infinity();
  const std::vector<float> original = {1, std::nanf(""), infinite, 5};
  const std::vector<float> written = {1.5f, 0, infinite, -infinite};
  std::vector<uint8_t> bytes(16);
  std::memcpy(bytes.data(), written.data(), 16);
  const TensorError e = MeasureError(Context(1), DType::kF32, original, bytes, 4, {});
  EXPECT_EQ(e.not_finite, 2);
  EXPECT_EQ(e.overflowed, 1);
  EXPECT_EQ(e.max, 0.5);
}

TEST(TensorError, SameBitsForAnyThreads) {
  std::vector<float> original(300'000);
  for (size_t i = 0; i < original.size(); ++i) original[i] = std::sin(static_cast<float>(i));
  std::vector<uint8_t> bytes(original.size() * 2);
  ASSERT_TRUE(ConvertFromFloat(DType::kF16, original.data(), 300'000, bytes.data()));
  const auto run = [&](int threads) {
    return MeasureError(Context(threads), DType::kF16, original, bytes, 1000, {});
  };
  EXPECT_EQ(run(1).rms, run(3).rms);
  EXPECT_GT(run(1).snr_db, 60);
}

}  // namespace
}  // namespace cria
