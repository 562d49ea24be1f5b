// Which tensor of a model gets which quantised type: llama.cpp's named mixtures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/parameters.h"

namespace cria::infer {

struct QuantizeMix {
  std::string name;    ///< "q4_k_m"
  DType base;          ///< of most matrices
  uint32_t file_type;  ///< llama.cpp's number of the mixture (enum llama_ftype)
};

/// All mixtures, the smallest first.
const std::vector<QuantizeMix>& QuantizeMixes();
/// By name, in any case. Throws Error that lists the names, and `others` that the caller knows.
const QuantizeMix& FindMix(const std::string& name, const std::string& others = "");

/// What else than the mixture decides.
struct MixOptions {
  bool calibrated = false;           ///< importances are known; llama.cpp then guards some layers
  std::optional<DType> output = {};  ///< instead of the mixture's, of the output matrix
  std::optional<DType> embedding = {};  ///< likewise
};

/// Type of one tensor: norms F32, the output matrix (where tied: the embedding) Q6_K, or Q8_0 in
/// q8_0, some layers finer (llama.cpp, llama-quant.cpp). Rows that are no whole blocks of 256 take
/// the nearest type with blocks of 32, and rows that are none of those F16; of `options`' types,
/// which people chose, such rows throw Error.
DType TypeInMix(const QuantizeMix& mix, const ParameterSpec& spec, const ModelConfig& config,
                const MixOptions& options = {});

}  // namespace cria::infer
