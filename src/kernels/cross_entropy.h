// Softmax cross-entropy over the vocabulary, fp32.
#pragma once

#include <cstdint>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// logits fp32 [rows, vocab]; target in [0, vocab) or -1 (not counted: loss 0, gradient 0).
/// loss fp32 [rows]: -log softmax(logits)[target], natural log.
/// dlogits T [rows, vocab] (null for none): scale * (softmax - onehot).
template <class T>
void CrossEntropy(const Context& context, int64_t rows, int64_t vocab, const float* logits,
                  const int32_t* targets, float scale, float* loss, T* dlogits);

}  // namespace cria::kernels
