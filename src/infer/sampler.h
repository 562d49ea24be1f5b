// Choosing the next token from logits. The order of the stages, and where each rule comes from, is
// in docs/engine.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cria::infer {

/// The first two are those of the original release, the rest is off unless asked for.
struct SamplingOptions {
  double temperature = 0.8;       ///< 0: the likeliest token, the lowest id on ties
  double top_p = 0.95;            ///< 1: all tokens
  int64_t top_k = 0;              ///< only the k likeliest; 0: all
  double min_p = 0;               ///< only tokens at least this times as likely as the likeliest
  double repetition_penalty = 1;  ///< divides positive logits of tokens seen, multiplies others
  int64_t repetition_window = 0;  ///< the last tokens it looks at, prompt included; 0: all
  double presence_penalty = 0;    ///< taken once from each token already generated
  double frequency_penalty = 0;   ///< taken for each time it was generated
  std::vector<std::pair<int32_t, double>> logit_bias = {};  ///< added to the logits of these ids
};

/// Throws Error that names the option if one is outside its range; `where` is put in front.
void CheckSampling(const SamplingOptions& options, int64_t vocab_size, const std::string& where);

/// What stands before the token to be chosen.
struct SamplePoint {
  uint64_t index = 0;  ///< number of the random draw: the i-th token of its request
  std::span<const int32_t> history = {};  ///< prompt and what was generated, for the penalties
  int64_t prompt_tokens = 0;              ///< of `history`
  std::span<const int32_t> banned = {};   ///< ids that may not come here
};

/// Memory of one thread, kept between tokens.
struct SamplerScratch {
  std::vector<float> logits;
  std::vector<int32_t> ids;
  std::vector<std::pair<double, int32_t>> candidates;
};

class Sampler {
 public:
  /// `sequence` separates the random streams of prompts under one seed.
  Sampler(SamplingOptions options, uint64_t seed, uint64_t sequence = 0)
      : options_(std::move(options)), seed_(seed), sequence_(sequence) {}

  /// A pure function of the logits, the point, the seed and the sequence: random numbers are
  /// counted, not drawn in turn.
  int32_t SampleAt(std::span<const float> logits, const SamplePoint& point,
                   SamplerScratch* scratch) const;

  const SamplingOptions& options() const { return options_; }

 private:
  std::span<const float> Adjust(std::span<const float> logits, const SamplePoint& point,
                                SamplerScratch* scratch) const;
  double Draw(uint64_t index) const;
  int32_t SampleFromAll(double draw, double total, const SamplerScratch& scratch) const;
  int32_t SampleFromLikeliest(double draw, double total, SamplerScratch* scratch) const;

  SamplingOptions options_;
  uint64_t seed_, sequence_;
};

/// Throws Error if a logit is infinite or not a number: damaged weights, or an overflow.
void RequireNumbers(std::span<const float> logits);

/// The likeliest token, the lowest id on ties.
int32_t ArgMax(std::span<const float> logits);

}  // namespace cria::infer
