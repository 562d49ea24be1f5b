// Blocking and threads of the matrix products, over any MatmulUnit. The public functions choose the
// unit; tests run all of them through this interface.
#pragma once

#include <functional>

#include "base/context.h"
#include "base/cpu.h"
#include "kernels/cpu/matmul_unit.h"

namespace cria::kernels::internal {

/// The unit of an instruction set for float or bf16 operands.
const MatmulUnit& UnitFor(Isa isa, bool bf16);

/// The steps of K in blocks of equal size, at most `max_steps`; the last may be shorter. A property
/// of K and the unit alone: the layout of packed panels follows it.
struct StepBlocks {
  int64_t k, steps, block_steps, count;
  int k_per_step;

  StepBlocks(const MatmulUnit& unit, int64_t k, int64_t max_steps);
  int64_t Steps(int64_t block) const {
    const int64_t left = steps - block * block_steps;
    return left < block_steps ? left : block_steps;
  }
  /// Where one of `panels` packed panels lies: blocks one behind the other, all panels in each.
  int64_t PanelOffset(int64_t block, int64_t panel, int64_t panels) const {
    return (block * block_steps * panels + panel * Steps(block)) * kPanelColumns;
  }
  int64_t FirstK(int64_t block) const { return block * block_steps * k_per_step; }
  /// Elements of K in a block, without the padding.
  int64_t Depth(int64_t block) const {
    const int64_t all = Steps(block) * k_per_step, left = k - FirstK(block);
    return left < all ? left : all;
  }
};

/// Units of a packed [k, n]: blocks of steps one behind the other, panels in each, so that what one
/// task reads of a block is contiguous and falls on all sets of a cache.
int64_t PackedUnits(const MatmulUnit& unit, int64_t k, int64_t n);

void PackWith(const MatmulUnit& unit, const Context& context, const float* from, int64_t k,
              int64_t n, int64_t k_stride, int64_t n_stride, uint32_t* packed);

/// The same layout from rows of W [n, k] that `read(first, rows, to)` writes.
void PackRowsWith(const MatmulUnit& unit, const Context& context,
                  const std::function<void(int64_t, int64_t, float*)>& read, int64_t k, int64_t n,
                  uint32_t* packed);

struct MatmulJob {
  int64_t m = 0, n = 0, k = 0;
  const void* a = nullptr;  ///< [m, k], or [k, m] if it is transposed
  int64_t lda = 0;
  const void* b = nullptr;  ///< packed units, or [k, n] for the transposed product
  int64_t ldb = 0;          ///< transposed product only
  void* c = nullptr;
  int64_t ldc = 0;
  bool bf16_result = false;
  bool accumulate = false;
  bool a_transposed = false;
};

void MatmulWith(const MatmulUnit& unit, const Context& context, const MatmulJob& job);
/// C = A^T B, or C += A^T B. k > 0.
void MatmulTransposedAWith(const MatmulUnit& unit, const Context& context, const MatmulJob& job);

}  // namespace cria::kernels::internal
