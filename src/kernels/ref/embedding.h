// Scalar truth of the token embedding. Not for speed.
#pragma once

#include "kernels/ref/scalar.h"

namespace cria::kernels::ref {

/// x [rows, dim] = table [vocab, dim] at tokens [rows].
template <class S>
void Embedding(int64_t rows, int64_t dim, const S* table, const int32_t* tokens, S* x) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < dim; ++i) x[r * dim + i] = table[tokens[r] * dim + i];
  }
}

/// dtable[tokens[r]] += dx[r].
template <class S>
void EmbeddingBackward(int64_t rows, int64_t dim, const S* dx, const int32_t* tokens, S* dtable) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < dim; ++i) dtable[tokens[r] * dim + i] += dx[r * dim + i];
  }
}

}  // namespace cria::kernels::ref
