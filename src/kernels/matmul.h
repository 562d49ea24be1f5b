// Matrix products of a linear layer: y = x W^T, dx = dy W, dW = dy^T x. The right operand is
// packed once per weight update; the left one is read where it lies.
//
// T is the type of the operands (float, or BF16 with fp32 accumulation). Every element of C is
// summed over k in one fixed order that depends neither on threads nor on the number of rows M, so
// cached decoding of one token gives the bits of the full forward pass.
#pragma once

#include <cstdint>
#include <functional>

#include "base/context.h"
#include "tensor/buffer.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// A right operand B [K, N], rearranged into panels that the kernels of this machine read in order.
/// On an accelerator it is only rounded: B(k, n) = plain[k * k_stride + n * n_stride].
template <class T>
struct PackedMatrix {
  int64_t k = 0, n = 0;
  Buffer<T> panels;
  const T* plain = nullptr;
  int64_t k_stride = 0, n_stride = 0;  ///< one of them is 1

  /// Of a matrix on an accelerator, in the same memory: what the backward pass multiplies with.
  PackedMatrix Transposed() const { return {n, k, {}, plain, n_stride, k_stride}; }
};

/// Bytes that a packed [K, N] takes on this machine.
template <class T>
int64_t PackedBytes(int64_t k, int64_t n);

/// Packs B [K, N] with B(k, n) = from[k * k_stride + n * n_stride]. For a weight W [out, in]:
/// forward (y = x W^T): K = in, N = out, k_stride = 1, n_stride = in;
/// backward (dx = dy W): K = out, N = in, k_stride = in, n_stride = 1.
/// One of the strides is 1. Reuses `packed`'s memory when the size is the same. `from` is rounded
/// to T.
template <class T>
void Pack(const Context& context, const float* from, int64_t k, int64_t n, int64_t k_stride,
          int64_t n_stride, PackedMatrix<T>* packed);

/// Packs y = x W^T of a weight W [n, k] that is nowhere in memory as floats: `read(first, rows,
/// to)` writes rows [first, first + rows) of W to `to` [rows, k], from any thread, a few rows at a
/// time.
template <class T>
void PackRows(const Context& context, int64_t k, int64_t n,
              const std::function<void(int64_t, int64_t, float*)>& read, PackedMatrix<T>* packed);

/// C [M, N] = A [M, K] B, or C += A B. Row strides lda, ldc in elements. C is float or T.
/// Accumulation into C is only for float C.
template <class T, class C>
void Matmul(const Context& context, int64_t m, const T* a, int64_t lda, const PackedMatrix<T>& b,
            C* c, int64_t ldc, bool accumulate = false);

/// C [M, N] = D + A B, fp32, rows of C and D side by side. D may be C.
template <class T>
void MatmulAdd(const Context& context, int64_t m, const T* a, int64_t lda, const PackedMatrix<T>& b,
               const float* d, float* c);

/// C [M, N] = A^T B, or C += A^T B, with A [K, M] (row stride lda), B [K, N] (row stride ldb), C
/// row stride ldc. K > 0. The weight gradient: A = dy [tokens, out], B = x [tokens, in], C = dW
/// [out, in].
template <class T>
void MatmulTransposedA(const Context& context, int64_t m, int64_t n, int64_t k, const T* a,
                       int64_t lda, const T* b, int64_t ldb, float* c, int64_t ldc,
                       bool accumulate = false);

/// Bytes that the calling thread keeps for the next call: the left operand's share of Matmul and
/// MatmulTransposedA (m rows of C, k deep), and the right operand's of MatmulTransposedA (n
/// columns).
template <class T>
int64_t LeftScratchBytes(int64_t m, int64_t k, bool transposed);
template <class T>
int64_t RightScratchBytes(int64_t n, int64_t k);

}  // namespace cria::kernels
