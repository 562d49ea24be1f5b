// Grids around the one that just covers the range; for each the best scale in closed form.
#include "kernels/quantize_fit.h"

#include <algorithm>
#include <cmath>

namespace cria::kernels {
namespace {

constexpr int kMaxBlock = 32;
constexpr float kTiny = 1e-15f;

int Nearest(float x) { return static_cast<int>(std::lrintf(x)); }

// The two sums that fix the best scale of a grid, and what it gains: the error is
// sum w x^2 - gain().
struct ScaleSums {
  double xq = 0, qq = 0;
  double scale() const { return qq > 0 ? xq / qq : 0; }
  double gain() const { return qq > 0 ? xq * xq / qq : 0; }
};

ScaleSums QuantizeWith(float inverse, int n, const float* x, const float* w, int low, int high,
                       int8_t* q) {
  ScaleSums sums;
  for (int i = 0; i < n; ++i) {
    q[i] = static_cast<int8_t>(std::clamp(Nearest(inverse * x[i]), low, high));
    sums.xq += static_cast<double>(w[i]) * x[i] * q[i];
    sums.qq += static_cast<double>(w[i]) * q[i] * q[i];
  }
  return sums;
}

// Weighted sums of a grid with an offset, and the scale and minimum that they fix.
struct AffineSums {
  double w = 0, x = 0, q = 0, xq = 0, qq = 0, xx = 0;
  ScaleAndMin Solve() const {
    const double determinant = w * qq - q * q;
    if (determinant > 0) {
      const double scale = (w * xq - x * q) / determinant;
      const double min = (scale * q - x) / w;
      if (min >= 0 && scale > 0) return {static_cast<float>(scale), static_cast<float>(min)};
    }
    return {qq > 0 ? static_cast<float>(std::max(0.0, xq / qq)) : 0.0f, 0.0f};
  }
  double Error(ScaleAndMin f) const {  // sum w (scale q - min - x)^2
    const double s = f.scale, m = f.min;
    return s * s * qq + m * m * w + xx - 2 * s * m * q - 2 * s * xq + 2 * m * x;
  }
};

AffineSums SumsOf(float inverse, float min, int n, const float* x, const float* w, int high,
                  uint8_t* q) {
  AffineSums s;
  for (int i = 0; i < n; ++i) {
    const int level = std::clamp(Nearest(inverse * (x[i] + min)), 0, high);
    q[i] = static_cast<uint8_t>(level);
    const double weight = w[i], value = x[i];
    s.w += weight;
    s.x += weight * value;
    s.q += weight * level;
    s.xq += weight * value * level;
    s.qq += weight * level * level;
    s.xx += weight * value * value;
  }
  return s;
}

}  // namespace

float FitScale(int n, const float* x, const float* w, int low, int high, int8_t* q) {
  float extreme = 0;
  for (int i = 0; i < n; ++i) {
    if (std::fabs(x[i]) > std::fabs(extreme)) extreme = x[i];
  }
  std::fill_n(q, n, int8_t{0});
  if (std::fabs(extreme) < kTiny) return 0;
  int8_t tried[kMaxBlock];
  double best_gain = -1;
  float best_scale = 0;
  // The extreme value may sit on either end of an uneven range; grids a little finer and coarser.
  for (const int end : {low, high}) {
    for (int step = -9; step <= 9; ++step) {
      const float inverse = (static_cast<float>(end) + 0.1f * static_cast<float>(step)) / extreme;
      const ScaleSums sums = QuantizeWith(inverse, n, x, w, low, high, tried);
      if (sums.gain() <= best_gain) continue;
      best_gain = sums.gain();
      best_scale = static_cast<float>(sums.scale());
      std::copy_n(tried, n, q);
    }
  }
  return best_scale;
}

ScaleAndMin FitScaleAndMin(int n, const float* x, const float* w, int high, uint8_t* q) {
  const auto [least, most] = std::minmax_element(x, x + n);
  const float low = std::min(*least, 0.0f), range = *most - low;
  std::fill_n(q, n, uint8_t{0});
  if (range < kTiny) return {0, -low};
  uint8_t tried[kMaxBlock];
  ScaleAndMin best{0, -low};
  double best_error = -1;
  const auto offer = [&](const AffineSums& sums) {
    const ScaleAndMin fit = sums.Solve();
    const double error = sums.Error(fit);
    if (best_error < 0 || error < best_error) {
      best_error = error;
      best = fit;
      std::copy_n(tried, n, q);
    }
    return fit;
  };
  for (int step = -10; step <= 10; ++step) {
    const float levels = static_cast<float>(high) + 0.1f * static_cast<float>(step);
    ScaleAndMin fit = offer(SumsOf(levels / range, -low, n, x, w, high, tried));
    // Rounding to the solved grid may give other integers, and those a better grid.
    if (fit.scale > 0) offer(SumsOf(1 / fit.scale, fit.min, n, x, w, high, tried));
  }
  return best;
}

}  // namespace cria::kernels
