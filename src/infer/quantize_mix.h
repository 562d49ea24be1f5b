// Which tensor of a model gets which quantised type: llama.cpp's named mixtures.
#pragma once

#include <cstdint>
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
/// By name, in any case. Throws Error that lists the names.
const QuantizeMix& FindMix(const std::string& name);

/// Type of one tensor: norms F32, the output matrix Q6_K (Q8_0 in q8_0), some layers finer
/// (llama.cpp, llama-quant.cpp). Rows that are no whole blocks of 256 take the nearest type with
/// blocks of 32, and rows that are none of those F16.
DType TypeInMix(const QuantizeMix& mix, const ParameterSpec& spec, int n_layers);

}  // namespace cria::infer
