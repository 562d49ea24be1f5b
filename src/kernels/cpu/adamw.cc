// AdamW and the sum of squares on the CPU.
#include "kernels/adamw.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace cria::kernels {
namespace {

constexpr int64_t kBlock = 1 << 14;  // part of the meaning of SumOfSquares: fixes the order of sums

int64_t Blocks(int64_t n) { return (n + kBlock - 1) / kBlock; }

}  // namespace

void AdamW(const Context& context, const AdamWStep& step, int64_t n, const float* gradient,
           float* parameter, float* m, float* v) {
  const float correction1 =
      static_cast<float>(1 / (1 - std::pow(double{step.beta1}, static_cast<double>(step.step))));
  const float correction2 =
      static_cast<float>(1 / (1 - std::pow(double{step.beta2}, static_cast<double>(step.step))));
  context.ParallelFor(Blocks(n), [&](int64_t block) {
    for (int64_t i = block * kBlock; i < std::min(n, (block + 1) * kBlock); ++i) {
      const float g = gradient[i] * step.gradient_scale;
      m[i] = step.beta1 * m[i] + (1 - step.beta1) * g;
      v[i] = step.beta2 * v[i] + (1 - step.beta2) * g * g;
      const float update = m[i] * correction1 / (std::sqrt(v[i] * correction2) + step.eps);
      parameter[i] =
          parameter[i] * (1 - step.learning_rate * step.weight_decay) - step.learning_rate * update;
    }
  });
}

double SumOfSquares(const Context& context, int64_t n, const float* x) {
  std::vector<double> sums(Blocks(n));
  context.ParallelFor(Blocks(n), [&](int64_t block) {
    double sum = 0;
    for (int64_t i = block * kBlock; i < std::min(n, (block + 1) * kBlock); ++i) {
      sum += double{x[i]} * double{x[i]};
    }
    sums[block] = sum;
  });
  double total = 0;
  for (double sum : sums) total += sum;
  return total;
}

}  // namespace cria::kernels
