// Keeps a run within a time: sets the number of steps once the speed is known and corrects it when
// the machine turns out faster or slower. Pure arithmetic; the caller owns the clock.
#pragma once

#include <cstdint>

#include "train/schedule.h"

namespace cria::train {

class Pacer {
 public:
  /// The run may take `budget_s`. `step` and `elapsed_s`: where a resumed run stands.
  Pacer(double budget_s, int64_t step, double elapsed_s);

  /// To be asked after every step. At the end of the warm-up it sets schedule->total_steps from the
  /// speed so far; at a quarter, half, three quarters, nine tenths and 97 % of the run it adds a
  /// retiming if the projected end misses the budget by more than 1.5 %. `reserve_s`: what must
  /// follow the last step. Returns true if it changed the schedule.
  bool AfterStep(int64_t step, double elapsed_s, double reserve_s, Schedule* schedule);

  /// The run stands at `step` again, from where a step takes `step_s`: moves the end to what fits.
  void GoneBack(int64_t step, double elapsed_s, double step_s, double reserve_s,
                Schedule* schedule);

 private:
  int64_t StepsThatFit(int64_t step, double elapsed_s, double step_s, double reserve_s) const;
  /// Those up to `share` of the run are not made any more.
  void PassChecks(double share);

  double budget_s_;
  int checks_done_ = 0;
  int64_t seen_step_;  // where the speed is measured from
  double seen_s_;
};

}  // namespace cria::train
