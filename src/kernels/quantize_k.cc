// Super-blocks of 256: a fit per sub-block, their scales quantised in turn, then every value
// rounded to the grid that a reader will see.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "kernels/quantize_block.h"
#include "kernels/quantize_fit.h"

namespace cria::kernels {
namespace {

constexpr int kSuper = 256;

int Nearest(float x) { return static_cast<int>(std::lrintf(x)); }

// Weights of one sub-block: those given, else rms + |x|: large values matter more, none nothing.
void Weigh(const float* x, const float* given, int n, float* w) {
  float squares = 0;
  for (int i = 0; i < n; ++i) squares += x[i] * x[i];
  const float rms = std::sqrt(squares / static_cast<float>(n));
  for (int i = 0; i < n; ++i) {
    w[i] = given != nullptr ? given[i] * std::sqrt(rms * rms + x[i] * x[i]) + 1e-20f
                            : rms + std::fabs(x[i]);
  }
}

// Fits of all sub-blocks of size n, and levels of all values.
template <int n>
struct AffineFits {
  static constexpr int kCount = kSuper / n;
  float scale[kCount], min[kCount];
  float weights[kSuper];
  uint8_t levels[kSuper];

  AffineFits(const float* x, const float* given, int high) {
    for (int j = 0; j < kCount; ++j) {
      float* w = weights + n * j;
      Weigh(x + n * j, given == nullptr ? nullptr : given + n * j, n, w);
      const ScaleAndMin fit = FitScaleAndMin(n, x + n * j, w, high, levels + n * j);
      scale[j] = fit.scale;
      min[j] = fit.min;
    }
  }

  // Rounds the values of sub-block j to the grid scale * level - min; returns the weighted error.
  float Round(const float* x, int j, float grid_scale, float grid_min, int high,
              uint8_t* to) const {
    float error = 0;
    const float inverse = grid_scale > 0 ? 1 / grid_scale : 0;
    for (int l = 0; l < n; ++l) {
      const float value = x[n * j + l];
      const int level = std::clamp(Nearest((value + grid_min) * inverse), 0, high);
      to[l] = static_cast<uint8_t>(level);
      const float off = grid_scale * static_cast<float>(level) - grid_min - value;
      error += weights[n * j + l] * off * off;
    }
    return error;
  }

  // The fits were made for exact scales; among the quantised ones next to each, the best pair.
  void Refine(const float* x, int high, float d, float dmin, int max_code, uint8_t* scales,
              uint8_t* mins) {
    uint8_t tried[n];
    for (int j = 0; j < kCount; ++j) {
      const int scale_code = scales[j], min_code = mins[j];
      float best = -1;
      for (int s = std::max(0, scale_code - 1); s <= std::min(max_code, scale_code + 1); ++s) {
        for (int m = std::max(0, min_code - 1); m <= std::min(max_code, min_code + 1); ++m) {
          const float error =
              Round(x, j, d * static_cast<float>(s), dmin * static_cast<float>(m), high, tried);
          if (best >= 0 && error >= best) continue;
          best = error;
          scales[j] = static_cast<uint8_t>(s);
          mins[j] = static_cast<uint8_t>(m);
          std::copy_n(tried, n, levels + n * j);
        }
      }
    }
  }
};

// Quantises positive numbers to 0..high with one fp16 unit, which is returned.
template <size_t count>
float QuantizeScales(const float (&values)[count], int high, uint8_t* q) {
  const float most = *std::max_element(values, values + count);
  if (most <= 0) {
    std::fill_n(q, count, uint8_t{0});
    return 0;
  }
  for (size_t j = 0; j < count; ++j) {
    const int level = Nearest(static_cast<float>(high) / most * values[j]);
    q[j] = static_cast<uint8_t>(std::clamp(level, 0, high));
  }
  return RoundToHalf(most / static_cast<float>(high));
}

// Q4_K and Q5_K: eight 6-bit pairs (scale, min) in 12 bytes.
void PackScaleMins(const uint8_t* scales, const uint8_t* mins, uint8_t* packed) {
  std::fill_n(packed, 12, uint8_t{0});
  for (int j = 0; j < 4; ++j) {
    packed[j] = static_cast<uint8_t>(scales[j] | (scales[j + 4] >> 4) << 6);
    packed[j + 4] = static_cast<uint8_t>(mins[j] | (mins[j + 4] >> 4) << 6);
    packed[j + 8] = static_cast<uint8_t>((scales[j + 4] & 15) | (mins[j + 4] & 15) << 4);
  }
}

AffineFits<32> FitQ45(const float* x, const float* w, int high, uint8_t* block) {
  AffineFits<32> fits(x, w, high);
  uint8_t scales[8], mins[8];
  const float d = QuantizeScales(fits.scale, 63, scales);
  const float dmin = QuantizeScales(fits.min, 63, mins);
  fits.Refine(x, high, d, dmin, 63, scales, mins);
  PutHalf(d, block);
  PutHalf(dmin, block + 2);
  PackScaleMins(scales, mins, block + 4);
  return fits;
}

// Pairs of sub-blocks share 32 bytes: low nibbles the even one, high nibbles the odd one.
void PutNibblePairs(const uint8_t* levels, uint8_t* q) {
  for (int pair = 0; pair < 4; ++pair) {
    for (int l = 0; l < 32; ++l) {
      q[32 * pair + l] = static_cast<uint8_t>((levels[64 * pair + l] & 15) |
                                              (levels[64 * pair + 32 + l] & 15) << 4);
    }
  }
}

void Q4_K(const float* x, const float* w, uint8_t* block) {
  const AffineFits<32> fits = FitQ45(x, w, 15, block);
  PutNibblePairs(fits.levels, block + 16);
}

void Q5_K(const float* x, const float* w, uint8_t* block) {
  const AffineFits<32> fits = FitQ45(x, w, 31, block);
  uint8_t* high = block + 16;
  std::fill_n(high, 32, uint8_t{0});
  for (int i = 0; i < kSuper; ++i) {
    high[i % 32] |= static_cast<uint8_t>((fits.levels[i] >> 4 & 1) << i / 32);
  }
  PutNibblePairs(fits.levels, block + 48);
}

// Four sub-rows of 32 in each half share bytes, two bits each.
void PutTwoBits(const uint8_t* levels, uint8_t* q) {
  std::fill_n(q, 64, uint8_t{0});
  for (int i = 0; i < kSuper; ++i) {
    q[i / 128 * 32 + i % 32] |= static_cast<uint8_t>((levels[i] & 3) << 2 * (i % 128 / 32));
  }
}

void Q2_K(const float* x, const float* w, uint8_t* block) {
  AffineFits<16> fits(x, w, 3);
  uint8_t scales[16], mins[16];
  const float d = QuantizeScales(fits.scale, 15, scales);
  const float dmin = QuantizeScales(fits.min, 15, mins);
  fits.Refine(x, 3, d, dmin, 15, scales, mins);
  for (int k = 0; k < 16; ++k) {
    block[k] = static_cast<uint8_t>(scales[k] | mins[k] << 4);
  }
  PutTwoBits(fits.levels, block + 16);
  PutHalf(d, block + 80);
  PutHalf(dmin, block + 82);
}

// Sub-blocks of 16 with signed levels -half..half-1 and signed scales.
struct SymmetricFits {
  float scale[16];
  int8_t levels[kSuper];

  SymmetricFits(const float* x, const float* given, int half) {
    for (int k = 0; k < 16; ++k) {
      float w[16];
      Weigh(x + 16 * k, given == nullptr ? nullptr : given + 16 * k, 16, w);
      scale[k] = FitScale(16, x + 16 * k, w, -half, half - 1, levels + 16 * k);
    }
  }
  // Quantises the scales to -limit..limit-1 with one fp16 unit and rounds all values to the grid.
  float QuantizeScales(const float* x, int half, int limit, int8_t* q) {
    float extreme = 0;
    for (const float s : scale) {
      if (std::fabs(s) > std::fabs(extreme)) extreme = s;
    }
    if (extreme == 0) {
      std::fill_n(q, 16, int8_t{0});
      std::fill_n(levels, kSuper, int8_t{0});
      return 0;
    }
    const float d = RoundToHalf(extreme / static_cast<float>(-limit));
    for (int k = 0; k < 16; ++k) {
      const int level = Nearest(static_cast<float>(-limit) / extreme * scale[k]);
      q[k] = static_cast<int8_t>(std::clamp(level, -limit, limit - 1));
      const float unit = d * static_cast<float>(q[k]);
      for (int i = 16 * k; i < 16 * (k + 1) && unit != 0; ++i) {
        levels[i] = static_cast<int8_t>(std::clamp(Nearest(x[i] / unit), -half, half - 1));
      }
    }
    return d;
  }
};

void Q3_K(const float* x, const float* w, uint8_t* block) {
  SymmetricFits fits(x, w, 4);
  int8_t scales[16];
  const float d = fits.QuantizeScales(x, 4, 32, scales);
  std::fill_n(block, 110, uint8_t{0});
  uint8_t levels[kSuper];
  for (int i = 0; i < kSuper; ++i) {
    levels[i] = static_cast<uint8_t>(fits.levels[i] + 4);  // bit 2 goes to the mask
    block[i % 32] |= static_cast<uint8_t>((levels[i] >> 2) << i / 32);
  }
  PutTwoBits(levels, block + 32);
  uint8_t* packed = block + 96;
  for (int k = 0; k < 16; ++k) {
    const int s = scales[k] + 32;
    packed[k % 8] |= static_cast<uint8_t>((s & 15) << (k < 8 ? 0 : 4));
    packed[8 + k % 4] |= static_cast<uint8_t>((s >> 4) << 2 * (k / 4));
  }
  PutHalf(d, block + 108);
}

void Q6_K(const float* x, const float* w, uint8_t* block) {
  SymmetricFits fits(x, w, 32);
  int8_t scales[16];
  const float d = fits.QuantizeScales(x, 32, 128, scales);
  std::fill_n(block, 210, uint8_t{0});
  for (int i = 0; i < kSuper; ++i) {
    const int half = i / 128, s = i % 128 / 32, l = i % 32, level = fits.levels[i] + 32;
    block[64 * half + 32 * (s & 1) + l] |= static_cast<uint8_t>((level & 15) << (s < 2 ? 0 : 4));
    block[128 + 32 * half + l] |= static_cast<uint8_t>((level >> 4) << 2 * s);
  }
  std::memcpy(block + 192, scales, 16);
  PutHalf(d, block + 208);
}

}  // namespace

BlockEncoder SuperBlockEncoder(DType type) {
  switch (type) {
    case DType::kQ2_K:
      return Q2_K;
    case DType::kQ3_K:
      return Q3_K;
    case DType::kQ4_K:
      return Q4_K;
    case DType::kQ5_K:
      return Q5_K;
    case DType::kQ6_K:
      return Q6_K;
    default:
      CRIA_CHECK(false, "{} is no block of 256", DTypeName(type));
  }
}

}  // namespace cria::kernels
