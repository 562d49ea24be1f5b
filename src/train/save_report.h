// What became of one checkpoint.
#pragma once

#include <cstdint>

namespace cria::train {

struct SaveReport {
  int64_t step = 0;
  double seconds = 0;  ///< until the folder was complete
};

}  // namespace cria::train
