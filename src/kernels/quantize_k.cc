// Super-blocks of 256: a fit per sub-block, their scales quantised in turn, then scales, unit and
// levels improved in turn on the grid that a reader will see, until nothing gets better.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "kernels/quantize_block.h"
#include "kernels/quantize_fit.h"

namespace cria::kernels {
namespace {

constexpr int kSuper = 256;
constexpr int kRounds = 3;  // of improvement at most: bounds the time

int Nearest(float x) { return static_cast<int>(std::lrintf(x)); }

// How the squared errors of a super-block weigh beside each other, times importances where they are
// given. Measured by KL divergence (docs/LOG.md): large values deserve more, but not where levels
// are so few and even that their errors are as large as the values.
enum class Emphasis { kEven, kLarge };

void Weigh(const float* x, const float* given, Emphasis emphasis, float* w) {
  float squares = 0;
  for (int i = 0; i < kSuper; ++i) squares += x[i] * x[i];
  const float mean = squares / static_cast<float>(kSuper);
  for (int i = 0; i < kSuper; ++i) {
    w[i] = emphasis == Emphasis::kEven ? 1 : std::sqrt(2 * mean + x[i] * x[i]);
    if (given != nullptr) w[i] *= given[i];
    w[i] += 1e-20f;
  }
}

// Least squares shrink: rounded weights y have sum w x y = sum w y^2 < sum w x^2, in every layer.
// The factor that makes up for it, so that products with y are as large as with x on average.
double Stretch(const float* x, const float* w, const float* y) {
  double xx = 0, xy = 0;
  for (int i = 0; i < kSuper; ++i) {
    xx += static_cast<double>(w[i]) * x[i] * x[i];
    xy += static_cast<double>(w[i]) * x[i] * y[i];
  }
  return xy > 0 ? xx / xy : 1;
}

// The best a search has found: units, codes of the scales, levels.
template <int n, class Code>
struct Grid {
  static constexpr int kCount = kSuper / n;
  float d = 0, dmin = 0;
  Code scales[kCount] = {}, mins[kCount] = {};
  float levels[kSuper] = {};
  float error = 0;
};

// Numbers to codes 0..high, in units that are returned.
template <size_t count>
float QuantizeScales(const float (&values)[count], float high, int most_code, int* codes) {
  const float most = *std::max_element(values, values + count);
  if (most <= 0) {
    std::fill_n(codes, count, 0);
    return 0;
  }
  for (size_t j = 0; j < count; ++j) {
    codes[j] = std::clamp(Nearest(high / most * values[j]), 0, most_code);
  }
  return RoundToHalf(most / high);
}

// Scales and minima without signs (Q2_K, Q4_K, Q5_K): sub-blocks of n, levels 0..high, codes
// 0..most_code.
template <int n>
class AffineSearch {
 public:
  static constexpr int kCount = kSuper / n;
  using Result = Grid<n, int>;

  AffineSearch(const float* x, const float* given, int high, int most_code)
      : x_(x), high_(high), most_code_(most_code) {
    Weigh(x, given, Emphasis::kLarge, w_);
    for (int j = 0; j < kCount; ++j) {
      const ScaleAndMin fit = FitScaleAndMin(n, x + n * j, w_ + n * j, high);
      scale_[j] = fit.scale;
      min_[j] = fit.min;
    }
  }

  Result Run() const {
    Result best;
    best.error = -1;
    // Coarse codes profit from units other than the one that makes the largest scale the last code.
    const int starts = most_code_ < 63 ? 2 : 0;
    for (int start = -starts; start <= starts; ++start) {
      Result tried;
      const float high = static_cast<float>(most_code_) + 0.4f * static_cast<float>(start);
      tried.d = QuantizeScales(scale_, high, most_code_, tried.scales);
      tried.dmin = QuantizeScales(min_, high, most_code_, tried.mins);
      Improve(&tried);
      if (best.error < 0 || tried.error < best.error) best = tried;
    }
    StretchUnits(&best);
    return best;
  }

 private:
  void StretchUnits(Result* g) const {
    float y[kSuper];
    for (int i = 0; i < kSuper; ++i) {
      y[i] = g->d * static_cast<float>(g->scales[i / n]) * g->levels[i] -
             g->dmin * static_cast<float>(g->mins[i / n]);
    }
    const double stretch = Stretch(x_, w_, y);
    g->d = RoundToHalf(static_cast<float>(g->d * stretch));
    g->dmin = RoundToHalf(static_cast<float>(g->dmin * stretch));
  }

  void Improve(Result* g) const {
    ChooseCodes(g);
    for (int round = 0; round < kRounds; ++round) {
      Result next = *g;
      SolveUnits(&next);
      ChooseCodes(&next);
      if (!(next.error < g->error)) break;
      *g = next;
    }
  }

  // The fits were made for exact scales; among the codes next to each, the best pair.
  void ChooseCodes(Result* g) const {
    float tried[n];
    g->error = 0;
    for (int j = 0; j < kCount; ++j) {
      const int scale = g->scales[j], min = g->mins[j];
      float best = -1;
      for (int s = std::max(0, scale - 1); s <= std::min(most_code_, scale + 1); ++s) {
        for (int m = std::max(0, min - 1); m <= std::min(most_code_, min + 1); ++m) {
          const ScaleAndMin grid{g->d * static_cast<float>(s), g->dmin * static_cast<float>(m)};
          const float error = RoundToGrid(n, x_ + n * j, w_ + n * j, grid, 0, high_, tried);
          if (best >= 0 && error >= best) continue;
          best = error;
          g->scales[j] = s;
          g->mins[j] = m;
          std::copy_n(tried, n, g->levels + n * j);
        }
      }
      g->error += best;
    }
  }

  // The units that are best for the codes and levels as they stand.
  void SolveUnits(Result* g) const {
    double aa = 0, am = 0, mm = 0, ax = 0, mx = 0;  // of x ~ d a - dmin m
    for (int i = 0; i < kSuper; ++i) {
      const double a = g->scales[i / n] * static_cast<double>(g->levels[i]), m = g->mins[i / n];
      const double w = w_[i], x = x_[i];
      aa += w * a * a;
      am += w * a * m;
      mm += w * m * m;
      ax += w * a * x;
      mx += w * m * x;
    }
    const double determinant = aa * mm - am * am;
    double d = aa > 0 ? ax / aa : 0, dmin = 0;
    if (determinant > 1e-9 * aa * mm) {
      d = (ax * mm - am * mx) / determinant;
      dmin = (ax * am - aa * mx) / determinant;
    }
    if (d > 0 && dmin >= 0) {
      g->d = RoundToHalf(static_cast<float>(d));
      g->dmin = RoundToHalf(static_cast<float>(dmin));
    }
  }

  const float* x_;
  int high_, most_code_;
  float w_[kSuper], scale_[kCount], min_[kCount];
};

// Signed scales and no minima (Q3_K, Q6_K): 16 sub-blocks of 16, levels -half..half - 1, codes
// -limit..limit - 1.
class SymmetricSearch {
 public:
  using Result = Grid<16, int8_t>;

  SymmetricSearch(const float* x, const float* given, Emphasis emphasis, int half, int limit)
      : x_(x), half_(half), limit_(limit) {
    Weigh(x, given, emphasis, w_);
    for (int k = 0; k < 16; ++k) {
      scale_[k] = FitScale(16, x + 16 * k, w_ + 16 * k, -half, half - 1);
    }
  }

  Result Run() const {
    Result best;
    float extreme = 0;
    for (const float s : scale_) {
      if (std::fabs(s) > std::fabs(extreme)) extreme = s;
    }
    if (extreme == 0) return best;
    const float inverse = static_cast<float>(-limit_) / extreme;
    best.d = RoundToHalf(1 / inverse);
    for (int k = 0; k < 16; ++k) {
      best.scales[k] = Code(Nearest(inverse * scale_[k]));
    }
    ChooseCodes(&best);
    for (int round = 0; round < kRounds; ++round) {
      Result next = best;
      SolveUnit(&next);
      ChooseCodes(&next);
      if (!(next.error < best.error)) break;
      best = next;
    }
    float y[kSuper];
    for (int i = 0; i < kSuper; ++i) {
      y[i] = best.d * static_cast<float>(best.scales[i / 16]) * best.levels[i];
    }
    best.d = RoundToHalf(static_cast<float>(best.d * Stretch(x_, w_, y)));
    return best;
  }

 private:
  int8_t Code(int code) const { return static_cast<int8_t>(std::clamp(code, -limit_, limit_ - 1)); }

  void ChooseCodes(Result* g) const {
    float tried[16];
    g->error = 0;
    for (int k = 0; k < 16; ++k) {
      const int code = g->scales[k];
      float best = -1;
      for (int s = Code(code - 1); s <= Code(code + 1); ++s) {
        const ScaleAndMin grid{g->d * static_cast<float>(s), 0};
        const float error =
            RoundToGrid(16, x_ + 16 * k, w_ + 16 * k, grid, -half_, half_ - 1, tried);
        if (best >= 0 && error >= best) continue;
        best = error;
        g->scales[k] = static_cast<int8_t>(s);
        std::copy_n(tried, 16, g->levels + 16 * k);
      }
      g->error += best;
    }
  }

  void SolveUnit(Result* g) const {
    double aa = 0, ax = 0;
    for (int i = 0; i < kSuper; ++i) {
      const double a = g->scales[i / 16] * static_cast<double>(g->levels[i]);
      aa += w_[i] * a * a;
      ax += w_[i] * a * x_[i];
    }
    if (aa > 0) g->d = RoundToHalf(static_cast<float>(ax / aa));
  }

  const float* x_;
  int half_, limit_;
  float w_[kSuper], scale_[16];
};

// Q4_K and Q5_K: eight 6-bit pairs (scale, min) in 12 bytes.
void PackScaleMins(const int* scales, const int* mins, uint8_t* packed) {
  for (int j = 0; j < 4; ++j) {
    packed[j] = static_cast<uint8_t>(scales[j] | (scales[j + 4] >> 4) << 6);
    packed[j + 4] = static_cast<uint8_t>(mins[j] | (mins[j + 4] >> 4) << 6);
    packed[j + 8] = static_cast<uint8_t>((scales[j + 4] & 15) | (mins[j + 4] & 15) << 4);
  }
}

// Levels as whole numbers from 0.
void Levels(const float* levels, int zero, uint8_t* to) {
  for (int i = 0; i < kSuper; ++i) to[i] = static_cast<uint8_t>(static_cast<int>(levels[i]) + zero);
}

void SearchQ45(const float* x, const float* w, int high, uint8_t* block, uint8_t* levels) {
  const auto found = AffineSearch<32>(x, w, high, 63).Run();
  PutHalf(found.d, block);
  PutHalf(found.dmin, block + 2);
  PackScaleMins(found.scales, found.mins, block + 4);
  Levels(found.levels, 0, levels);
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
  uint8_t levels[kSuper];
  SearchQ45(x, w, 15, block, levels);
  PutNibblePairs(levels, block + 16);
}

void Q5_K(const float* x, const float* w, uint8_t* block) {
  uint8_t levels[kSuper];
  SearchQ45(x, w, 31, block, levels);
  uint8_t* high = block + 16;
  std::fill_n(high, 32, uint8_t{0});
  for (int i = 0; i < kSuper; ++i) {
    high[i % 32] |= static_cast<uint8_t>((levels[i] >> 4 & 1) << i / 32);
  }
  PutNibblePairs(levels, block + 48);
}

// Four sub-rows of 32 in each half share bytes, two bits each.
void PutTwoBits(const uint8_t* levels, uint8_t* q) {
  std::fill_n(q, 64, uint8_t{0});
  for (int i = 0; i < kSuper; ++i) {
    q[i / 128 * 32 + i % 32] |= static_cast<uint8_t>((levels[i] & 3) << 2 * (i % 128 / 32));
  }
}

void Q2_K(const float* x, const float* w, uint8_t* block) {
  const auto found = AffineSearch<16>(x, w, 3, 15).Run();
  uint8_t levels[kSuper];
  Levels(found.levels, 0, levels);
  for (int k = 0; k < 16; ++k) {
    block[k] = static_cast<uint8_t>(found.scales[k] | found.mins[k] << 4);
  }
  PutTwoBits(levels, block + 16);
  PutHalf(found.d, block + 80);
  PutHalf(found.dmin, block + 82);
}

void Q3_K(const float* x, const float* w, uint8_t* block) {
  const auto found = SymmetricSearch(x, w, Emphasis::kEven, 4, 32).Run();
  std::fill_n(block, 110, uint8_t{0});
  uint8_t levels[kSuper];
  Levels(found.levels, 4, levels);
  for (int i = 0; i < kSuper; ++i) {  // bit 2 goes to the mask
    block[i % 32] |= static_cast<uint8_t>((levels[i] >> 2) << i / 32);
  }
  PutTwoBits(levels, block + 32);
  uint8_t* packed = block + 96;
  for (int k = 0; k < 16; ++k) {
    const int s = found.scales[k] + 32;
    packed[k % 8] |= static_cast<uint8_t>((s & 15) << (k < 8 ? 0 : 4));
    packed[8 + k % 4] |= static_cast<uint8_t>((s >> 4) << 2 * (k / 4));
  }
  PutHalf(found.d, block + 108);
}

void Q6_K(const float* x, const float* w, uint8_t* block) {
  const auto found = SymmetricSearch(x, w, Emphasis::kLarge, 32, 128).Run();
  std::fill_n(block, 210, uint8_t{0});
  uint8_t levels[kSuper];
  Levels(found.levels, 32, levels);
  for (int i = 0; i < kSuper; ++i) {
    const int half = i / 128, s = i % 128 / 32, l = i % 32;
    block[64 * half + 32 * (s & 1) + l] |=
        static_cast<uint8_t>((levels[i] & 15) << (s < 2 ? 0 : 4));
    block[128 + 32 * half + l] |= static_cast<uint8_t>((levels[i] >> 4) << 2 * s);
  }
  std::memcpy(block + 192, found.scales, 16);
  PutHalf(found.d, block + 208);
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
