// Median and median absolute deviation of a short window.
#include "train/spike.h"

#include <algorithm>
#include <cmath>

namespace cria::train {
namespace {

constexpr size_t kWindow = 128, kLeast = 32;
constexpr double kOfNormal = 1.4826, kLeastShare = 0.005;

double Median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

double SpikeDetector::usual() const { return recent_.empty() ? 0 : Median(recent_); }

bool SpikeDetector::Add(double loss) {
  if (recent_.size() >= kLeast) {
    const double median = usual();
    std::vector<double> distances;
    for (const double x : recent_) distances.push_back(std::fabs(x - median));
    const double deviation = std::max(kOfNormal * Median(distances), kLeastShare * median);
    if (loss > median + deviations_ * deviation) return true;
  }
  recent_.push_back(loss);
  if (recent_.size() > kWindow) recent_.erase(recent_.begin());
  return false;
}

}  // namespace cria::train
