// The rules of transformers (modeling_rope_utils.py) and of Meta's release (apply_scaling).
#include "model/rope_scaling.h"

#include <cmath>
#include <numbers>

#include "base/error.h"

namespace cria {
namespace {

double Llama3Factor(const RopeScaling& s, double wavelength) {
  const double context = static_cast<double>(s.original_context);
  if (wavelength < context / s.high_freq_factor) return 1;
  if (wavelength > context / s.low_freq_factor) return s.factor;
  const double smooth =
      (context / wavelength - s.low_freq_factor) / (s.high_freq_factor - s.low_freq_factor);
  return 1 / ((1 - smooth) / s.factor + smooth);
}

bool Agree(std::span<const float> a, const std::vector<double>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    // Writers compute them in fp32; wavelengths at a border may fall on either side.
    if (!(std::fabs(a[i] - b[i]) <= 1e-4 * b[i])) return false;
  }
  return true;
}

}  // namespace

std::vector<double> RopeFactors(const RopeScaling& s, int head_dim, double theta) {
  if (s.kind == RopeScaling::Kind::kNone) return {};
  std::vector<double> factors(static_cast<size_t>(head_dim / 2), s.factor);
  if (s.kind == RopeScaling::Kind::kLinear) return factors;
  for (size_t i = 0; i < factors.size(); ++i) {
    const double frequency = std::pow(theta, -2.0 * static_cast<double>(i) / head_dim);
    factors[i] = Llama3Factor(s, 2 * std::numbers::pi / frequency);
  }
  return factors;
}

RopeScaling RopeScalingFromFactors(std::span<const float> factors, int head_dim, double theta,
                                   const std::string& where) {
  RopeScaling scaling;
  if (Agree(factors, std::vector<double>(static_cast<size_t>(head_dim / 2), 1.0))) return scaling;
  scaling.kind = RopeScaling::Kind::kLlama3;
  for (const double factor : {8.0, 32.0, 16.0, 4.0, 2.0}) {  // 3.1, 3.2, and room for kin
    scaling.factor = factor;
    if (Agree(factors, RopeFactors(scaling, head_dim, theta))) return scaling;
  }
  throw Error("its rotary frequencies are scaled by a rule that is not known", where,
              "use a LLaMA 3.1 or 3.2 model, or one without scaling");
}

Json RopeScalingToJson(const RopeScaling& s) {
  if (s.kind == RopeScaling::Kind::kNone) return nullptr;
  if (s.kind == RopeScaling::Kind::kLinear) return {{"type", "linear"}, {"factor", s.factor}};
  return {{"type", "llama3"},
          {"factor", s.factor},
          {"low_freq_factor", s.low_freq_factor},
          {"high_freq_factor", s.high_freq_factor},
          {"original_max_position_embeddings", s.original_context}};
}

RopeScaling RopeScalingFromJson(const Json& json, const std::string& where) {
  RopeScaling s;
  if (json.is_null()) return s;
  const auto type = JsonGet<std::string>(json, "type", where);
  s.factor = JsonGet<double>(json, "factor", where);
  if (type == "linear") {
    s.kind = RopeScaling::Kind::kLinear;
  } else if (type == "llama3") {
    s.kind = RopeScaling::Kind::kLlama3;
    s.low_freq_factor = JsonGet<double>(json, "low_freq_factor", where);
    s.high_freq_factor = JsonGet<double>(json, "high_freq_factor", where);
    s.original_context = JsonGet<int64_t>(json, "original_max_position_embeddings", where);
  } else {
    throw Error(fmt::format("rotary scaling \"{}\" is not supported", type), where,
                "use a model without it");
  }
  const bool sane = s.factor >= 1 && s.low_freq_factor > 0 &&
                    s.high_freq_factor > s.low_freq_factor && s.original_context > 0;
  if (!sane) throw Error("rotary scaling with impossible numbers", where, "repair the file");
  return s;
}

}  // namespace cria
