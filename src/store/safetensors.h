// safetensors files: u64 header length, JSON header, raw tensors. Reading and writing.
#pragma once

#include <map>

#include "store/output_tensor.h"
#include "store/tensor_set.h"

namespace cria::store {

/// Maps one .safetensors file. metadata() is its `__metadata__`. Hostile headers (overlaps, holes,
/// overflows, repeated names) throw Error.
TensorSet OpenSafetensors(const fs::path& path);

/// Writes tensors in the order given, atomically.
void WriteSafetensors(const fs::path& path, const std::vector<OutputTensor>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace cria::store
