// Choice of the instruction set for products with quantised weights; tests name one.
#pragma once

#include "base/cpu.h"
#include "kernels/block_matmul.h"
#include "kernels/cpu/block_unit.h"

namespace cria::kernels::internal {

/// AVX-512 VNNI comes with every processor that has AVX-512 BF16; before it AVX2 serves.
const BlockUnit& BlockUnitFor(Isa isa);

/// The kernels of a unit for a type. CHECKs that it is a block type.
const BlockKernels& KernelsFor(const BlockUnit& unit, DType type);
/// Bytes of the packed weights of `lanes` rows.
int64_t PackedPanelBytes(const BlockUnit& unit, const BlockKernels& kernels, int64_t k);

template <class C>
void BlockMatmulWith(const BlockUnit& unit, const Context& context, const QuantizedRows& x,
                     std::span<const BlockMatrix> parts, C* c, int64_t ldc, bool accumulate);

}  // namespace cria::kernels::internal
