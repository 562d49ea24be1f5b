// The signal handler: sets a flag, and the second signal has its default effect.
#include "base/interrupt.h"

#include <atomic>
#include <csignal>

#include "base/error.h"

namespace cria {
namespace {

std::atomic<bool> requested{false}, terminated{false};
static_assert(std::atomic<bool>::is_always_lock_free, "used in a signal handler");

void OnSignal(int signal) {
  if (signal == SIGTERM) terminated.store(true);
  requested.store(true);
  std::signal(signal, SIG_DFL);
}

}  // namespace

void InstallInterruptHandler() {
  // Without SA_RESTART, so that a read that waits for a line ends.
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool InterruptRequested() { return requested.load(std::memory_order_relaxed); }

void ThrowIfInterrupted() {
  if (InterruptRequested()) throw Interrupted();
}

bool TerminationRequested() { return terminated.load(); }

void ForgetInterrupt() {
  requested.store(false);
  InstallInterruptHandler();
}

void SetInterruptRequested(bool value) { requested.store(value); }

}  // namespace cria
