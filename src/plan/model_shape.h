// The shape of a model that is planned by its size alone.
#pragma once

#include <string>

#include "model/config.h"

namespace cria::plan {

/// A preset of the paper, or a shape of about `params` parameters: from 3B on of the paper's
/// proportions, with heads and hidden sizes that 8 devices can share. Throws Error, naming `flag`.
ModelConfig PlannedShape(const std::string& params, int64_t vocab_size, int64_t seq_len,
                         const std::string& flag);

}  // namespace cria::plan
