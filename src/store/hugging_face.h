// A folder of Hugging Face's transformers: config.json with safetensors or pytorch_model.bin, whole
// or in numbered parts with an index.
#pragma once

#include <map>

#include "store/tensor_set.h"

namespace cria::store {

/// What holds the weights of a folder.
struct WeightFiles {
  fs::path index;   ///< empty: `single` holds everything
  fs::path single;  ///< empty too: there are none
  bool torch = false;
};
WeightFiles FindWeights(const fs::path& directory);

/// The weight_map of an index: file name -> the tensors promised in it. A name that is no file
/// beside the index throws Error.
std::map<std::string, std::vector<std::string>> ReadWeightMap(const Json& index,
                                                              const std::string& where);

/// Meta's keys for a config.json; see OpenHuggingFace.
Json HuggingFaceParams(const Json& config, const std::string& where);

/// True if the folder has config.json and weights in one of those forms.
bool IsHuggingFace(const fs::path& directory);

/// The whole model under Meta's names, the permutation of wq and wk undone without copying.
/// metadata() has the keys of Meta's params.json, with head_dim, max_seq_len and rope_scaling
/// ({"type", "factor", ...}) beside them, and "notes": what of the model is not built though it
/// runs. What is not a LLaMA is refused by name.
TensorSet OpenHuggingFace(const fs::path& directory);

}  // namespace cria::store
