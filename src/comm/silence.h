// What is said when another rank does not answer.
#pragma once

#include <span>

#include "base/error.h"

namespace cria::comm {

/// Of those in `ranks`, in ascending order, one at least has not answered.
Error Silent(std::span<const int> ranks, double seconds);
Error Gone(int rank);
Error GaveUp(int own_rank);

}  // namespace cria::comm
