// Momentum, direction, step.
#include "train/muon.h"

#include <algorithm>
#include <cmath>

#include "kernels/sum.h"

namespace cria::train {
namespace {

constexpr double kRootMeanSquare = 0.2;

}  // namespace

void Muon::Accumulate(const Context& context, const MuonStep& step, int64_t n, float* gradient,
                      float* m) {
  kernels::Combine(context, n, step.gradient_scale, gradient, step.momentum, m);
  kernels::Combine(context, n, step.momentum, m, step.gradient_scale, gradient);
}

void Muon::Straighten(const Context& context, const ParameterSpec& spec, float* direction) {
  const int64_t rows = spec.shape[0], columns = spec.shape[1];
  if (precision_ == Precision::kBF16) {
    kernels::Orthogonalize<BF16>(context, rows, columns, direction, &scratch_bf16_);
  } else {
    kernels::Orthogonalize<float>(context, rows, columns, direction, &scratch_);
  }
}

void Muon::Move(const Context& context, const MuonStep& step, const ParameterSpec& spec, int64_t n,
                const float* direction, float* weights) {
  const auto longest = static_cast<double>(std::max(spec.shape[0], spec.shape[1]));
  const double length = step.learning_rate * kRootMeanSquare * std::sqrt(longest);
  kernels::Combine(context, n, static_cast<float>(-length), direction,
                   1 - step.learning_rate * step.weight_decay, weights);
}

int64_t Muon::Bytes(const ModelConfig& config, Precision precision, bool shared) {
  int64_t scratch = 0, largest = 0, layer = 0;
  for (const ParameterSpec& spec : ListParameters(config)) {
    if (!Takes(spec)) continue;
    const int64_t rows = spec.shape[0], columns = spec.shape[1];
    scratch = std::max(scratch, precision == Precision::kBF16
                                    ? kernels::OrthogonalScratchBytes<BF16>(rows, columns)
                                    : kernels::OrthogonalScratchBytes<float>(rows, columns));
    largest = std::max(largest, spec.elements());
    layer += spec.elements();
  }
  if (!shared) return scratch;
  // A copy of one matrix, and two layers gathered.
  return scratch + ReservedBytes(4 * largest) + 2 * ReservedBytes(4 * layer / config.n_layers);
}

}  // namespace cria::train
