// Least-squares fits of a scale, or of a scale and a minimum, to a few numbers that become small
// integers. The search that every encoder of quantize.h stands on.
#pragma once

namespace cria::kernels {

/// x[i] ~ scale * q[i], q whole in [low, high]; minimises sum w[i] (x[i] - scale q[i])^2 over
/// candidate grids, each solved exactly for its scale. Returns the scale (0 if all is 0). n is a
/// multiple of 8, at most 32.
float FitScale(int n, const float* x, const float* w, int low, int high);

struct ScaleAndMin {
  float scale, min;
};
/// x[i] ~ scale * q[i] - min, q whole in [0, high], scale >= 0, min >= 0 (a block that lies above 0
/// is fitted with min 0). The same search.
ScaleAndMin FitScaleAndMin(int n, const float* x, const float* w, int high);

/// q[i] = the whole number in [low, high] nearest to (x[i] + min) / scale (0 if scale is 0);
/// returns sum w[i] (scale q[i] - min - x[i])^2.
float RoundToGrid(int n, const float* x, const float* w, ScaleAndMin grid, int low, int high,
                  float* q);

}  // namespace cria::kernels
