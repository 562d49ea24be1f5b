// What is said when another rank does not answer.
#pragma once

#include "base/error.h"

namespace cria::comm {

Error Silent(int rank, double seconds);
Error Gone(int rank);
Error GaveUp(int own_rank);

}  // namespace cria::comm
