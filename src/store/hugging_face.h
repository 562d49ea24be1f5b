// A folder of Hugging Face's transformers: config.json with safetensors or pytorch_model.bin, whole
// or in numbered parts with an index.
#pragma once

#include "store/tensor_set.h"

namespace cria::store {

/// True if the folder has config.json and weights in one of those forms.
bool IsHuggingFace(const fs::path& directory);

/// The whole model under Meta's names, the permutation of wq and wk undone without copying.
/// metadata() has the keys of Meta's params.json, with head_dim, max_seq_len and rope_scaling
/// ({"type", "factor", ...}) beside them. What is not a LLaMA is refused by name.
TensorSet OpenHuggingFace(const fs::path& directory);

}  // namespace cria::store
