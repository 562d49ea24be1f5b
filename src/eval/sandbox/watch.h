// The caller's side of one run: takes its output and reports, keeps its bounds, and does not leave
// before all its processes are gone.
#pragma once

#include <string>

#include "eval/sandbox/descriptor.h"
#include "eval/sandbox/report.h"
#include "eval/sandbox/sandbox.h"
#include "eval/sandbox/tree.h"

namespace cria::eval::sandbox {

class Watch {
 public:
  Watch(Descriptor control, Descriptor output, const SandboxRequest& request, const Tree& tree);
  /// Ends the run if it still goes on.
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Lets the run begin and waits for its end. Throws Error if it could not be set up or was lost,
  /// Interrupted after Ctrl-C.
  SandboxResult Wait();

 private:
  void AwaitLaunch();
  bool Running();
  void ReadOutput();
  void ReadReports();
  void KeepBounds();
  void Kill();
  SandboxResult Result() const;

  Descriptor control_, output_, process_;  // process_: pidfd of process 1
  const SandboxRequest& request_;
  const Tree& tree_;
  int pid_ = 0;
  double deadline_ = 0, next_look_ = 0;
  bool started_ = false, ended_ = false, failed_ = false, over_memory_ = false, over_time_ = false;
  Report report_;
  SandboxResult result_;
};

}  // namespace cria::eval::sandbox
