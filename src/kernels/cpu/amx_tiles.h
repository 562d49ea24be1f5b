// The tile registers of AMX: eight of up to 16 rows by 64 bytes. Instructions through inline
// assembly, since the number of a tile register must stand in the instruction. Templates that take
// `Tiles` run on this or on the emulation in amx_emulated_tiles.h.
#pragma once

#include <immintrin.h>

#include "kernels/cpu/always_inline.h"
#include "kernels/cpu/amx_shapes.h"

namespace cria::kernels::internal {
namespace {

struct HardwareTiles {
  static void Begin() {
    alignas(64) static constexpr TileShapes kWhole;
    Begin(kWhole);
  }
  /// All tiles are zero afterwards.
  static void Begin(const TileShapes& shapes) { asm volatile("ldtilecfg %0" ::"m"(shapes)); }
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
  /// 32 sums, to L1.
  static CRIA_INLINE void FetchRow(const float* p) {
    _mm_prefetch(p, _MM_HINT_T0), _mm_prefetch(p + 16, _MM_HINT_T0);
  }
  /// 16 steps of a panel, 2 KB, from memory: few rows wait for nothing else.
  static CRIA_INLINE void Prefetch(const uint32_t* p) {
    for (int i = 0; i < 512; i += 16) _mm_prefetch(p + i, _MM_HINT_T1);
  }
};

}  // namespace
}  // namespace cria::kernels::internal
