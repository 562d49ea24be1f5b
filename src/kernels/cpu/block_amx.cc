// Quantised products of several rows with 8-bit tiles (AMX INT8): a group of 16 rows of W, unpacked
// as elsewhere, is the right operand of one tile product whose exact integers are then scaled and
// added in the same order with the same roundings as one row's are (block_sweep-inl.h).
#if defined(__x86_64__)
#include "kernels/cpu/block_simd512-inl.h"
// (Simd comes first.)
#include "kernels/cpu/block_decode-inl.h"

namespace cria::kernels::internal {
namespace {

typedef uint8_t Bytes __attribute__((vector_size(64)));

/// Palette 1 (Intel SDM, LDTILECFG). Tiles 0-3: sums [rows][16]; 4, 5: x [rows][group]; 6, 7:
/// weights [group / 4][16][4].
struct TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t bytes[16] = {};
  uint8_t rows[16] = {};

  TileConfig(int x_rows, int group) {
    for (int t = 0; t < 8; ++t) {
      bytes[t] = static_cast<uint16_t>(t == 4 || t == 5 ? group : 64);
      rows[t] = static_cast<uint8_t>(t < 6 ? x_rows : group / 4);
    }
  }
};

/// One product on tiles of its own, so that four are under way. Weights are signed, or not.
template <int kSum, int kLeft, int kRight, bool kSigned>
CRIA_INLINE void TileProduct(const int8_t* x, const uint8_t* w, int32_t* sums) {
  constexpr int64_t kXStride = kQuantGroup, kStride = 64;
  asm volatile(
      "tilezero %%tmm%c0\n\ttileloadd (%3,%4,1), %%tmm%c1\n\ttileloadd (%5,%6,1), %%tmm%c2" ::"i"(
          kSum),
      "i"(kLeft), "i"(kRight), "r"(x), "r"(kXStride), "r"(w), "r"(kStride)
      : "memory");
  if constexpr (kSigned) {
    asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(kSum), "i"(kLeft), "i"(kRight));
  } else {
    asm volatile("tdpbsud %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(kSum), "i"(kLeft), "i"(kRight));
  }
  asm volatile("tilestored %%tmm%c0, (%1,%2,1)" ::"i"(kSum), "r"(sums), "r"(kStride) : "memory");
}

template <bool kSigned>
CRIA_INLINE void TileProductAt(int slot, const int8_t* x, const uint8_t* w, int32_t* sums) {
  switch (slot % 4) {
    case 0:
      return TileProduct<0, 4, 6, kSigned>(x, w, sums);
    case 1:
      return TileProduct<1, 5, 7, kSigned>(x, w, sums);
    case 2:
      return TileProduct<2, 4, 6, kSigned>(x, w, sums);
    default:
      return TileProduct<3, 5, 7, kSigned>(x, w, sums);
  }
}

/// What a super-block leaves in memory between the unpacking, the tiles and the sums.
template <class T, int R>
struct alignas(64) SuperBlock {
  static constexpr int kGroups = kSuperBlock / T::kGroup;
  uint8_t weights[kGroups][T::kGroup / 4][64];
  int32_t sums[kGroups][R][16];
  F scale[kGroups], add[kGroups];

  /// Groups of block `b`: signed weights where the type has an offset.
  CRIA_INLINE void Put(int b, const Unpacked& w) {
    constexpr int kPer = 32 / T::kGroup, kQuads = T::kGroup / 4;
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) {
      const Bytes u = (Bytes)w.u[j] - (Bytes{} + static_cast<uint8_t>(T::kOffset));
      __builtin_memcpy(weights[b * kPer + j / kQuads][j % kQuads], &u, sizeof(u));
    }
#pragma GCC unroll 2
    for (int g = 0; g < kPer; ++g) {
      scale[b * kPer + g] = w.scale[g];
      if constexpr (T::kOffset == 0) add[b * kPer + g] = w.add[g];
    }
  }
};

/// Up to R rows of x (the tile is padded with zeros) and 16 columns.
template <class T, int R>
void TileRows(const BlockSweep& s, const PanelRows& panel, int64_t first_row, int64_t rows,
              float* out) {
  using Block = SuperBlock<T, R>;
  constexpr int kPer = 32 / T::kGroup;
  const int64_t blocks = s.k / 32;
  const TileConfig config(R, T::kGroup);
  asm volatile("ldtilecfg %0" ::"m"(config));
  const int8_t* tiles = s.x_tiles + first_row * s.k;
  const float* scales[R];
  const uint32_t* biases[R];
  for (int r = 0; r < R; ++r) {
    const int64_t row = first_row + (r < rows ? r : 0);  // padding repeats a row, unread
    scales[r] = s.scale + row * blocks;
    biases[r] = s.bias + row * blocks * kPer;
  }
  F acc[R] = {};
  Block block;
  ForSuperBlocks<T>(
      panel, s.k, [&](int64_t first, int64_t count, const U* words) __attribute__((always_inline)) {
        T type;
        type.Begin(words);
        Ahead<T>(panel, words, 0, 8);
#pragma GCC unroll 8
        for (int b = 0; b < 8; ++b) {
          if (b >= count) break;
          Unpacked unpacked;
          type.Get(words, b, &unpacked);
          block.Put(b, unpacked);
#pragma GCC unroll 2
          for (int g = b * kPer; g < (b + 1) * kPer; ++g) {
            // [k / 32][16 rows][32]: a group of 16 is half of each 32.
            const int8_t* x = tiles + (first + b) * 16 * 32 + g % kPer * T::kGroup;
            TileProductAt<T::kOffset != 0>(g, x, block.weights[g][0], block.sums[g][0]);
          }
        }
        for (int64_t g = 0; g < count * kPer; ++g) {
          const int64_t b = first + g / kPer;
#pragma GCC unroll 16
          for (int r = 0; r < R; ++r) {
            I dot;
            __builtin_memcpy(&dot, block.sums[g][r], sizeof(dot));
            const float x_scale = scales[r][b];
            acc[r] = Simd::MulAdd(Simd::ToFloat(dot), block.scale[g] * (F{} + x_scale), acc[r]);
            if constexpr (T::kOffset == 0) {
              const float bias = __builtin_bit_cast(float, biases[r][first * kPer + g]);
              acc[r] = Simd::MulAdd(block.add[g], F{} + bias, acc[r]);
            }
          }
        }
      });
  asm volatile("tilerelease" ::: "memory");
  for (int64_t r = 0; r < rows; ++r) __builtin_memcpy(out + r * s.out_stride, &acc[r], sizeof(F));
}

/// BlockUnit::few_rows: any rows, columns <= 2 lanes.
template <class T>
void Sweep(const BlockSweep& s) {
  for (int64_t c = 0; c < s.columns; c += Simd::kLanes) {
    const int64_t lanes = s.columns - c < Simd::kLanes ? s.columns - c : Simd::kLanes;
    const uint8_t* packed =
        s.packed == nullptr ? nullptr : s.packed + c / Simd::kLanes * s.packed_stride;
    const PanelRows panel = {s.weights + c * s.weight_stride, s.weight_stride, lanes,
                             reinterpret_cast<const U*>(packed)};
    for (int64_t row = 0; row < s.rows; row += 16) {
      const int64_t rows = s.rows - row < 16 ? s.rows - row : 16;
      float* out = s.out + row * s.out_stride + c;
      if (rows > 8) {
        TileRows<T, 16>(s, panel, row, rows, out);
      } else if (rows > 4) {
        TileRows<T, 8>(s, panel, row, rows, out);
      } else {
        TileRows<T, 4>(s, panel, row, rows, out);
      }
    }
  }
}

}  // namespace

const BlockTileSweep kAmxBlockSweeps[kBlockTypes] = {
    Sweep<Q4_0>, Sweep<Q4_1>, Sweep<Q5_0>, Sweep<Q5_1>, Sweep<Q8_0>,
    Sweep<Q2_K>, Sweep<Q3_K>, Sweep<Q4_K>, Sweep<Q5_K>, Sweep<Q6_K>};

}  // namespace cria::kernels::internal
#endif
