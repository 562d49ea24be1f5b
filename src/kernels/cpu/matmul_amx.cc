// matmul_amx-inl.h on the tile hardware.
#if defined(__x86_64__)
#include "kernels/cpu/amx_tiles.h"
#include "kernels/cpu/matmul_amx-inl.h"

namespace cria::kernels::internal {

const MatmulUnit kAmxBf16 = MakeAmxUnit<HardwareTiles>();

}  // namespace cria::kernels::internal
#endif
