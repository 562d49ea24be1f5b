// The memory that a model needs to run, reckoned from its files before anything is read.
#pragma once

#include "model/checkpoint.h"
#include "model/llama.h"

namespace cria {

struct InferenceMemory {
  int64_t mapped_bytes = 0;      ///< weights used where the file is mapped: the system's page cache
  int64_t resident_bytes = 0;    ///< weights copied into the form that the kernels read
  int64_t activation_bytes = 0;  ///< of `prompt_tokens` at once, and the table of rotations
  int64_t cache_f16_bytes = 0;   ///< keys and values of `context` tokens, in half precision
  int64_t cache_q8_0_bytes = 0;  ///< the same in blocks of 8 bits
  int64_t total_bytes() const {
    return mapped_bytes + resident_bytes + activation_bytes + cache_f16_bytes;
  }
};

InferenceMemory EstimateInferenceMemory(const ModelFiles& files, Precision precision,
                                        int64_t context, int64_t prompt_tokens);

}  // namespace cria
