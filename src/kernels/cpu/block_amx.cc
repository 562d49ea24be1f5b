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

/// Up to R rows of x (the tiles are padded with zeros) times 16 columns, in three stages over
/// super-blocks: while one is unpacked, the one before it is multiplied and the one before that is
/// added to the sums. What a stage reads from memory has left the store queue by then; tiles cannot
/// take it from there.
template <class T, int R>
class TileRows {
 public:
  TileRows(const BlockSweep& s, const PanelRows& panel, int64_t first_row, int64_t rows)
      : panel_(panel), k_(s.k), x_tiles_(s.x_tiles + first_row * s.k) {
    const int64_t blocks = s.k / kQuantGroup;
    for (int r = 0; r < R; ++r) {
      const int64_t row = first_row + (r < rows ? r : 0);  // padding repeats a row, unread
      x_scale_[r] = s.scale + row * blocks;
      bias_[r] = s.bias + row * blocks * kPer;
    }
  }

  void Run(int64_t rows, float* out, int64_t out_stride) {
    const TileConfig config(R, T::kGroup);
    asm volatile("ldtilecfg %0" ::"m"(config));
    int64_t supers = 0;
    ForSuperBlocks<T>(
        panel_, k_, [&](int64_t, int64_t count, const U* words) __attribute__((always_inline)) {
          Unpack(supers, count, words);
          if (supers >= 1) Multiply(supers - 1);
          if (supers >= 2) Add(supers - 2);
          ++supers;
        });
    Multiply(supers - 1);
    if (supers >= 2) Add(supers - 2);
    Add(supers - 1);
    asm volatile("tilerelease" ::: "memory");
    for (int64_t r = 0; r < rows; ++r) __builtin_memcpy(out + r * out_stride, &acc_[r], sizeof(F));
  }

 private:
  static constexpr int kPer = 32 / T::kGroup, kQuads = T::kGroup / 4, kGroups = 8 * kPer;

  /// Signed weights where the type has an offset.
  CRIA_INLINE void Unpack(int64_t super, int64_t count, const U* words) {
    Stage& stage = stages_[super % 3];
    stage.groups = count * kPer;
    uint8_t* weights = weights_[super % 2];
    T type;
    type.Begin(words);
#pragma GCC unroll 8
    for (int b = 0; b < 8; ++b) {
      if (b >= count) break;
      Ahead<T>(panel_, words, b, b + 1);
      Unpacked w;
      type.Get(words, b, &w);
#pragma GCC unroll 8
      for (int j = 0; j < 8; ++j) {
        const Bytes u = (Bytes)w.u[j] - (Bytes{} + static_cast<uint8_t>(T::kOffset));
        __builtin_memcpy(weights + (8 * b + j) * 64, &u, sizeof(u));
      }
#pragma GCC unroll 2
      for (int g = 0; g < kPer; ++g) {
        stage.scale[b * kPer + g] = w.scale[g];
        if constexpr (T::kOffset == 0) stage.add[b * kPer + g] = w.add[g];
      }
    }
  }

  CRIA_INLINE void Multiply(int64_t super) {
    const int64_t groups = stages_[super % 3].groups;
    const int8_t* x = x_tiles_ + super * kSuperBlock * 16;
#pragma GCC unroll 16
    for (int g = 0; g < kGroups; ++g) {
      if (g >= groups) break;
      // [k / 32][16 rows][32]: a group of 16 is half of each 32.
      TileProductAt<T::kOffset != 0>(g, x + g / kPer * 16 * kQuantGroup + g % kPer * T::kGroup,
                                     weights_[super % 2] + g * kQuads * 64, sums_[super % 2][g][0]);
    }
  }

  CRIA_INLINE void Add(int64_t super) {
    const Stage& stage = stages_[super % 3];
    F acc[R];
    __builtin_memcpy(acc, acc_, sizeof(acc));
    for (int64_t g = 0; g < stage.groups; ++g) {
      const int64_t at = super * kGroups + g;
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) {
        I dot;
        __builtin_memcpy(&dot, sums_[super % 2][g][r], sizeof(dot));
        acc[r] = Simd::MulAdd(Simd::ToFloat(dot), stage.scale[g] * (F{} + x_scale_[r][at / kPer]),
                              acc[r]);
        if constexpr (T::kOffset == 0) {
          const float bias = __builtin_bit_cast(float, bias_[r][at]);
          acc[r] = Simd::MulAdd(stage.add[g], F{} + bias, acc[r]);
        }
      }
    }
    __builtin_memcpy(acc_, acc, sizeof(acc));
  }

  struct Stage {
    F scale[kGroups], add[kGroups];
    int64_t groups;
  };

  PanelRows panel_;
  int64_t k_;
  const int8_t* x_tiles_;
  const float* x_scale_[R];
  const uint32_t* bias_[R];
  alignas(64) uint8_t weights_[2][kSuperBlock * 16];
  alignas(64) int32_t sums_[2][kGroups][R][16];
  Stage stages_[3];
  F acc_[R] = {};
};

/// A BlockTileSweep.
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
        TileRows<T, 16>(s, panel, row, rows).Run(rows, out, s.out_stride);
      } else if (rows > 4) {
        TileRows<T, 8>(s, panel, row, rows).Run(rows, out, s.out_stride);
      } else {
        TileRows<T, 4>(s, panel, row, rows).Run(rows, out, s.out_stride);
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
