// What the launcher and process 1 of a run tell the caller, one message each. Plain memory: both
// ends are the same program.
#pragma once

#include <cstdint>

namespace cria::eval::sandbox {

/// What was being done when a run could not be set up, in order.
enum class Step : int32_t {
  kNamespaces,
  kIdentity,
  kUser,
  kMount,
  kBind,
  kRoot,
  kFolder,
  kFile,
  kPrivileges,
  kFilter,
  kProcess,
  kCommand,
};

/// What a trial run looks at from inside, as exit status of the trial.
enum class Trial : int32_t {
  kHolds,
  kNetwork,
  kReadOnly,
  kFolder,
  kNamespaces,
  kPrivileges,
  kProcesses,
};

struct Report {
  enum class Kind : int32_t { kLaunched, kStarted, kEnded, kFailed };
  Kind kind = Kind::kFailed;
  Step step = Step::kNamespaces;  ///< kFailed
  int32_t item = -1;              ///< kFailed: which entry of the tree
  int32_t error = 0;              ///< kFailed: errno
  int32_t pid = 0;                ///< kLaunched: of process 1, as the caller sees it
  int32_t wait_status = 0;        ///< kEnded: as wait() gives it
  int32_t timed_out = 0;          ///< kEnded
  double seconds = 0;             ///< kEnded
  double cpu_seconds = 0;         ///< kEnded
};

}  // namespace cria::eval::sandbox
