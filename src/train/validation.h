// Loss on fixed windows of held-out text, in bits per byte. To follow a run; eval does the full
// count.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/context.h"
#include "comm/communicator.h"
#include "data/holdout.h"
#include "model/llama.h"

namespace cria::train {

struct ValidationScore {
  double nats = 0;
  int64_t targets = 0, text_bytes = 0;
  double loss() const { return targets > 0 ? nats / static_cast<double>(targets) : 0; }
  double bits_per_byte() const;
};

struct Validation {
  ValidationScore total;
  std::map<std::string, ValidationScore> sources;
};

/// Windows go through the model `rows` at a time, in turn on each of the ranks (null: this process
/// alone), all of which call this and get the same sums.
Validation Validate(const Context& context, Llama* model, const std::vector<HoldoutWindow>& windows,
                    int64_t rows, comm::Communicator* ranks = nullptr);

}  // namespace cria::train
