// What holds inside a sandbox, tried from inside.
#pragma once

#include <cstdint>

#include "eval/sandbox/report.h"

namespace cria::eval::sandbox {

/// Tries what a program must not be able to do, in a run that may have `processes` processes. The
/// first thing that does not hold, or kHolds. Only system calls; leaves children, for process 1 to
/// end.
Trial TryFromInside(int64_t processes);

}  // namespace cria::eval::sandbox
