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

/// Steps of a block: a slice of 32 rows is 32 KB (AMX processors have 48 KB of L1).
constexpr int64_t kTileBlockSteps = 256;
/// Rows that are multiplied one chunk behind the other: their sums with the columns of a task stay
/// in L2.
constexpr int64_t kTileChunkRows = 512;
/// At least this many rows make TileMatmul worth while; fewer are bound by memory.
constexpr int64_t kTileMatmulRows = 33;

/// C = A B or C += A B, as MatmulWith: the same chains of additions, so the same bits, for blocks
/// of any size. `job.b` is not read. No += into bf16.
void TileMatmul(const MatmulUnit& unit, const Context& context, const MatmulJob& job,
                const StepBlocks& blocks, const PanelSource& source);

}  // namespace cria::kernels::internal
