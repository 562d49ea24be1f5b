// Products with block-quantised weights as GGUF stores them: y = x W^T without unpacking W in
// memory. The left operand is rounded to 8-bit integers in blocks of 32; products inside a block
// are exact integers, blocks are added in order of k in fp32. An element's bits depend on its row
// of x and its row of W alone: not on threads, nor on the other rows.
#pragma once

#include <cstdint>
#include <span>

#include "base/context.h"
#include "tensor/buffer.h"
#include "tensor/dtype.h"

namespace cria::kernels {

inline constexpr int64_t kQuantBlock = 32;

/// Rows x [m, k] as d * q: q in [-127, 127], d = max|x| / 127 of each block of 32. k is a multiple
/// of 32. Memory grows to the largest operand held.
class QuantizedRows {
 public:
  /// x T [m, k] with rows `stride` apart; T is float or BF16.
  template <class T>
  void Set(const Context& context, int64_t m, int64_t k, const T* x, int64_t stride);

  int64_t m() const { return m_; }
  int64_t k() const { return k_; }
  const int8_t* q() const { return q_.data(); }         ///< [m, k]
  const float* scale() const { return scale_.data(); }  ///< [m, k / 32]
  const int32_t* sums() const { return sums_.data(); }  ///< [m, k / 16] sums of q over 16

 private:
  int64_t m_ = 0, k_ = 0;
  Buffer<int8_t> q_;
  Buffer<float> scale_;
  Buffer<int32_t> sums_;
};

/// W [n, k] row-major in blocks of `type` (tensor/quant_block.h). Never owns.
struct BlockMatrix {
  DType type = DType::kQ8_0;
  const uint8_t* data = nullptr;
  int64_t n = 0, k = 0;
  const uint8_t* packed =
      nullptr;  ///< the same in the order of PackBlocks; then `data` is not read
};

/// Bytes of a matrix after PackBlocks: up to 1 % more than before, and whole panels.
int64_t PackedBlockBytes(const BlockMatrix& matrix);
/// Rearranges W so that this machine's products read it as one stream, which its memory serves
/// faster; results keep their bits. `to`: PackedBlockBytes, 64-byte aligned.
void PackBlocks(const Context& context, const BlockMatrix& matrix, uint8_t* to);

/// C [m, sum of n] = x W^T (or += with `accumulate`, float C only), the parts' columns side by
/// side. C is float or BF16, rows ldc apart.
template <class C>
void BlockMatmul(const Context& context, const QuantizedRows& x, std::span<const BlockMatrix> parts,
                 C* c, int64_t ldc, bool accumulate = false);

/// Whether this machine multiplies many rows faster in bf16 than in 8-bit integers (tile
/// registers).
bool HasWideBlockMatmul();
/// C = x W^T or += as BlockMatmul, but with W unpacked to bf16 (each weight rounded once) and x
/// bf16, summed over k in one chain in fp32: for the rows of prompts. Only if HasWideBlockMatmul().
/// An element's bits depend on its row of x and its row of W alone; they are not BlockMatmul's.
template <class C>
void WideBlockMatmul(const Context& context, int64_t m, const BF16* x, int64_t x_stride,
                     std::span<const BlockMatrix> parts, C* c, int64_t ldc,
                     bool accumulate = false);

}  // namespace cria::kernels
