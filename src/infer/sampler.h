// Choosing the next token from logits, by the rule of the original LLaMA release.
#pragma once

#include <span>
#include <vector>

#include "base/random.h"

namespace cria::infer {

struct SamplingOptions {
  double temperature = 0.8;  ///< 0: the likeliest token, the lowest id on ties
  double top_p = 0.95;       ///< 1: all tokens
};

class Sampler {
 public:
  /// `sequence` separates the random streams of prompts under one seed.
  Sampler(const SamplingOptions& options, uint64_t seed, uint64_t sequence = 0)
      : options_(options), random_(seed, RandomPurpose::kSampling, sequence) {}

  /// Sorted by probability, a token is kept if the mass of those before it is at most top_p: the
  /// one that crosses the threshold stays (facebookresearch/llama, sample_top_p).
  int32_t Sample(std::span<const float> logits);

 private:
  SamplingOptions options_;
  RandomStream random_;
  std::vector<std::pair<double, int32_t>> sorted_;
};

/// The likeliest token, the lowest id on ties.
int32_t ArgMax(std::span<const float> logits);

}  // namespace cria::infer
