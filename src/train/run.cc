// What is left of a run once Runner has its parts: the calls.
#include "train/run.h"

#include <chrono>

#include "base/error.h"
#include "base/interrupt.h"
#include "comm/collectives.h"
#include "train/runner.h"

namespace cria::train {

RunSummary Train(const Context& context, const RunSetup& setup,
                 std::span<Observer* const> observers) {
  RunSummary summary;
  bool stopped = false;
  {
    Runner runner(context, setup, observers);
    summary = runner.Go();
    stopped = runner.stopped();
  }
  // Only now, so that ranks part as at the end of a run.
  if (stopped) throw Interrupted();
  return summary;
}

double MeasureSpeed(const Context& context, const Batch& batch, double seconds, Learner* learner) {
  using Clock = std::chrono::steady_clock;
  const std::span<const Batch> one(&batch, 1);
  learner->Step(context, 0.0, one);  // touches all memory once
  const Clock::time_point begin = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  int64_t steps = 0;
  uint8_t more = 1;
  while (more != 0) {
    learner->Step(context, 0.0, one);
    ++steps;
    if (learner->ranks().size() == 1) ThrowIfInterrupted();
    more = elapsed() < seconds;  // rank 0's clock decides
    comm::Broadcast(learner->ranks(), 0, {&more, 1});
  }
  const double speed =
      static_cast<double>(steps * batch.rows * batch.seq_len * learner->layout().data()) /
      elapsed();
  learner->ResetMoments(context);
  return speed;
}

}  // namespace cria::train
