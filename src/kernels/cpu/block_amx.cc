// Quantised products of several rows with 8-bit tiles (AMX INT8): a group of 16 rows of W, unpacked
// as elsewhere, is the right operand of one tile product whose exact integers are then scaled and
// added in the same order with the same roundings as one row's are (block_sweep-inl.h).
#if defined(__x86_64__)
#include "kernels/cpu/block_simd512-inl.h"
// (Simd comes first.)
#include "kernels/cpu/amx_tiles.h"
#include "kernels/cpu/block_decode-inl.h"

namespace cria::kernels::internal {
namespace {

/// Tiles 0-3: sums [rows][16]; 4, 5: x [rows][group]; 6, 7: weights [group / 4][16][4].
TileShapes ShapesFor(int x_rows, int group) {
  TileShapes shapes;
  for (int t = 0; t < 8; ++t) {
    if (t == 4 || t == 5) shapes.bytes[t] = static_cast<uint16_t>(group);
    shapes.rows[t] = static_cast<uint8_t>(t < 6 ? x_rows : group / 4);
  }
  return shapes;
}

/// One product on tiles of its own, so that four are under way. Weights are signed, or not.
template <int kSum, int kLeft, int kRight, bool kSigned>
CRIA_INLINE void Integers(const int8_t* x, const uint8_t* w, int32_t* sums) {
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
CRIA_INLINE void IntegersAt(int slot, const int8_t* x, const uint8_t* w, int32_t* sums) {
  switch (slot % 4) {
    case 0:
      return Integers<0, 4, 6, kSigned>(x, w, sums);
    case 1:
      return Integers<1, 5, 7, kSigned>(x, w, sums);
    case 2:
      return Integers<2, 4, 6, kSigned>(x, w, sums);
    default:
      return Integers<3, 5, 7, kSigned>(x, w, sums);
  }
}

/// Up to R rows of x times 16 columns. Blocks of 32 pass through three stages, kLag apart:
/// unpacked, multiplied, added to the sums; one of each stands side by side in the code, so that
/// tiles and vectors work at the same time. What a stage reads from memory has left the store queue
/// by then; tiles cannot take it from there.
template <class T, int R>
class TileRows {
 public:
  TileRows(const BlockSweep& s, const PanelRows& panel, int64_t first_row)
      : panel_(panel),
        k_(s.k),
        x_(s.x_tiles + first_row * s.k),
        x_scale_(s.scale_tiles + first_row * (s.k / kQuantGroup)),
        bias_(T::kOffset == 0 ? s.bias_tiles + first_row * (s.k / T::kGroup) : nullptr) {
    for (int b = 0; b < kSlots; ++b) from_[b] = weights_[b];
  }

  void Run(int64_t rows, float* out, int64_t out_stride) {
    HardwareTiles::Begin(ShapesFor(R, T::kGroup));
    F acc[R] = {};
    ForSuperBlocks<T>(
        panel_,
        k_, [&](int64_t first, int64_t count, const U* words) __attribute__((always_inline)) {
          T type;
          type.Begin(words);
#pragma GCC unroll 8
          for (int b = 0; b < kSlots; ++b) {
            if (b >= count) break;
            if (first > 0) Add(b, first + b - kSlots, acc);
            Unpack(type, b, words);
            if (first > 0 || b >= kLag) Multiply((b + kLag) % kSlots, first + b - kLag);
          }
        });
    const int64_t blocks = k_ / kQuantGroup;
    for (int64_t b = blocks; b < blocks + kSlots; ++b) {
      if (b >= kSlots) Add(static_cast<int>(b % kSlots), b - kSlots, acc);
      if (b >= kLag && b < blocks + kLag) Multiply(static_cast<int>((b + kLag) % kSlots), b - kLag);
    }
    HardwareTiles::End();
    for (int64_t r = 0; r < rows; ++r) __builtin_memcpy(out + r * out_stride, &acc[r], sizeof(F));
  }

 private:
  static constexpr int kPer = 32 / T::kGroup, kQuads = T::kGroup / 4;
  static constexpr bool kBytes = !T::kSmall;  ///< packed weights are signed bytes as they lie
  static constexpr int kSlots = 8, kLag = 4;  // blocks in memory, blocks between stages

  /// Signed weights where the type has an offset. kFactor is a power of two: scales take it over
  /// exactly.
  CRIA_INLINE void Unpack(const T& type, int b, const U* words) {
    Ahead<T>(panel_, words, b, b + 1);
    Unpacked w;
    type.GetSigned(words, b, &w);
    StoreWeights(b, words, w);
#pragma GCC unroll 2
    for (int g = 0; g < kPer; ++g) {
      scale_[b][g] = T::kFactor == 1 ? w.scale[g] : w.scale[g] * (F{} + 1 / T::kFactor);
      if constexpr (T::kOffset == 0) add_[b][g] = w.add[g];
    }
  }

  CRIA_INLINE void StoreWeights(int b, const U* words, const Unpacked& w) {
    if constexpr (kBytes) {
      if (panel_.packed != nullptr) {
        from_[b] = reinterpret_cast<const uint8_t*>(T::SignedBytes(words, b));
#pragma GCC unroll 8
        for (int j = 0; j < 8; ++j) __builtin_prefetch(from_[b] + 64 * j, 0, 3);
        return;
      }
    }
    __builtin_memcpy(weights_[b], w.u, sizeof(w.u));
  }

  CRIA_INLINE void Multiply(int slot, int64_t block) {
    const int8_t* x = x_ + block * 16 * kQuantGroup;
#pragma GCC unroll 2
    for (int g = 0; g < kPer; ++g) {
      IntegersAt<T::kOffset != 0>(slot * kPer + g, x + g * T::kGroup, from_[slot] + g * kQuads * 64,
                                  sums_[slot][g][0]);
    }
  }

  CRIA_INLINE void Add(int slot, int64_t block, F* acc) {
#pragma GCC unroll 2
    for (int g = 0; g < kPer; ++g) {
      const F scale = scale_[slot][g];
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) {
        I dot;
        __builtin_memcpy(&dot, sums_[slot][g][r], sizeof(dot));
        acc[r] =
            Simd::MulAdd(Simd::ToFloat(dot), scale * Simd::Same(x_scale_[16 * block + r]), acc[r]);
        if constexpr (T::kOffset == 0) {
          acc[r] =
              Simd::MulAdd(add_[slot][g], Simd::Same(bias_[16 * (kPer * block + g) + r]), acc[r]);
        }
      }
    }
  }

  PanelRows panel_;
  int64_t k_;
  const int8_t* x_;
  const float *x_scale_, *bias_;
  const uint8_t* from_[kSlots];  ///< what Multiply reads
  alignas(64) uint8_t weights_[kSlots][32 * 16];
  alignas(64) int32_t sums_[kSlots][kPer][R][16];
  F scale_[kSlots][kPer], add_[kSlots][kPer];
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
        TileRows<T, 16>(s, panel, row).Run(rows, out, s.out_stride);
      } else if (rows > 4) {
        TileRows<T, 8>(s, panel, row).Run(rows, out, s.out_stride);
      } else {
        TileRows<T, 4>(s, panel, row).Run(rows, out, s.out_stride);
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
