// The memory that a run holds in all, as the host sees it.
#pragma once

#include <cstdint>

namespace cria::eval::sandbox {

/// Bytes held by the descendants of process `pid`, itself left out: pages that several share count
/// once. Exact only from `exact_above` up; below, a larger bound is quicker to have. 0 where the
/// system does not list children in /proc.
int64_t DescendantBytes(int pid, int64_t exact_above);

}  // namespace cria::eval::sandbox
