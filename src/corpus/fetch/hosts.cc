// Waiting in small steps, so that Ctrl-C ends it at once.
#include "corpus/fetch/hosts.h"

#include <algorithm>
#include <thread>

namespace cria::corpus {
namespace {

constexpr std::chrono::milliseconds kStep{50};

using Clock = std::chrono::steady_clock;

Clock::duration Duration(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(std::min(seconds, 1e8)));
}

bool SleepUntil(Clock::time_point end, const std::function<bool()>& stop) {
  while (true) {
    if (stop && stop()) return false;
    const auto left = end - Clock::now();
    if (left <= Clock::duration::zero()) return true;
    std::this_thread::sleep_for(std::min<Clock::duration>(left, kStep));
  }
}

}  // namespace

bool SleepUnless(double seconds, const std::function<bool()>& stop) {
  return SleepUntil(Clock::now() + Duration(seconds), stop);
}

bool Hosts::Enter(const std::string& host) {
  while (true) {
    Clock::time_point until;
    {
      const std::lock_guard lock(mutex_);
      Host& state = hosts_[host];
      if (state.failures >= kFailuresInARow) return false;
      const auto now = Clock::now();
      until = std::max(state.closed_until, state.next_at);
      if (until <= now) {
        state.next_at = now + Duration(delay_seconds_);
        return !stop_();
      }
    }
    // Then again: meanwhile another connection may have been first, or been sent away.
    if (!SleepUntil(until, stop_)) return false;
  }
}

void Hosts::Pause(const std::string& host, double seconds) {
  const std::lock_guard lock(mutex_);
  Host& state = hosts_[host];
  state.closed_until = std::max(state.closed_until, Clock::now() + Duration(seconds));
}

void Hosts::Worked(const std::string& host) {
  const std::lock_guard lock(mutex_);
  hosts_[host].failures = 0;
}

void Hosts::Failed(const std::string& host) {
  const std::lock_guard lock(mutex_);
  ++hosts_[host].failures;
}

void RateLimit::Take(int64_t bytes, const std::function<bool()>& stop) {
  if (bytes_per_second_ <= 0) return;
  Clock::time_point until;
  {
    const std::lock_guard lock(mutex_);
    free_at_ = std::max(free_at_, Clock::now()) +
               Duration(static_cast<double>(bytes) / static_cast<double>(bytes_per_second_));
    until = free_at_;
  }
  SleepUntil(until, stop);
}

}  // namespace cria::corpus
