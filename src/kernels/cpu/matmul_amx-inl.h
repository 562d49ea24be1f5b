// Products of bf16 pairs with 8 tile registers of 16 rows by 64 bytes (AMX): 2 x 2 tiles of C stay
// in registers over a block of steps. `Tiles` is the tile hardware or its emulation; the logic
// around it is the same. Included with AVX-512 enabled, which every AMX processor has.
//
// A slice is [steps / 16][32 rows][16 units], so each tile of A is one contiguous kilobyte; a tile
// of B is 16 steps of half a panel.
#pragma once

#include "kernels/cpu/amx_shapes.h"
#include "kernels/cpu/matmul_avx512-inl.h"

namespace cria::kernels::internal {
namespace {

constexpr int kAmxSliceRows = 2 * kTileRows;
constexpr int kBlockUnits = kAmxSliceRows * kTileUnits;
constexpr int64_t kPanelStrideBytes = kPanelColumns * 4;
constexpr int64_t kTileStrideBytes = kTileUnits * 4;

inline void PackAmxRows(const void* a, int64_t lda, int rows, int64_t k, int64_t steps,
                        uint32_t* slice) {
  const auto* from = static_cast<const uint16_t*>(a);
  for (int64_t s = 0; s < steps; s += kTileUnits, slice += kBlockUnits) {
    for (int r = 0; r < kAmxSliceRows; ++r) {
      _mm512_storeu_si512(slice + r * kTileUnits,
                          r < rows ? PairLoader::AlongK(from + r * lda + 2 * s, k - 2 * s)
                                   : _mm512_setzero_si512());
    }
  }
}

/// Units of 16 columns over 16 steps, transposed into a tile of A.
inline void PackAmxTile(const uint16_t* from, int64_t lda, int64_t columns, int64_t k,
                        uint32_t* tile) {
  __m512i row[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    row[i] = PairLoader::Across(from + 2 * i * lda, lda, columns, k - 2 * i);
  }
  Transpose16(row);
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) _mm512_storeu_si512(tile + i * kTileUnits, row[i]);
}

inline void PackAmxTransposed(const void* a, int64_t lda, int64_t columns, int64_t k, int64_t steps,
                              int64_t slice_stride, uint32_t* slices) {
  const auto* from = static_cast<const uint16_t*>(a);
  for (int64_t s = 0; s < steps; s += kTileUnits) {
    const uint16_t* row = from + 2 * s * lda;
    uint32_t* block = slices + s / kTileUnits * kBlockUnits;
    for (int64_t c = 0; c < columns; c += kAmxSliceRows, block += slice_stride) {
      for (int64_t half = 0; half < kAmxSliceRows; half += kTileRows) {
        PackAmxTile(row + c + half, lda, columns - c - half, k - 2 * s, block + half * kTileUnits);
      }
    }
  }
}

/// C registers: 0 1 (upper rows), 2 3 (lower rows); A: 4 5; B: 6 7.
/// `ahead` moves over what the next slice reads, which is asked for on the way.
template <class Tiles, bool kLower>
void MultiplyBlocks(const Sweep& s, const uint32_t* panel, const char** ahead) {
  const uint32_t* a = s.slice;
  for (int64_t k = 0; k < s.steps; k += kTileUnits, a += kBlockUnits) {
    const uint32_t* b = panel + k * kPanelColumns;
    // With many rows the panel is in L2, and loads of tiles are what limits the loop.
    if constexpr (kLower) {
      if (*ahead < s.ahead + s.ahead_bytes) Tiles::FetchAhead(*ahead), *ahead += kTileAheadBytes;
    } else {
      Tiles::Prefetch(b + 2 * kTileUnits * kPanelColumns);
    }
    Tiles::template Load<4>(a, kTileStrideBytes);
    Tiles::template LoadOnce<6>(b, kPanelStrideBytes);
    if constexpr (kLower) Tiles::template Load<5>(a + kTileRows * kTileUnits, kTileStrideBytes);
    Tiles::template LoadOnce<7>(b + kTileUnits, kPanelStrideBytes);
    Tiles::template MulAdd<0, 4, 6>();
    Tiles::template MulAdd<1, 4, 7>();
    if constexpr (kLower) Tiles::template MulAdd<2, 5, 6>();
    if constexpr (kLower) Tiles::template MulAdd<3, 5, 7>();
  }
}

template <class Tiles, bool kLower>
void LoadSums(const float* in, int64_t stride) {
  if (in == nullptr) {
    Tiles::template Zero<0>();
    Tiles::template Zero<1>();
    if constexpr (kLower) Tiles::template Zero<2>();
    if constexpr (kLower) Tiles::template Zero<3>();
    return;
  }
  const float* lower = in + kTileRows * stride;
  Tiles::template Load<0>(in, stride * 4);
  Tiles::template Load<1>(in + kTileUnits, stride * 4);
  if constexpr (kLower) Tiles::template Load<2>(lower, stride * 4);
  if constexpr (kLower) Tiles::template Load<3>(lower + kTileUnits, stride * 4);
}

template <class Tiles, bool kLower>
void StoreSums(float* out, int64_t stride) {
  float* lower = out + kTileRows * stride;
  Tiles::template Store<0>(out, stride * 4);
  Tiles::template Store<1>(out + kTileUnits, stride * 4);
  if constexpr (kLower) Tiles::template Store<2>(lower, stride * 4);
  if constexpr (kLower) Tiles::template Store<3>(lower + kTileUnits, stride * 4);
}

/// Sums in a corner of memory, where tiles reach beyond the edge of C or C is bf16.
struct AmxCorner {
  alignas(64) float sum[kAmxSliceRows * kPanelColumns];

  void ReadFrom(const Sweep& s, int64_t column) {
    for (int r = 0; r < s.rows; ++r) {
      const float* in = s.in + r * s.in_stride + column;
      for (int c = 0; c < kPanelColumns; c += 16) {
        _mm512_store_ps(sum + r * kPanelColumns + c,
                        Avx512Op::LoadFloats(in + c, s.columns - column - c));
      }
    }
  }
  template <class Out>
  void WriteTo(const Sweep& s, int64_t column) const {
    for (int r = 0; r < s.rows; ++r) {
      Out* out = static_cast<Out*>(s.out) + r * s.out_stride + column;
      for (int c = 0; c < kPanelColumns; c += 16) {
        Avx512Op::Store(out + c, s.columns - column - c,
                        _mm512_load_ps(sum + r * kPanelColumns + c));
      }
    }
  }
};

template <class Tiles, class Out, bool kLower>
void AmxSweepPanels(const Sweep& s) {
  constexpr int kRows = kLower ? kAmxSliceRows : kTileRows;
  AmxCorner corner = {};
  const uint32_t* panel = s.panels;
  const char* ahead = s.ahead;
  for (int64_t c = 0; c < s.columns; c += kPanelColumns, panel += s.panel_stride) {
    const bool whole = s.rows == kRows && c + kPanelColumns <= s.columns;
    if (s.in == nullptr || whole) {
      LoadSums<Tiles, kLower>(s.in == nullptr ? nullptr : s.in + c, s.in_stride);
    } else {
      corner.ReadFrom(s, c);
      LoadSums<Tiles, kLower>(corner.sum, kPanelColumns);
    }
    MultiplyBlocks<Tiles, kLower>(s, panel, &ahead);
    if (whole && sizeof(Out) == 4) {
      StoreSums<Tiles, kLower>(static_cast<float*>(s.out) + c, s.out_stride);
    } else {
      StoreSums<Tiles, kLower>(corner.sum, kPanelColumns);
      corner.WriteTo<Out>(s, c);
    }
  }
}

template <class Tiles, class Out>
void AmxSweep(const Sweep& s) {
  Tiles::Begin();
  if (s.rows > kTileRows) {
    AmxSweepPanels<Tiles, Out, true>(s);
  } else {
    AmxSweepPanels<Tiles, Out, false>(s);
  }
  Tiles::End();
}

template <class Tiles>
int64_t SpinTiles(int64_t loops) {
  alignas(64) const uint32_t zero[kTileRows * kTileUnits] = {};
  Tiles::Begin();
  LoadSums<Tiles, true>(nullptr, 0);
  Tiles::template Load<4>(zero, kTileStrideBytes);
  Tiles::template Load<6>(zero, kTileStrideBytes);
  for (int64_t loop = 0; loop < loops; ++loop) {
    Tiles::template MulAdd<0, 4, 6>();
    Tiles::template MulAdd<1, 4, 6>();
    Tiles::template MulAdd<2, 4, 6>();
    Tiles::template MulAdd<3, 4, 6>();
  }
  Tiles::End();
  return loops * 4 * kTileRows * kTileUnits * kTileUnits * 4;
}

template <class Tiles>
constexpr MatmulUnit MakeAmxUnit() {
  return {.slice_rows = kAmxSliceRows,
          .element_bytes = 2,
          .k_per_step = 2,
          .step_multiple = kTileUnits,
          .pack_rows = PackAmxRows,
          .pack_transposed = PackAmxTransposed,
          .pack_panels = PackGroups<PairLoader, kPanelColumns>,
          .pack_weights = PackWeights512<PairWeights>,
          .sweep_float = AmxSweep<Tiles, float>,
          .sweep_bf16 = AmxSweep<Tiles, uint16_t>,
          .spin = SpinTiles<Tiles>,
          .tiles = true};
}

}  // namespace
}  // namespace cria::kernels::internal
