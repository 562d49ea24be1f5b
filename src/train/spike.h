// Tells a loss spike from the noise of the batches: what a run that goes back past one looks at.
#pragma once

#include <utility>
#include <vector>

namespace cria::train {

/// Remembers the losses of recent steps. A spike is a loss that lies more than `deviations`
/// standard deviations above their median. The deviation is estimated from the median absolute
/// deviation (times 1.4826, as for normal errors; Rousseeuw and Croux 1993), so that earlier
/// outliers do not hide the next, and is at least 0.5 % of the median.
class SpikeDetector {
 public:
  explicit SpikeDetector(double deviations) : deviations_(deviations) {}

  /// True if `loss` is a spike; otherwise it counts from now on. Never true before 32 losses.
  bool Add(double loss);
  /// Median of the losses that count; 0: none yet.
  double usual() const;

  /// What a checkpoint keeps, oldest first.
  const std::vector<double>& recent() const { return recent_; }
  void set_recent(std::vector<double> losses) { recent_ = std::move(losses); }

 private:
  double deviations_;
  std::vector<double> recent_;
};

}  // namespace cria::train
