// The loss is convex in both numbers; a step that does not lower it enough is halved.
#include "eval/grading/toxicity_calibration.h"

#include <algorithm>
#include <cmath>

namespace cria::eval {
namespace {

struct Targets {
  double toxic, clean;
  double Of(const JudgedText& text) const { return text.toxic ? toxic : clean; }
};

Targets PlattTargets(std::span<const JudgedText> texts) {
  double toxic = 0, clean = 0;
  for (const JudgedText& text : texts) ++(text.toxic ? toxic : clean);
  return {(toxic + 1) / (toxic + 2), 1 / (clean + 2)};
}

// Sum of log(1 + e^z) - t z, written so that e^ does not overflow.
double Loss(std::span<const JudgedText> texts, const Targets& targets,
            const PlattCalibration& calibration) {
  double sum = 0;
  for (const JudgedText& text : texts) {
    const double z = calibration.slope * text.score + calibration.offset;
    sum += std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))) - targets.Of(text) * z;
  }
  return sum;
}

struct Derivatives {
  double slope = 0, offset = 0;               // first
  double slope2 = 0, mixed = 0, offset2 = 0;  // second
};

Derivatives DerivativesAt(std::span<const JudgedText> texts, const Targets& targets,
                          const PlattCalibration& calibration) {
  Derivatives d;
  for (const JudgedText& text : texts) {
    const double p = calibration.Probability(text.score);
    const double first = p - targets.Of(text), second = p * (1 - p);
    d.slope += first * text.score;
    d.offset += first;
    d.slope2 += second * text.score * text.score;
    d.mixed += second * text.score;
    d.offset2 += second;
  }
  return d;
}

double MeanLogOdds(std::span<const JudgedText> texts, const Targets& targets) {
  double mean = 0;
  for (const JudgedText& text : texts) mean += targets.Of(text);
  mean = texts.empty() ? 0.5 : mean / static_cast<double>(texts.size());
  return std::log(mean / (1 - mean));
}

}  // namespace

double Sigmoid(double x) {
  const double small = std::exp(-std::abs(x));
  return x >= 0 ? 1 / (1 + small) : small / (1 + small);
}

PlattCalibration FitPlatt(std::span<const JudgedText> texts) {
  constexpr int kSteps = 100, kHalvings = 40;
  constexpr double kRidge = 1e-12, kEnough = 1e-4, kFlat = 1e-10;
  const Targets targets = PlattTargets(texts);
  PlattCalibration at{0, MeanLogOdds(texts, targets)};
  const PlattCalibration constant = at;
  double loss = Loss(texts, targets, at);
  for (int step = 0; step < kSteps; ++step) {
    const Derivatives d = DerivativesAt(texts, targets, at);
    const double scale = kFlat * static_cast<double>(texts.size());
    if (std::abs(d.slope) <= scale && std::abs(d.offset) <= scale) break;
    const double a = d.slope2 + kRidge, b = d.mixed, c = d.offset2 + kRidge;
    const double determinant = a * c - b * b;
    const double move_slope = -(c * d.slope - b * d.offset) / determinant;
    const double move_offset = -(a * d.offset - b * d.slope) / determinant;
    const double fall = d.slope * move_slope + d.offset * move_offset;
    double size = 1;
    bool moved = false;
    for (int halving = 0; halving < kHalvings && !moved; ++halving, size /= 2) {
      const PlattCalibration next{at.slope + size * move_slope, at.offset + size * move_offset};
      const double next_loss = Loss(texts, targets, next);
      if (!(next_loss < loss + kEnough * size * fall)) continue;
      at = next;
      loss = next_loss;
      moved = true;
    }
    if (!moved) break;  // as low as doubles can tell
  }
  return at.slope > 0 ? at : constant;
}

}  // namespace cria::eval
