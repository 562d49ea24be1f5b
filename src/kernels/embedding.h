// Token embedding: rows of a table, and the scatter of their gradients.
#pragma once

#include <cstdint>

#include "base/context.h"

namespace cria::kernels {

/// x fp32 [rows, dim] = table fp32 [vocab, dim] at tokens [rows].
void Embedding(const Context& context, int64_t rows, int64_t dim, const float* table,
               const int32_t* tokens, float* x);

/// dtable[tokens[r]] += dx[r], rows in order (columns are split over threads, so the order is
/// fixed).
void EmbeddingBackward(const Context& context, int64_t rows, int64_t dim, const float* dx,
                       const int32_t* tokens, float* dtable);

}  // namespace cria::kernels
