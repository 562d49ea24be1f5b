// Scalar truth of the matrix products, on any number type, complex included. For tests only.
#pragma once

#include <cstdint>

namespace cria::kernels::ref {

/// c [m, n] += a b, with a(i, k) = a[i * a_row + k * a_k] and b(k, j) = b[k * b_k + j * b_column].
/// Sums in C's type, k ascending.
template <class A, class B, class C>
void Matmul(int64_t m, int64_t n, int64_t depth, const A* a, int64_t a_row, int64_t a_k, const B* b,
            int64_t b_k, int64_t b_column, C* c, int64_t ldc) {
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      C sum = c[i * ldc + j];
      for (int64_t k = 0; k < depth; ++k) {
        sum += C(a[i * a_row + k * a_k]) * C(b[k * b_k + j * b_column]);
      }
      c[i * ldc + j] = sum;
    }
  }
}

}  // namespace cria::kernels::ref
