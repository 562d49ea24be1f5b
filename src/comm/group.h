// Some of the ranks, as a communicator of their own: those that share one model, or one part of it.
#pragma once

#include <memory>
#include <vector>

#include "comm/communicator.h"

namespace cria::comm {

/// Rank i of the group is rank members[i] of `all`, which outlives it; this rank is one of them.
/// Messages go by way of `all` with the tags they have: two ranks that meet in several
/// communicators keep them apart by tag, or by order. A failure names the rank of `all`; Cancel
/// gives up there. Traffic is the group's own.
std::unique_ptr<Communicator> MakeGroup(Communicator* all, std::vector<int> members);

}  // namespace cria::comm
