// Least-squares fits of a scale, or of a scale and a minimum, to a few numbers that become small
// integers. The search that every encoder of quantize.h stands on.
#pragma once

#include <cstdint>

namespace cria::kernels {

/// x[i] ~ scale * q[i], q in [low, high]; minimises sum w[i] (x[i] - scale q[i])^2 over candidate
/// grids, each solved exactly for its scale. Writes q; returns the scale (0 if all is 0). n <= 32.
float FitScale(int n, const float* x, const float* w, int low, int high, int8_t* q);

struct ScaleAndMin {
  float scale, min;
};
/// x[i] ~ scale * q[i] - min, q in [0, high], scale >= 0, min >= 0 (a block that lies above 0 is
/// fitted with min 0). The same search. n <= 32.
ScaleAndMin FitScaleAndMin(int n, const float* x, const float* w, int high, uint8_t* q);

}  // namespace cria::kernels
