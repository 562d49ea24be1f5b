// Softmax cross-entropy on the CPU.
#include "kernels/cross_entropy.h"

#include <algorithm>
#include <cmath>

namespace cria::kernels {

template <class T>
void CrossEntropy(const Context& context, int64_t rows, int64_t vocab, const float* logits,
                  const int32_t* targets, float scale, float* loss, T* dlogits) {
  context.ParallelFor(rows, [&](int64_t r) {
    const float* x = logits + r * vocab;
    const int32_t target = targets[r];
    if (target < 0) {
      loss[r] = 0;
      if (dlogits) std::fill_n(dlogits + r * vocab, vocab, FromFloat<T>(0));
      return;
    }
    float max = x[0], sum = 0;
    for (int64_t i = 1; i < vocab; ++i) max = std::max(max, x[i]);
    for (int64_t i = 0; i < vocab; ++i) sum += std::exp(x[i] - max);
    const float lse = max + std::log(sum);
    loss[r] = lse - x[target];
    if (!dlogits) return;
    for (int64_t i = 0; i < vocab; ++i) {
      dlogits[r * vocab + i] =
          FromFloat<T>(scale * (std::exp(x[i] - lse) - (i == target ? 1.0f : 0.0f)));
    }
  });
}

template void CrossEntropy(const Context&, int64_t, int64_t, const float*, const int32_t*, float,
                           float*, float*);
template void CrossEntropy(const Context&, int64_t, int64_t, const float*, const int32_t*, float,
                           float*, BF16*);

}  // namespace cria::kernels
