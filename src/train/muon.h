// Muon (Jordan et al. 2024; Liu et al. 2025, arXiv:2502.16982): the matrices inside the layers step
// along their momentum made orthogonal, all directions by the same length. Embedding, output and
// norms are AdamW's.
#pragma once

#include <span>

#include "base/context.h"
#include "kernels/orthogonalize.h"
#include "model/llama.h"
#include "model/parameters.h"
#include "train/options.h"

namespace cria::train {

struct MuonStep {
  float learning_rate = 0, weight_decay = 0, momentum = 0.95f;
  float gradient_scale = 1;  ///< multiplies every gradient first (clipping)
};

class Muon {
 public:
  explicit Muon(Precision precision) : precision_(precision) {}

  static bool Takes(const ParameterSpec& spec) {
    return spec.role == ParameterRole::kMatrix || spec.role == ParameterRole::kResidualMatrix;
  }

  /// Elementwise, of any part of a matrix: m = momentum m + g, then g = g + momentum m (Nesterov),
  /// where g is the scaled gradient. `gradient` becomes the direction before it is made orthogonal.
  static void Accumulate(const Context& context, const MuonStep& step, int64_t n, float* gradient,
                         float* m);

  /// The direction of the whole matrix of `spec`, made orthogonal where it lies.
  void Straighten(const Context& context, const ParameterSpec& spec, float* direction);

  /// Of any part of the matrix: w = (1 - lr wd) w - lr 0.2 sqrt(max(rows, columns)) direction. The
  /// factor gives the step the root mean square that AdamW's steps have, so that one learning rate
  /// serves both (arXiv:2502.16982, equation 4).
  static void Move(const Context& context, const MuonStep& step, const ParameterSpec& spec,
                   int64_t n, const float* direction, float* weights);

  /// Beside weights, momenta and gradients; `shared`: with ranks that keep parts of matrices.
  static int64_t Bytes(const ModelConfig& config, Precision precision, bool shared);

 private:
  Precision precision_;
  kernels::OrthogonalScratch<float> scratch_;
  kernels::OrthogonalScratch<BF16> scratch_bf16_;
};

}  // namespace cria::train
