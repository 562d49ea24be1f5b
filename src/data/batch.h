// What the trainer is fed: token ids and their targets. Ids, never strings.
#pragma once

#include <cstdint>
#include <vector>

namespace cria {

/// `rows` sequences of `seq_len` ids, row-major. targets[i] is the id that follows tokens[i], or -1
/// where nothing is to be predicted.
struct Batch {
  int64_t rows = 0, seq_len = 0;
  std::vector<int32_t> tokens;   // [rows, seq_len]
  std::vector<int32_t> targets;  // [rows, seq_len]
};

}  // namespace cria
