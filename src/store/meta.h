// A folder of Meta's release: params.json and consolidated.NN.pth, one file per model-parallel
// rank.
#pragma once

#include "store/tensor_set.h"

namespace cria::store {

/// True if the folder has params.json and at least one consolidated.*.pth.
bool IsMeta(const fs::path& directory);

/// The whole model, shards joined without copying; `rope.freqs` left out. metadata() is
/// params.json.
TensorSet OpenMeta(const fs::path& directory);

}  // namespace cria::store
