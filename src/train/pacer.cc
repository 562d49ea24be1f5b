// Steps that fit, from the speed since the last check.
#include "train/pacer.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace cria::train {
namespace {

constexpr double kChecks[] = {0.25, 0.5, 0.75, 0.9, 0.97};
constexpr int kCheckCount = std::size(kChecks);
constexpr double kTolerance = 0.015;
// Of the time: a warm-up that takes longer ends here.
constexpr double kLongestWarmup = 0.5;

}  // namespace

Pacer::Pacer(double budget_s, int64_t step, double elapsed_s)
    : budget_s_(budget_s), seen_step_(step), seen_s_(elapsed_s) {
  PassChecks(elapsed_s / budget_s);
}

int64_t Pacer::StepsThatFit(int64_t step, double elapsed_s, double step_s, double reserve_s) const {
  const double left_s = budget_s_ - elapsed_s - reserve_s;
  return step + std::max<int64_t>(1, static_cast<int64_t>(left_s / std::max(step_s, 1e-9)));
}

void Pacer::PassChecks(double share) {
  while (checks_done_ < kCheckCount && share >= kChecks[checks_done_]) ++checks_done_;
}

bool Pacer::AfterStep(int64_t step, double elapsed_s, double reserve_s, Schedule* schedule) {
  if (step <= seen_step_) return false;
  const double step_s = (elapsed_s - seen_s_) / static_cast<double>(step - seen_step_);
  if (schedule->total_steps == 0) {
    if (step < schedule->warmup_steps) {
      if (elapsed_s < kLongestWarmup * budget_s_) return false;
      schedule->warmup_steps = step;
    }
    schedule->total_steps = StepsThatFit(step, elapsed_s, step_s, reserve_s);
    seen_step_ = step;
    seen_s_ = elapsed_s;
    return true;
  }
  const int64_t last = schedule->LastStep();
  if (step >= last || step <= schedule->warmup_steps) return false;
  // Shares of the run as it is planned now; a check that was passed is not made again.
  const double share = static_cast<double>(step) / static_cast<double>(last);
  if (checks_done_ == kCheckCount || share < kChecks[checks_done_]) return false;
  PassChecks(share);
  const int64_t fits = StepsThatFit(step, elapsed_s, step_s, reserve_s);
  seen_step_ = step;
  seen_s_ = elapsed_s;
  if (std::fabs(static_cast<double>(fits - last)) < kTolerance * static_cast<double>(last)) {
    return false;
  }
  schedule->retimings.push_back({step, fits});
  return true;
}

void Pacer::GoneBack(int64_t step, double elapsed_s, double step_s, double reserve_s,
                     Schedule* schedule) {
  seen_step_ = step;
  seen_s_ = elapsed_s;
  if (schedule->total_steps == 0 || step <= schedule->warmup_steps) return;
  const int64_t fits = StepsThatFit(step, elapsed_s, step_s, reserve_s);
  schedule->retimings.push_back({step, fits});
  checks_done_ = 0;
  PassChecks(static_cast<double>(step) / static_cast<double>(fits));
}

}  // namespace cria::train
