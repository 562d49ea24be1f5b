// Scalar truth of softmax cross-entropy. Not for speed.
#pragma once

#include "kernels/ref/scalar.h"

namespace cria::kernels::ref {

/// log(sum(exp(x))) of n values, shifted by the largest real part.
template <class S>
S LogSumExp(int64_t n, const S* x) {
  double max = Real(x[0]);
  for (int64_t i = 1; i < n; ++i) max = std::max(max, Real(x[i]));
  S sum(0);
  for (int64_t i = 0; i < n; ++i) sum += std::exp(x[i] - S(max));
  return S(max) + std::log(sum);
}

/// loss [rows] = -log softmax(logits [rows, vocab])[target]; 0 for target -1.
template <class S>
void CrossEntropy(int64_t rows, int64_t vocab, const S* logits, const int32_t* targets, S* loss) {
  for (int64_t r = 0; r < rows; ++r, logits += vocab) {
    loss[r] = targets[r] < 0 ? S(0) : LogSumExp(vocab, logits) - logits[targets[r]];
  }
}

/// dlogits [rows, vocab] = dloss[r] * (softmax - onehot).
template <class S>
void CrossEntropyBackward(int64_t rows, int64_t vocab, const S* logits, const int32_t* targets,
                          const S* dloss, S* dlogits) {
  for (int64_t r = 0; r < rows; ++r, logits += vocab, dlogits += vocab) {
    const S lse = LogSumExp(vocab, logits);
    for (int64_t i = 0; i < vocab; ++i) {
      const S p = std::exp(logits[i] - lse);
      dlogits[i] = targets[r] < 0 ? S(0) : dloss[r] * (p - S(i == targets[r] ? 1 : 0));
    }
  }
}

}  // namespace cria::kernels::ref
