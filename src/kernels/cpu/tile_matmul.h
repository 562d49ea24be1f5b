// Products on tile registers, for many rows: the left operand is rearranged once and shared by all
// tasks, a task owns a group of panels and passes them over all rows while they lie in L2. Panels
// may be packed weights or unpacked for the moment.
#pragma once

#include "kernels/cpu/matmul_blocks.h"

namespace cria::kernels::internal {

/// The panels of a right operand [k, n]: stored, or made when they are wanted.
class PanelSource {
 public:
  virtual ~PanelSource() = default;
  /// Where panels from `panel` on lie over block `block` of the steps, one behind the other; null:
  /// they are to be made.
  virtual const uint32_t* Stored(int64_t block, int64_t panel) const = 0;
  /// Makes `count` of them (count * steps * kPanelColumns units).
  virtual void Make(int64_t block, int64_t panel, int64_t count, uint32_t* to) const = 0;
};

/// Panels of [k, n] that lie packed in memory: blocks of steps one behind the other, all panels in
/// each.
class PackedPanels : public PanelSource {
 public:
  PackedPanels(const StepBlocks& blocks, int64_t n, const uint32_t* units)
      : blocks_(blocks), panels_((n + kPanelColumns - 1) / kPanelColumns), units_(units) {}
  const uint32_t* Stored(int64_t block, int64_t panel) const override {
    return units_ + blocks_.PanelOffset(block, panel, panels_);
  }
  void Make(int64_t block, int64_t panel, int64_t count, uint32_t* to) const override;

 private:
  const StepBlocks& blocks_;
  int64_t panels_;
  const uint32_t* units_;
};

/// Steps of a block: a slice of 32 rows is 32 KB (AMX processors have 48 KB of L1).
constexpr int64_t kTileBlockSteps = 256;
/// Rows that are multiplied one chunk behind the other: their sums with the columns of a task stay
/// in L2.
constexpr int64_t kTileChunkRows = 768;
/// At least this many rows make TileMatmul worth while; fewer are bound by memory.
constexpr int64_t kTileMatmulRows = 33;

/// C = A B or C += A B, as MatmulWith: the same chains of additions, so the same bits, for blocks
/// of any size. `job.b` is not read, `job.a_transposed` is heeded. No += into bf16.
void TileMatmul(const MatmulUnit& unit, const Context& context, const MatmulJob& job,
                const StepBlocks& blocks, const PanelSource& source);

/// C = A^T B or C += A^T B, as MatmulTransposedAWith: the right operand is rearranged
/// once, the left one once per part of the columns whose panels take 16 MB.
void TileTransposedMatmul(const MatmulUnit& unit, const Context& context, const MatmulJob& job);
/// Units of memory that both keep on the calling thread for the left operand, m rows and k deep;
/// and the second for n columns of the right one.
int64_t TileLeftUnits(const MatmulUnit& unit, int64_t m, int64_t k, bool transposed);
int64_t TileRightUnits(const MatmulUnit& unit, int64_t n, int64_t k);

}  // namespace cria::kernels::internal
