// Grids around the one that just covers the range; for each the best scale in closed form. Loops go
// over eight lanes, so that compilers use vectors without changing the order of a sum.
#include "kernels/quantize_fit.h"

#include <algorithm>
#include <cmath>

namespace cria::kernels {
namespace {

constexpr int kLanes = 8;
constexpr float kTiny = 1e-15f;

// Nearest whole number for |x| < 2^22, ties to even; vectors can do it, lrint they cannot.
float Whole(float x) {
  constexpr float kShift = 12582912.0f;  // 1.5 * 2^23
  return (x + kShift) - kShift;
}
float Clamped(float x, float low, float high) { return std::max(low, std::min(high, x)); }

float Sum(const float (&lanes)[kLanes]) {
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

// The two sums that fix the best scale of a grid, and what it gains: the error is
// sum w x^2 - gain().
struct ScaleSums {
  float xq, qq;
  float scale() const { return qq > 0 ? xq / qq : 0; }
  float gain() const { return qq > 0 ? xq * (xq / qq) : 0; }
};

ScaleSums SumsAt(float inverse, int n, const float* x, const float* w, float low, float high) {
  float xq[kLanes] = {}, qq[kLanes] = {};
  for (int i = 0; i < n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) {
      const float q = Clamped(Whole(inverse * x[i + l]), low, high), wq = w[i + l] * q;
      xq[l] += wq * x[i + l];
      qq[l] += wq * q;
    }
  }
  return {Sum(xq), Sum(qq)};
}

// Weighted sums of a grid with an offset, and the scale and minimum that they fix.
struct AffineSums {
  double w, x, q, xq, qq, xx;
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

struct FixedSums {  // those that no grid changes
  float w, x, xx;
};

FixedSums SumsOf(int n, const float* x, const float* w) {
  float sw[kLanes] = {}, sx[kLanes] = {}, sxx[kLanes] = {};
  for (int i = 0; i < n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) {
      const float wx = w[i + l] * x[i + l];
      sw[l] += w[i + l];
      sx[l] += wx;
      sxx[l] += wx * x[i + l];
    }
  }
  return {Sum(sw), Sum(sx), Sum(sxx)};
}

AffineSums SumsAt(float inverse, float min, int n, const float* x, const float* w, float high,
                  const FixedSums& fixed) {
  float sq[kLanes] = {}, sxq[kLanes] = {}, sqq[kLanes] = {};
  for (int i = 0; i < n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) {
      const float q = Clamped(Whole(inverse * (x[i + l] + min)), 0, high), wq = w[i + l] * q;
      sq[l] += wq;
      sxq[l] += wq * x[i + l];
      sqq[l] += wq * q;
    }
  }
  return {fixed.w, fixed.x, Sum(sq), Sum(sxq), Sum(sqq), fixed.xx};
}

}  // namespace

float FitScale(int n, const float* x, const float* w, int low, int high) {
  float extreme = 0;
  for (int i = 0; i < n; ++i) {
    if (std::fabs(x[i]) > std::fabs(extreme)) extreme = x[i];
  }
  if (std::fabs(extreme) < kTiny) return 0;
  const float low_level = static_cast<float>(low), high_level = static_cast<float>(high);
  ScaleSums best{0, 0};
  const auto offer = [&](float inverse) {
    const ScaleSums sums = SumsAt(inverse, n, x, w, low_level, high_level);
    if (sums.gain() > best.gain()) best = sums;
  };
  // The extreme value may sit on either end of an uneven range; grids a little finer and coarser.
  for (const float end : {low_level, high_level}) {
    for (int step = -9; step <= 9; ++step) {
      offer((end + 0.1f * static_cast<float>(step)) / extreme);
    }
  }
  // Rounding to the solved grid may give other integers, and those a better grid.
  for (int again = 0; again < 2 && best.scale() != 0; ++again) offer(1 / best.scale());
  return best.scale();
}

ScaleAndMin FitScaleAndMin(int n, const float* x, const float* w, int high) {
  const auto [least, most] = std::minmax_element(x, x + n);
  const float low = std::min(*least, 0.0f), range = *most - low;
  if (range < kTiny) return {0, -low};
  const FixedSums fixed = SumsOf(n, x, w);
  const float top = static_cast<float>(high);
  ScaleAndMin best{0, -low};
  double best_error = -1;
  const auto offer = [&](const AffineSums& sums) {
    const ScaleAndMin fit = sums.Solve();
    const double error = sums.Error(fit);
    if (best_error < 0 || error < best_error) {
      best_error = error;
      best = fit;
    }
    return fit;
  };
  for (int step = -10; step <= 10; ++step) {
    const float levels = top + 0.1f * static_cast<float>(step);
    const ScaleAndMin fit = offer(SumsAt(levels / range, -low, n, x, w, top, fixed));
    if (fit.scale > 0) offer(SumsAt(1 / fit.scale, fit.min, n, x, w, top, fixed));
  }
  return best;
}

float RoundToGrid(int n, const float* x, const float* w, ScaleAndMin grid, int low, int high,
                  float* q) {
  const float inverse = grid.scale != 0 ? 1 / grid.scale : 0;
  const float low_level = static_cast<float>(low), high_level = static_cast<float>(high);
  float error[kLanes] = {};
  for (int i = 0; i < n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) {
      q[i + l] = Clamped(Whole((x[i + l] + grid.min) * inverse), low_level, high_level);
      const float off = grid.scale * q[i + l] - grid.min - x[i + l];
      error[l] += w[i + l] * off * off;
    }
  }
  return Sum(error);
}

}  // namespace cria::kernels
