// The matrix products on emulated tile registers, so that the logic around them is tested on any
// AVX-512 machine.
#if defined(__x86_64__)
#include "kernels/cpu/amx_emulated_tiles.h"
#include "kernels/cpu/matmul_amx-inl.h"

namespace cria::kernels::internal {

extern const MatmulUnit kEmulatedAmxBf16;
const MatmulUnit kEmulatedAmxBf16 = MakeAmxUnit<EmulatedTiles>();

}  // namespace cria::kernels::internal
#endif
