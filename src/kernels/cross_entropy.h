// Softmax cross-entropy over the vocabulary, fp32.
#pragma once

#include <cstdint>
#include <span>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// logits fp32 [rows, vocab]; target in [0, vocab) or -1 (not counted: loss 0, gradient 0).
/// loss fp32 [rows]: -log softmax(logits)[target], natural log.
/// dlogits T [rows, vocab] (null for none): scale * (softmax - onehot).
template <class T>
void CrossEntropy(const Context& context, int64_t rows, int64_t vocab, const float* logits,
                  const int32_t* targets, float scale, float* loss, T* dlogits);

/// Of logits that are divided by columns among several holders, each has its own; the three calls
/// together are CrossEntropy. First, every holder for its `vocab` columns: lse fp32 [rows] receives
/// log sum exp of each row.
void LogSumExp(const Context& context, int64_t rows, int64_t vocab, const float* logits,
               float* lse);

/// Then, from all holders' [rows] of them: to[r] = log sum over holders of exp(lse).
void JoinLogSumExp(int64_t rows, std::span<const float* const> lse, float* to);

/// Then dlogits T [rows, vocab] of the own columns: scale * (softmax - onehot). target in
/// [0, vocab), -1 (not counted: gradient 0) or kTargetElsewhere.
inline constexpr int32_t kTargetElsewhere = -2;
template <class T>
void CrossEntropyGradient(const Context& context, int64_t rows, int64_t vocab, const float* logits,
                          const int32_t* targets, const float* lse, float scale, T* dlogits);

}  // namespace cria::kernels
