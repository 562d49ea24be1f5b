// How a model's rotary frequencies were stretched for contexts longer than those of its training.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"

namespace cria {

struct RopeScaling {
  enum class Kind { kNone, kLinear, kLlama3 };
  Kind kind = Kind::kNone;
  double factor = 1;
  // LLaMA 3.1: wavelengths below original_context / high stay, above original_context / low are
  // stretched by factor, those between are blended.
  double low_freq_factor = 1, high_freq_factor = 4;
  int64_t original_context = 8192;

  bool operator==(const RopeScaling&) const = default;
};

/// Divisors of the head_dim / 2 frequencies; empty for kNone.
std::vector<double> RopeFactors(const RopeScaling& scaling, int head_dim, double theta);

/// The scaling that has these divisors (fp32, as GGUF lists them). Throws Error at `where` if it is
/// none that is known.
RopeScaling RopeScalingFromFactors(std::span<const float> factors, int head_dim, double theta,
                                   const std::string& where);

/// {"type": "linear" | "llama3", "factor", ...} as in Hugging Face's config.json; null for kNone.
Json RopeScalingToJson(const RopeScaling& scaling);
RopeScaling RopeScalingFromJson(const Json& json, const std::string& where);

}  // namespace cria
