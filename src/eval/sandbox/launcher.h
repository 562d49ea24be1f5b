// A child of the program that starts runs on request. Forked once, so that a run never copies a
// caller that has grown large, and holds none of its files.
#pragma once

#include "eval/sandbox/descriptor.h"
#include "eval/sandbox/init.h"

namespace cria::eval::sandbox {

class Launcher {
 public:
  /// Forks. Throws Error if the system refuses.
  explicit Launcher(const Blueprint& blueprint);
  /// Ends the launcher, and with it any run.
  ~Launcher();
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;

  /// Asks for a run; the answer, a Report, and then process 1 itself are at the other end of
  /// `control`. Threads may call it at the same time. Throws Error if the launcher is gone.
  void Send(const Descriptor& order, const Descriptor& input, const Descriptor& output,
            const Descriptor& control) const;

 private:
  Descriptor requests_;
  int pid_ = -1;
};

}  // namespace cria::eval::sandbox
