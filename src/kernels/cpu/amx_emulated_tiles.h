// The tile registers of AMX in scalar code, for tests. Semantics as in the Intel SDM (LDTILECFG,
// TILELOADD, TDPBF16PS, TILESTORED), rounding of each step to nearest; denormals are not flushed.
#pragma once

#include "kernels/cpu/amx_shapes.h"

namespace cria::kernels::internal {
namespace {

struct EmulatedTiles {
  static inline thread_local uint32_t tile[8][kTileRows][kTileUnits];
  static inline thread_local TileShapes shapes;

  static void Begin() { Begin(TileShapes()); }
  static void Begin(const TileShapes& given) {
    shapes = given;
    __builtin_memset(tile, 0xFF, sizeof(tile));  // NaN where nobody loaded
  }
  static void End() {}
  template <int kTile>
  static void Zero() {
    __builtin_memset(tile[kTile], 0, sizeof(tile[kTile]));
  }
  template <int kTile>
  static void Load(const void* from, int64_t stride_bytes) {
    const char* row = static_cast<const char*>(from);
    for (int r = 0; r < shapes.rows[kTile]; ++r, row += stride_bytes) {
      __builtin_memcpy(tile[kTile][r], row, shapes.bytes[kTile]);
    }
  }
  template <int kTile>
  static void LoadOnce(const void* from, int64_t stride_bytes) {
    Load<kTile>(from, stride_bytes);
  }
  template <int kTile>
  static void Store(void* to, int64_t stride_bytes) {
    char* row = static_cast<char*>(to);
    for (int r = 0; r < shapes.rows[kTile]; ++r, row += stride_bytes) {
      __builtin_memcpy(row, tile[kTile][r], shapes.bytes[kTile]);
    }
  }
  static float Half(uint32_t unit, bool odd) {
    return __builtin_bit_cast(float, odd ? unit & 0xFFFF0000u : unit << 16);
  }
  template <int kSum, int kLeft, int kRight>
  static void MulAdd() {
    for (int m = 0; m < shapes.rows[kSum]; ++m) {
      for (int n = 0; n < shapes.bytes[kSum] / 4; ++n) {
        float even = 0, odd = 0;
        for (int k = 0; k < shapes.bytes[kLeft] / 4; ++k) {
          const uint32_t a = tile[kLeft][m][k], b = tile[kRight][k][n];
          even += Half(a, false) * Half(b, false);
          odd += Half(a, true) * Half(b, true);
        }
        float sum = __builtin_bit_cast(float, tile[kSum][m][n]);
        sum += even + odd;
        tile[kSum][m][n] = __builtin_bit_cast(uint32_t, sum);
      }
    }
  }
  static void FetchRow(const float*) {}
  static void Prefetch(const uint32_t*) {}
};

}  // namespace
}  // namespace cria::kernels::internal
