// Process 1 of a run: shuts itself into the sandbox, starts the program, collects what dies, and
// tells the caller how it went. Its end is the end of every process of the run.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "eval/sandbox/tree.h"

namespace cria::eval::sandbox {

/// What every run shares; made before the launcher is forked.
struct Blueprint {
  const Tree* tree = nullptr;
  std::vector<sock_filter> filter{};
};

/// The user and group that a program is, inside.
inline constexpr int kInnerId = 65534;

struct InitDescriptors {
  int order = -1;
  int input = -1;
  int output = -1;
  int control = -1;  ///< reports go out; one byte comes in as leave to begin
  int caller = -1;   ///< pidfd of the process that made the Sandbox
};

/// Begins when the caller gives leave, which is after the launcher has mapped the ids. Uses system
/// calls alone: its memory is a copy of a process with threads that are not there.
[[noreturn]] void RunInit(const Blueprint& blueprint, const InitDescriptors& descriptors);

}  // namespace cria::eval::sandbox
