// The tile hardware behind matmul_amx-inl.h. Instructions through inline assembly, since the number
// of a tile register must stand in the instruction.
#if defined(__x86_64__)
#include "kernels/cpu/matmul_amx-inl.h"

namespace cria::kernels::internal {
namespace {

struct HardwareTiles {
  /// Palette 1, eight tiles of 16 rows by 64 bytes (Intel SDM, LDTILECFG).
  struct Config {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  };
  static void Begin() {
    alignas(64) static constexpr Config kConfig;
    asm volatile("ldtilecfg %0" ::"m"(kConfig));
  }
  /// Tile state left in use makes every context switch save 8 KB.
  static void End() { asm volatile("tilerelease" ::: "memory"); }
  template <int kTile>
  static CRIA_INLINE void Zero() {
    asm volatile("tilezero %%tmm%c0" ::"i"(kTile));
  }
  template <int kTile>
  static CRIA_INLINE void Load(const void* from, int64_t stride_bytes) {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride_bytes), "i"(kTile)
                 : "memory");
  }
  /// The same for what passes through: it does not push the slice out of L1.
  template <int kTile>
  static CRIA_INLINE void LoadOnce(const void* from, int64_t stride_bytes) {
    asm volatile("tileloaddt1 (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride_bytes), "i"(kTile)
                 : "memory");
  }
  template <int kTile>
  static CRIA_INLINE void Store(void* to, int64_t stride_bytes) {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(stride_bytes), "i"(kTile)
                 : "memory");
  }
  template <int kSum, int kLeft, int kRight>
  static CRIA_INLINE void MulAdd() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(kSum), "i"(kLeft), "i"(kRight));
  }
  /// To L2, from beyond it.
  static CRIA_INLINE void FetchAhead(const char* p) {
    for (int64_t i = 0; i < kAheadBytes; i += 64) _mm_prefetch(p + i, _MM_HINT_T1);
  }
  /// 16 steps of a panel, 2 KB, from memory: few rows wait for nothing else.
  static CRIA_INLINE void Prefetch(const uint32_t* p) {
    for (int i = 0; i < kTileUnits * kPanelColumns; i += 16) _mm_prefetch(p + i, _MM_HINT_T1);
  }
};

}  // namespace

const MatmulUnit kAmxBf16 = MakeAmxUnit<HardwareTiles>();

}  // namespace cria::kernels::internal
#endif
