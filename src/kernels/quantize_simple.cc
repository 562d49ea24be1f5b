// Blocks of 32: ggml's reference rules (ggml-quants.c, quantize_row_*_ref), or weighted fits.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "kernels/quantize_block.h"
#include "kernels/quantize_fit.h"

namespace cria::kernels {
namespace {

constexpr int kBlock = 32;

float Extreme(const float* x) {  // the first of largest magnitude, with its sign
  float extreme = 0;
  for (int i = 0; i < kBlock; ++i) {
    if (std::fabs(x[i]) > std::fabs(extreme)) extreme = x[i];
  }
  return extreme;
}

float Inverse(float d) { return d != 0 ? 1.0f / d : 0.0f; }

void Q8_0(const float* x, const float*, uint8_t* block) {
  const float d = std::fabs(Extreme(x)) / 127.0f, inverse = Inverse(d);
  PutHalf(d, block);
  for (int i = 0; i < kBlock; ++i) {
    block[2 + i] = static_cast<uint8_t>(static_cast<int8_t>(std::roundf(x[i] * inverse)));
  }
}

// Low nibbles are elements 0..15, high nibbles 16..31.
void PutNibbles(const uint8_t* levels, uint8_t* at) {
  for (int i = 0; i < 16; ++i) {
    at[i] = static_cast<uint8_t>((levels[i] & 15) | (levels[i + 16] & 15) << 4);
  }
}

void PutFifthBits(const uint8_t* levels, uint8_t* at) {
  uint32_t bits = 0;
  for (int i = 0; i < kBlock; ++i) bits |= static_cast<uint32_t>(levels[i] >> 4 & 1) << i;
  std::memcpy(at, &bits, 4);
}

// A column that a text never used still keeps its value where nothing else is at stake.
void KeepAboveZero(const float* given, float* w) {
  for (int i = 0; i < kBlock; ++i) w[i] = given[i] + 1e-20f;
}

// Whole numbers that stand in floats.
void PutLevels(const float* q, int zero, uint8_t* levels) {
  for (int i = 0; i < kBlock; ++i) levels[i] = static_cast<uint8_t>(static_cast<int>(q[i]) + zero);
}

// Levels 0..2 half - 1 around `half`: x ~ d (level - half). Returns d.
float Symmetric(int half, const float* x, const float* given, uint8_t* levels) {
  if (given != nullptr) {
    float w[kBlock], q[kBlock];
    KeepAboveZero(given, w);
    const float d = RoundToHalf(FitScale(kBlock, x, w, -half, half - 1));
    RoundToGrid(kBlock, x, w, {d, 0}, -half, half - 1, q);
    PutLevels(q, half, levels);
    return d;
  }
  const float d = Extreme(x) / static_cast<float>(-half), inverse = Inverse(d);
  for (int i = 0; i < kBlock; ++i) {
    const float level = x[i] * inverse + (static_cast<float>(half) + 0.5f);
    levels[i] = static_cast<uint8_t>(std::min(2 * half - 1, static_cast<int>(level)));
  }
  return d;
}

// Levels 0..high from the least value up: x ~ d level + m.
ScaleAndMin Affine(int high, const float* x, const float* given, uint8_t* levels) {
  if (given != nullptr) {
    // The fit knows minima below 0 only; these types may have any.
    float w[kBlock], q[kBlock], shifted[kBlock];
    KeepAboveZero(given, w);
    const float above = std::max(*std::min_element(x, x + kBlock), 0.0f);
    for (int i = 0; i < kBlock; ++i) shifted[i] = x[i] - above;
    const ScaleAndMin fit = FitScaleAndMin(kBlock, shifted, w, high);
    const float d = RoundToHalf(fit.scale), m = RoundToHalf(above - fit.min);
    RoundToGrid(kBlock, x, w, {d, -m}, 0, high, q);
    PutLevels(q, 0, levels);
    return {d, m};
  }
  const auto [least, most] = std::minmax_element(x, x + kBlock);
  const float d = (*most - *least) / static_cast<float>(high), inverse = Inverse(d);
  for (int i = 0; i < kBlock; ++i) {
    const int level = static_cast<int>((x[i] - *least) * inverse + 0.5f);
    levels[i] = static_cast<uint8_t>(std::min(high, level));
  }
  return {d, *least};
}

void Q4_0(const float* x, const float* w, uint8_t* block) {
  uint8_t levels[kBlock];
  PutHalf(Symmetric(8, x, w, levels), block);
  PutNibbles(levels, block + 2);
}

void Q5_0(const float* x, const float* w, uint8_t* block) {
  uint8_t levels[kBlock];
  PutHalf(Symmetric(16, x, w, levels), block);
  PutFifthBits(levels, block + 2);
  PutNibbles(levels, block + 6);
}

void Q4_1(const float* x, const float* w, uint8_t* block) {
  uint8_t levels[kBlock];
  const ScaleAndMin fit = Affine(15, x, w, levels);
  PutHalf(fit.scale, block);
  PutHalf(fit.min, block + 2);
  PutNibbles(levels, block + 4);
}

void Q5_1(const float* x, const float* w, uint8_t* block) {
  uint8_t levels[kBlock];
  const ScaleAndMin fit = Affine(31, x, w, levels);
  PutHalf(fit.scale, block);
  PutHalf(fit.min, block + 2);
  PutFifthBits(levels, block + 4);
  PutNibbles(levels, block + 8);
}

}  // namespace

BlockEncoder SimpleEncoder(DType type) {
  switch (type) {
    case DType::kQ8_0:
      return Q8_0;
    case DType::kQ4_0:
      return Q4_0;
    case DType::kQ4_1:
      return Q4_1;
    case DType::kQ5_0:
      return Q5_0;
    case DType::kQ5_1:
      return Q5_1;
    default:
      CRIA_CHECK(false, "{} is no block of 32", DTypeName(type));
  }
}

}  // namespace cria::kernels
