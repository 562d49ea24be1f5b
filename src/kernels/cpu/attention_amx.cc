// attention_amx-inl.h on the tile hardware.
#if defined(__x86_64__)
#include "kernels/cpu/amx_tiles.h"
#include "kernels/cpu/attention_amx-inl.h"

namespace cria::kernels {

void TileProduct(const BlockProduct<BF16>& x) { AmxProduct<internal::HardwareTiles>(x); }

}  // namespace cria::kernels
#endif
