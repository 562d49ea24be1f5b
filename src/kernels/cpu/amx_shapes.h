// What AMX code knows of its tile registers beside the instructions.
#pragma once

#include <stdint.h>

namespace cria::kernels::internal {

constexpr int kTileRows = 16;
constexpr int kTileUnits = 16;  ///< 32-bit units of a tile's row

/// Palette 1 of LDTILECFG (Intel SDM). By default eight whole tiles.
struct alignas(64) TileShapes {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

}  // namespace cria::kernels::internal
