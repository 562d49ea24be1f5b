// Products on tile registers, for many rows: the left operand is rearranged once and shared by all
// tasks, a task owns a group of panels and passes them over all rows while they lie in L2. Panels
// may be packed weights or unpacked for the moment.
#pragma once

#include "kernels/cpu/matmul_blocks.h"

namespace cria::kernels::internal {

/// The panels of a right operand [k, n].
class PanelSource {
 public:
  virtual ~PanelSource() = default;
  /// Panels [panel, panel + count) over block `block` of the steps, one behind the other, either in
  /// memory of their own or written to `scratch` (count * steps * kPanelColumns units).
  virtual const uint32_t* Panels(int64_t block, int64_t panel, int64_t count,
                                 uint32_t* scratch) const = 0;
};

/// Steps of a block: a slice of 32 rows is 32 KB (AMX processors have 48 KB of L1).
constexpr int64_t kTileBlockSteps = 256;
/// At least this many rows make TileMatmul worth while; fewer are bound by memory.
constexpr int64_t kTileMatmulRows = 33;

/// C = A B or C += A B, as MatmulWith: the same chains of additions, so the same bits, for blocks
/// of any size. `job.b` is not read.
void TileMatmul(const MatmulUnit& unit, const Context& context, const MatmulJob& job,
                const StepBlocks& blocks, const PanelSource& source);

}  // namespace cria::kernels::internal
