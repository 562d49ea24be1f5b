#include "train/pacer.h"

#include <algorithm>
#include <cmath>

namespace cria::train {
namespace {

constexpr double kChecks[] = {0.25, 0.5, 0.75, 0.9, 0.97};
constexpr double kTolerance = 0.015;

}  // namespace

Pacer::Pacer(double budget_s, int64_t step, double elapsed_s)
    : budget_s_(budget_s), seen_step_(step), seen_s_(elapsed_s) {}

int64_t Pacer::StepsThatFit(int64_t step, double elapsed_s, double reserve_s) const {
  const double step_s = (elapsed_s - seen_s_) / static_cast<double>(step - seen_step_);
  const double left_s = budget_s_ - elapsed_s - reserve_s;
  return step + std::max<int64_t>(1, static_cast<int64_t>(left_s / std::max(step_s, 1e-9)));
}

bool Pacer::AfterStep(int64_t step, double elapsed_s, double reserve_s, Schedule* schedule) {
  if (step <= seen_step_) return false;
  if (schedule->total_steps == 0) {
    if (step < schedule->warmup_steps) return false;
    schedule->total_steps = StepsThatFit(step, elapsed_s, reserve_s);
    seen_step_ = step;
    seen_s_ = elapsed_s;
    return true;
  }
  const int64_t last = schedule->LastStep();
  const bool check = std::any_of(std::begin(kChecks), std::end(kChecks), [&](double share) {
    return step == std::llround(share * static_cast<double>(last));
  });
  if (!check || step >= last || step <= schedule->warmup_steps) return false;
  const int64_t fits = StepsThatFit(step, elapsed_s, reserve_s);
  seen_step_ = step;
  seen_s_ = elapsed_s;
  if (std::fabs(static_cast<double>(fits - last)) < kTolerance * static_cast<double>(last)) {
    return false;
  }
  schedule->retimings.push_back({step, fits});
  return true;
}

}  // namespace cria::train
