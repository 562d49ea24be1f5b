// The tile registers of AMX in scalar code, so that the logic around them is tested on any AVX-512
// machine. Semantics as in the Intel SDM (TILELOADD, TDPBF16PS, TILESTORED), rounding of each step
// to nearest; denormals are not flushed.
#if defined(__x86_64__)
#include "kernels/cpu/matmul_amx-inl.h"

namespace cria::kernels::internal {

extern const MatmulUnit kEmulatedAmxBf16;

namespace {

struct EmulatedTiles {
  static thread_local uint32_t tile[8][kTileRows][kTileUnits];

  static void Begin() { __builtin_memset(tile, 0xFF, sizeof(tile)); }  // NaN where nobody loaded
  static void End() {}
  template <int kTile>
  static void Zero() {
    __builtin_memset(tile[kTile], 0, sizeof(tile[kTile]));
  }
  static void FetchAhead(const char*) {}
  template <int kTile>
  static void LoadOnce(const void* from, int64_t stride_bytes) {
    Load<kTile>(from, stride_bytes);
  }
  template <int kTile>
  static void Load(const void* from, int64_t stride_bytes) {
    const char* row = static_cast<const char*>(from);
    for (auto& r : tile[kTile]) __builtin_memcpy(r, row, sizeof(r)), row += stride_bytes;
  }
  template <int kTile>
  static void Store(void* to, int64_t stride_bytes) {
    char* row = static_cast<char*>(to);
    for (auto& r : tile[kTile]) __builtin_memcpy(row, r, sizeof(r)), row += stride_bytes;
  }
  static float Half(uint32_t unit, bool odd) {
    return __builtin_bit_cast(float, odd ? unit & 0xFFFF0000u : unit << 16);
  }
  template <int kSum, int kLeft, int kRight>
  static void MulAdd() {
    for (int m = 0; m < kTileRows; ++m) {
      for (int k = 0; k < kTileUnits; ++k) {
        for (int n = 0; n < kTileUnits; ++n) {
          const uint32_t a = tile[kLeft][m][k], b = tile[kRight][k][n];
          float sum = __builtin_bit_cast(float, tile[kSum][m][n]);
          sum += Half(a, false) * Half(b, false);
          sum += Half(a, true) * Half(b, true);
          tile[kSum][m][n] = __builtin_bit_cast(uint32_t, sum);
        }
      }
    }
  }
  static void Prefetch(const uint32_t*) {}
};

thread_local uint32_t EmulatedTiles::tile[8][kTileRows][kTileUnits];

}  // namespace

const MatmulUnit kEmulatedAmxBf16 = MakeAmxUnit<EmulatedTiles>();

}  // namespace cria::kernels::internal
#endif
