// What one instruction set offers to products with block-quantised weights. Knows no threads and no
// dispatch. Files behind this contract are compiled for their instruction set; they use nothing
// inline from the standard library, since the linker might pick that copy for the whole program.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace cria::kernels::internal {

/// The types in the order of DType from Q4_0 on.
constexpr int kBlockTypes = 10;
/// Elements that are unpacked at a time: the block of the K types, 8 blocks of the others.
constexpr int64_t kSuperBlock = 256;
/// Elements of x that share a scale.
constexpr int64_t kQuantGroup = 32;

/// Columns of a panel of bf16 pairs: kPanelColumns of matmul_unit.h.
constexpr int kWidenColumns = 32;

/// out [rows, columns] = x W^T for a few rows of W (columns of the result).
struct BlockSweep {
  int64_t rows, columns, k;
  const uint8_t* weights;  ///< row r of W at weights + r * weight_stride
  int64_t weight_stride;   ///< bytes
  const uint8_t* packed;   ///< instead, if not null: `lanes` rows after BlockKernels::pack
  int64_t packed_stride;   ///< bytes from `lanes` rows to the next
  const int8_t* x;         ///< [rows, k]
  const float* scale;      ///< [rows, k / 32]
  const uint32_t* bias;    ///< [rows, k / group]: what a group adds beside its products; BlockUnit
  // The same rows in sixteens (C = rows / 16, rounded up), padded with zeros: what a BlockTileSweep
  // reads instead of x, scale and bias; null for the others.
  const int8_t* x_tiles;     ///< [C][k / 32][16][32]
  const float* scale_tiles;  ///< [C][k / 32][16]
  const float* bias_tiles;   ///< [C][k / group][16]; null where the type has an offset
  float* out;                ///< [rows, out_stride], all lanes of the columns are written
  int64_t out_stride;
  uint8_t* scratch;  ///< PanelBytes(k) of memory, for `panel` only; 64-byte aligned
};

struct BlockKernels {
  /// Elements that share a scale: 16 or 32.
  int group;
  /// > 0: weights are d (u - offset) and `bias` holds int32 -offset * sum(q). 0: weights are d u +
  /// m and `bias` holds float scale * sum(q).
  int offset;
  /// Bytes of a packed super-block per row.
  int packed_bytes;
  /// Any rows, columns <= lanes: unpacks in registers, again for every few rows.
  void (*fused)(const BlockSweep&);
  /// Any rows, columns <= 2 lanes: unpacks the columns once into scratch.
  void (*panel)(const BlockSweep&);
  /// rows <= lanes of W [rows, k], `stride` bytes apart, to packed_bytes * lanes per super-block.
  void (*pack)(const uint8_t* weights, int64_t stride, int64_t rows, int64_t k, uint8_t* to);
  /// The same rows, or packed ones, as bf16 pairs: pair i of row r to to[i * kWidenColumns + r]. k
  /// elements, whole blocks; the memory of `lanes` rows is written. Null where no unit wants it.
  void (*widen)(const uint8_t* weights, int64_t stride, int64_t rows, const uint8_t* packed,
                int64_t k, uint32_t* to);
};

/// Any rows, columns <= 2 lanes; the bits of `fused`.
using BlockTileSweep = void (*)(const BlockSweep&);

struct BlockUnit {
  int lanes;       ///< rows of W that are read side by side
  int fused_rows;  ///< up to so many rows of x `fused` is the faster one
  BlockKernels kernels[kBlockTypes];
  /// 32 values -> q, scale, two sums; `n` blocks. `halves`: BF16 values.
  void (*quantize)(const void* x, bool halves, int64_t n, int8_t* q, float* scale, int32_t* sums);
  /// Rows of sums rounded to bf16 (the rule of cria::BF16).
  void (*round)(const float* from, int64_t stride, int64_t rows, int64_t columns, uint16_t* to,
                int64_t to_stride);
  const BlockTileSweep* tile_sweeps = nullptr;  ///< null without tile registers
};

/// By type. `fused` serves one row, these serve more.
extern const BlockTileSweep kAmxBlockSweeps[kBlockTypes];
extern const BlockUnit kAvx512Vnni, kAvx2Blocks, kPortableBlocks;

/// Bytes of scratch memory of `panel`: unpacked integers, scales and minimums of 2 lanes columns.
constexpr int64_t PanelBytes(int64_t k, int64_t lanes) {
  const int64_t blocks = (k + 31) / 32;
  return blocks * 2 * lanes * (32 + 4 * 2 + 4 * 2);
}

}  // namespace cria::kernels::internal
