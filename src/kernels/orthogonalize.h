// The orthogonal matrix nearest to a given one, roughly: what Muon steps along (Jordan et al. 2024,
// https://kellerjordan.github.io/posts/muon/).
#pragma once

#include <cstdint>

#include "base/context.h"
#include "kernels/matmul.h"
#include "tensor/buffer.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// Memory of Orthogonalize, kept from one matrix to the next.
template <class T>
struct OrthogonalScratch {
  Buffer<T> operand;                 // the matrix or its Gram matrix, rounded
  PackedMatrix<T> wide, square;      // the right operands
  Buffer<float> gram, power, moved;  // G, G^2, (b G + c G^2) X
};

/// Replaces x [rows, columns], fp32, by about U V^T where U S V^T is its singular value
/// decomposition: divided by its Frobenius norm, then five steps X <- a X + (b G + c G^2) X with
/// G = X X^T, or X^T X on the right if there are more rows than columns, and (a, b, c) = (3.4445,
/// -4.7750, 2.0315). They take a singular value from 0.01 of the norm on to between 0.68 and 1.14.
/// Products in T. Zero stays zero. The bits depend on no number of threads.
template <class T>
void Orthogonalize(const Context& context, int64_t rows, int64_t columns, float* x,
                   OrthogonalScratch<T>* scratch);

/// Of the scratch, for matrices of this shape.
template <class T>
int64_t OrthogonalScratchBytes(int64_t rows, int64_t columns);

}  // namespace cria::kernels
