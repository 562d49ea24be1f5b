// The words of kernels mean what they say, on a GPU and in the emulation alike.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>

#include "base/random.h"
#include "kernels/cuda/device_array.h"
#include "kernels/cuda/words_probe.h"

namespace cria::kernels::cuda {
namespace {

CudaDevice* Device() { return &CudaDevice::Of(DeviceContext()); }

template <class H>
std::vector<uint16_t> Bits(const std::vector<float>& x) {
  std::vector<uint16_t> bits;
  for (float value : x) bits.push_back(H(value).bits);
  return bits;
}

std::vector<float> WholeNumbers(int64_t n, uint64_t stream) {
  std::vector<float> x = NormalValues<float>(n, stream, 8);
  for (float& value : x) value = std::nearbyint(value);
  return x;
}

/// Of operands that H holds exactly; `rounding`: the error of a sum over the sum of its magnitudes.
template <class H>
void TestMultiply(const std::vector<float>& a, const std::vector<float>& b,
                  const std::vector<float>& c, double rounding) {
  DeviceArray<uint16_t> device_a(Bits<H>(a)), device_b(Bits<H>(b));
  DeviceArray<float> device_c(c);
  ProbeMultiply(Device(), std::is_same_v<H, F16>, device_a.data(), device_b.data(),
                device_c.data());
  const std::vector<float> got = device_c.Values();
  for (int i = 0; i < 16; ++i) {
    for (int j = 0; j < 8; ++j) {
      double sum = c[i * 8 + j], magnitudes = std::abs(sum);
      for (int k = 0; k < 16; ++k) {
        const double product = double{a[i * 16 + k]} * b[k * 8 + j];
        sum += product;
        magnitudes += std::abs(product);
      }
      EXPECT_NEAR(got[i * 8 + j], sum, rounding * magnitudes) << i << " " << j;
    }
  }
}

template <class H>
std::vector<float> Held(std::vector<float> x) {
  for (float& value : x) value = static_cast<float>(H(value));
  return x;
}

template <class H>
void TestMultiplies() {
  // Exact sums show where each value lies.
  TestMultiply<H>(WholeNumbers(256, 1), WholeNumbers(128, 2), WholeNumbers(128, 3), 0);
  // 17 terms, of which hardware may cut off the 24th bit behind the largest at each.
  TestMultiply<H>(Held<H>(NormalValues<float>(256, 4)), Held<H>(NormalValues<float>(128, 5)),
                  NormalValues<float>(128, 6), 17 * 0x1p-23);
}

TEST(Words, MultiplyAdd) { TestMultiplies<BF16>(); }
TEST(Words, MultiplyAddHalf) { TestMultiplies<F16>(); }

TEST(Words, LoadTiles) {
  std::vector<uint16_t> matrices(256);
  for (int i = 0; i < 256; ++i) matrices[i] = static_cast<uint16_t>(257 * i + 1);
  const auto at = [&](int j, int row, int column) {
    return static_cast<uint32_t>(matrices[j * 64 + row * 8 + column]);
  };
  DeviceArray<uint16_t> from(matrices);
  for (const bool transposed : {false, true}) {
    DeviceArray<uint32_t> to(std::vector<uint32_t>(128));
    ProbeTiles(Device(), transposed, from.data(), to.data());
    const std::vector<uint32_t> got = to.Values();
    for (int lane = 0; lane < 32; ++lane) {
      const int g = lane / 4, t = lane % 4;
      for (int j = 0; j < 4; ++j) {
        EXPECT_EQ(got[lane * 4 + j], transposed ? at(j, 2 * t, g) | at(j, 2 * t + 1, g) << 16
                                                : at(j, g, 2 * t) | at(j, g, 2 * t + 1) << 16)
            << transposed << " lane " << lane << " matrix " << j;
      }
    }
  }
}

TEST(Words, Shuffles) {
  const std::vector<float> x = NormalValues<float>(32, 1);
  DeviceArray<float> from(x);
  DeviceArray<float> to = DeviceArray<float>::Poisoned(128);
  ProbeShuffles(Device(), from.data(), to.data());
  const std::vector<float> got = to.Values();
  for (int lane = 0; lane < 32; ++lane) {
    EXPECT_EQ(got[lane], x[lane ^ 5]);
    EXPECT_EQ(got[32 + lane], x[lane + 3 < 32 ? lane + 3 : lane]);
    EXPECT_EQ(got[64 + lane], x[7]);
    EXPECT_EQ(got[96 + lane], x[3 * lane % 32]);
  }
}

TEST(Words, AsynchronousCopies) {
  constexpr int kBlocks = 40;
  std::vector<uint8_t> x(kBlocks * 3 * 1024);
  RandomStream random(11, RandomPurpose::kTest, 1);
  for (uint8_t& value : x) value = static_cast<uint8_t>(1 + random.NextBelow(255));
  DeviceArray<uint8_t> from(x), to(std::vector<uint8_t>(x.size(), 0xFF));
  ProbeCopies(Device(), kBlocks, from.data(), to.data());
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t chunk = i / 16;
    if (chunk / 64 % 3 == 2 && chunk % 2 == 1) x[i] = 0;
  }
  EXPECT_EQ(to.Values(), x);
}

TEST(Words, Dot4) {
  constexpr int64_t kN = 1000;
  std::vector<int32_t> a(kN), b(kN), sum(kN), want(kN);
  RandomStream random(11, RandomPurpose::kTest, 2);
  for (int64_t i = 0; i < kN; ++i) {
    a[i] = i == 0 ? static_cast<int32_t>(0x80808080u) : static_cast<int32_t>(random.NextU64());
    b[i] = i == 0 ? a[0] : static_cast<int32_t>(random.NextU64());
    want[i] = sum[i] = static_cast<int32_t>(random.NextBelow(1 << 20)) - (1 << 19);
    for (int j = 0; j < 32; j += 8) {
      want[i] += static_cast<int8_t>(a[i] >> j) * static_cast<int8_t>(b[i] >> j);
    }
  }
  DeviceArray<int32_t> device_a(a), device_b(b), device_sum(sum), to{std::vector<int32_t>(kN)};
  ProbeDots(Device(), kN, device_a.data(), device_b.data(), device_sum.data(), to.data());
  EXPECT_EQ(to.Values(), want);
}

/// Every pattern of the bits that decide a rounding: all exponents, ties, infinities, NaN.
std::vector<float> FloatsToRound() {
  std::vector<float> x;
  for (uint32_t top = 0; top < 0x10000; top += 0x8) {
    for (const uint32_t rest : {0x0u, 0x1u, 0x7FFFu, 0x8000u, 0x8001u, 0xFFFFu, 0x17FFFu, 0x18000u,
                                0x18001u, 0x1000u, 0x3000u, 0x1001u, 0x2FFFu, 0x0FFFu}) {
      x.push_back(std::bit_cast<float>((top << 16) + rest));
    }
  }
  return x;
}

/// The hardware makes one NaN of all.
template <class H>
uint16_t Rounded(float x) {
  return std::isnan(x) ? 0x7FFF : H(x).bits;
}

TEST(Words, Rounding) {
  const std::vector<float> x = FloatsToRound();
  const int64_t n = static_cast<int64_t>(x.size()) / 2;
  DeviceArray<float> from(x);
  std::array<DeviceArray<uint16_t>, 2> ones{DeviceArray<uint16_t>(std::vector<uint16_t>(2 * n)),
                                            DeviceArray<uint16_t>(std::vector<uint16_t>(2 * n))};
  std::array<DeviceArray<uint32_t>, 2> pairs{DeviceArray<uint32_t>(std::vector<uint32_t>(n)),
                                             DeviceArray<uint32_t>(std::vector<uint32_t>(n))};
  DeviceArray<float> wide[4] = {
      DeviceArray<float>::Poisoned(2 * n), DeviceArray<float>::Poisoned(2 * n),
      DeviceArray<float>::Poisoned(2 * n), DeviceArray<float>::Poisoned(2 * n)};
  ProbeRounding(Device(), n, from.data(),
                {.bf16 = ones[0].data(),
                 .half = ones[1].data(),
                 .bf16_pair = pairs[0].data(),
                 .half_pair = pairs[1].data(),
                 .from_bf16 = wide[0].data(),
                 .from_half = wide[1].data(),
                 .from_bf16_pair = wide[2].data(),
                 .from_half_pair = wide[3].data()});
  const auto same = [](float a, float b) {
    return std::isnan(a) ? std::isnan(b) : std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
  };
  const std::vector<uint16_t> bf16 = ones[0].Values(), half = ones[1].Values();
  const std::vector<uint32_t> bf16_pair = pairs[0].Values(), half_pair = pairs[1].Values();
  const std::vector<float> values[4] = {wide[0].Values(), wide[1].Values(), wide[2].Values(),
                                        wide[3].Values()};
  int wrong = 0;
  for (int64_t i = 0; i < 2 * n; ++i) {
    const uint16_t want[2] = {Rounded<BF16>(x[i]), Rounded<F16>(x[i])};
    F16 want_half;
    want_half.bits = want[1];
    const float widened[2] = {std::bit_cast<float>(uint32_t{want[0]} << 16),
                              static_cast<float>(want_half)};
    const int shift = i % 2 * 16;
    wrong += bf16[i] != want[0] || half[i] != want[1];
    wrong += (bf16_pair[i / 2] >> shift & 0xFFFF) != want[0];
    wrong += (half_pair[i / 2] >> shift & 0xFFFF) != want[1];
    for (int j = 0; j < 4; ++j) wrong += !same(values[j][i], widened[j % 2]);
    ASSERT_EQ(wrong, 0) << std::hex << std::bit_cast<uint32_t>(x[i]) << " " << bf16[i] << " "
                        << half[i];
  }
}

TEST(Words, Functions) {
  std::vector<float> x;
  for (float value = 0x1p-20f; value < 64; value *= 1.01f) x.push_back(value);
  const int64_t n = static_cast<int64_t>(x.size());
  DeviceArray<float> from(x);
  DeviceArray<float> to = DeviceArray<float>::Poisoned(6 * n);
  ProbeFunctions(Device(), n, from.data(), to.data());
  const std::vector<float> got = to.Values();
  for (int64_t i = 0; i < n; ++i) {
    const double v = x[i];
    // __expf: 2 + floor(|1.173 x|) units in the last place (CUDA programming guide, intrinsics).
    EXPECT_NEAR(got[i], std::exp(-v), (3 + 1.173 * v) * 0x1p-23 * std::exp(-v)) << v;
    EXPECT_NEAR(got[n + i], std::exp2(-v), 3 * 0x1p-23 * std::exp2(-v)) << v;
    EXPECT_NEAR(got[2 * n + i], std::log(v), 2 * 0x1p-23 * std::abs(std::log(v))) << v;
    EXPECT_EQ(got[3 * n + i], std::sqrt(x[i])) << v;
    EXPECT_NEAR(got[4 * n + i], 1 / std::sqrt(v), 2 * 0x1p-23 / std::sqrt(v)) << v;
    EXPECT_EQ(got[5 * n + i], 1.0f / x[i]) << v;
  }
}

TEST(Words, BlocksAndThreads) {
  const int blocks = kProbeGrid[0] * kProbeGrid[1] * kProbeGrid[2];
  const int threads = kProbeBlock[0] * kProbeBlock[1] * kProbeBlock[2];
  DeviceArray<int32_t> to(std::vector<int32_t>(blocks * threads, -1));
  ProbeGrid(Device(), to.data());
  const std::vector<int32_t> got = to.Values();
  for (int i = 0; i < blocks * threads; ++i) {
    const int number = i % threads;
    EXPECT_EQ(got[i], number + 1000 * (threads - 1 - number));
  }
}

}  // namespace
}  // namespace cria::kernels::cuda
