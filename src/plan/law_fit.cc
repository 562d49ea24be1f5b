// Five unknowns, a handful of points: small dense steps from many starts.
#include "plan/law_fit.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/random.h"

namespace cria::plan {
namespace {

constexpr int kUnknowns = 5;
using Vector = std::array<double, kUnknowns>;  // ln e, ln a, ln b, alpha, beta
using Matrix = std::array<Vector, kUnknowns>;
constexpr double kDelta = 1e-3;
constexpr size_t kFewestPoints = 6;

double Huber(double r) {
  const double size = std::abs(r);
  return size <= kDelta ? r * r / 2 : kDelta * (size - kDelta / 2);
}

/// ln(exp(x) + exp(y)), and in `share` how much of it is exp(x).
double LogSum(double x, double y, double* share) {
  const double most = std::max(x, y), sum = std::exp(x - most) + std::exp(y - most);
  *share = std::exp(x - most) / sum;
  return most + std::log(sum);
}

/// ln L at a point and its derivatives.
double LogLoss(LawForm form, const Vector& x, const LossPoint& p, Vector* gradient) {
  const double log_n = std::log(p.parameters), log_d = std::log(p.tokens);
  const double of_size = x[1] - x[3] * log_n, of_length = x[2] - x[4] * log_d;
  double size_share = 0, floor_share = 0;
  // Of ln of what is above the floor: by beta, beyond what of_length has of it.
  double rest = 0, by_beta = 0;
  if (form == LawForm::kSum) {
    rest = LogSum(of_size, of_length, &size_share);
  } else {
    const double beta = x[4], u = of_size / beta, v = of_length / beta;
    const double sum = LogSum(u, v, &size_share);
    rest = beta * sum;
    by_beta = sum - size_share * u - (1 - size_share) * v;
  }
  const double loss = LogSum(x[0], rest, &floor_share);
  const double above = 1 - floor_share, length_share = 1 - size_share;
  *gradient = {floor_share, above * size_share, above * length_share, -above * size_share * log_n,
               above * (by_beta - length_share * log_d)};
  return loss;
}

double Objective(LawForm form, const Vector& x, const std::vector<LossPoint>& points) {
  double sum = 0;
  Vector unused;
  for (const LossPoint& p : points) sum += Huber(LogLoss(form, x, p, &unused) - std::log(p.loss));
  return sum;
}

/// Gaussian elimination with pivots; false if the matrix is singular.
bool Solve(Matrix m, Vector right, Vector* x) {
  for (int c = 0; c < kUnknowns; ++c) {
    int pivot = c;
    for (int r = c; r < kUnknowns; ++r) {
      if (std::abs(m[r][c]) > std::abs(m[pivot][c])) pivot = r;
    }
    if (!(std::abs(m[pivot][c]) > 1e-300)) return false;
    std::swap(m[c], m[pivot]);
    std::swap(right[c], right[pivot]);
    for (int r = c + 1; r < kUnknowns; ++r) {
      const double factor = m[r][c] / m[c][c];
      for (int k = c; k < kUnknowns; ++k) m[r][k] -= factor * m[c][k];
      right[r] -= factor * right[c];
    }
  }
  for (int r = kUnknowns - 1; r >= 0; --r) {
    double sum = right[r];
    for (int k = r + 1; k < kUnknowns; ++k) sum -= m[r][k] * (*x)[k];
    (*x)[r] = sum / m[r][r];
  }
  return true;
}

/// From `x` downhill until nothing is gained.
double Descend(LawForm form, const std::vector<LossPoint>& points, Vector* x) {
  double best = Objective(form, *x, points), damping = 1e-3;
  for (int iteration = 0; iteration < 500 && damping < 1e12; ++iteration) {
    Matrix normal{};
    Vector right{}, gradient;
    for (const LossPoint& p : points) {
      const double r = LogLoss(form, *x, p, &gradient) - std::log(p.loss);
      const double weight = std::min(1.0, kDelta / std::max(std::abs(r), 1e-300));
      for (int i = 0; i < kUnknowns; ++i) {
        right[i] -= weight * gradient[i] * r;
        for (int j = 0; j < kUnknowns; ++j) normal[i][j] += weight * gradient[i] * gradient[j];
      }
    }
    for (int i = 0; i < kUnknowns; ++i) normal[i][i] *= 1 + damping;
    Vector step, next = *x;
    if (!Solve(normal, right, &step)) {
      damping *= 10;
      continue;
    }
    for (int i = 0; i < kUnknowns; ++i) next[i] += step[i];
    const double value = Objective(form, next, points);
    const bool sensible =
        next[3] > 0 && next[4] > 0 && next[3] < kLargestExponent && next[4] < kLargestExponent;
    if (sensible && value < best) {
      const bool done = best - value < 1e-15 * best;
      *x = next, best = value, damping = std::max(damping / 5, 1e-12);
      if (done) break;
    } else {
      damping *= 4;
    }
  }
  return best;
}

Vector FitOnce(LawForm form, const std::vector<LossPoint>& points) {
  double least = points[0].loss, mean_n = 0, mean_d = 0;
  for (const LossPoint& p : points) {
    least = std::min(least, p.loss);
    mean_n += std::log(p.parameters) / static_cast<double>(points.size());
    mean_d += std::log(p.tokens) / static_cast<double>(points.size());
  }
  Vector best{};
  double value = INFINITY;
  for (const double floor : {0.3, 0.6, 0.9}) {
    for (const double alpha : {0.15, 0.35, 0.7}) {
      for (const double beta : {0.15, 0.35, 0.7}) {
        const double rest = std::log((1 - floor) * least / 2 + 0.05);
        Vector x = {std::log(floor * least), rest + alpha * mean_n, rest + beta * mean_d, alpha,
                    beta};
        const double at = Descend(form, points, &x);
        if (at < value) value = at, best = x;
      }
    }
  }
  return best;
}

// In an order of their own.
std::vector<LossPoint> Checked(std::vector<LossPoint> points) {
  const auto key = [](const LossPoint& p) { return std::tuple(p.parameters, p.tokens, p.loss); };
  std::sort(points.begin(), points.end(),
            [&](const LossPoint& a, const LossPoint& b) { return key(a) < key(b); });
  std::set<double> sizes, lengths;
  std::set<std::tuple<double, double, double>> different;
  for (const LossPoint& p : points) {
    sizes.insert(p.parameters), lengths.insert(p.tokens), different.insert(key(p));
  }
  if (different.size() >= kFewestPoints && sizes.size() > 1 && lengths.size() > 1) return points;
  throw Error(
      fmt::format("these do not settle five unknowns (different runs: {}, sizes: {}, lengths: {})",
                  different.size(), sizes.size(), lengths.size()),
      "the runs to fit",
      fmt::format("give at least {} finished runs, of several sizes and lengths", kFewestPoints));
}

std::vector<LossPoint> Resample(const std::vector<LossPoint>& points, RandomStream* random) {
  for (;;) {
    std::vector<LossPoint> drawn;
    std::set<uint64_t> different;
    for (size_t i = 0; i < points.size(); ++i) {
      const uint64_t pick = random->NextBelow(points.size());
      different.insert(pick);
      drawn.push_back(points[pick]);
    }
    if (different.size() >= kUnknowns) return drawn;
  }
}

Interval Middle(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
  };
  return {at(0.05), at(0.95)};
}

}  // namespace

LawFit FitLaw(const std::vector<LossPoint>& given, LawForm form, int resamples, uint64_t seed) {
  const std::vector<LossPoint> points = Checked(given);
  const Vector x = FitOnce(form, points);
  LawFit fit;
  fit.resamples = resamples;
  fit.law = {"these runs", std::exp(x[0]), std::exp(x[1]), std::exp(x[2]), x[3], x[4], form};
  for (const LossPoint& p : points) {
    const double r = std::log(fit.law.Loss(p.parameters, p.tokens) / p.loss);
    fit.residual += r * r / static_cast<double>(points.size());
  }
  fit.residual = std::sqrt(fit.residual);
  std::array<std::vector<double>, kUnknowns> draws;
  RandomStream random(seed, RandomPurpose::kBootstrap);
  for (int i = 0; i < resamples; ++i) {
    const Vector y = FitOnce(form, Resample(points, &random));
    for (int k = 0; k < kUnknowns; ++k) draws[k].push_back(k < 3 ? std::exp(y[k]) : y[k]);
  }
  fit.e = Middle(draws[0]), fit.a = Middle(draws[1]), fit.b = Middle(draws[2]);
  fit.alpha = Middle(draws[3]), fit.beta = Middle(draws[4]);
  return fit;
}

}  // namespace cria::plan
