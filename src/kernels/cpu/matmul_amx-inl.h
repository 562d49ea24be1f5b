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

/// MatmulUnit::round.
inline void RoundSums(const float* sums, int64_t n, uint16_t* to) {
  for (int64_t i = 0; i < n; i += 16) {
    Avx512Op::Store(to + i, n - i, Avx512Op::LoadFloats(sums + i, n - i));
  }
}

/// Asks for the sums that the next panel's chains start from, a few rows at every step: tiles of
/// sums loaded from L2 would hold up all products behind them.
struct SumsAhead {
  const float* next;  ///< null: nothing
  int64_t stride;
  int64_t rows;  ///< at a time

  template <class Tiles>
  CRIA_INLINE void Fetch() {
    if (next == nullptr) return;
    for (int64_t r = 0; r < rows; ++r, next += stride) Tiles::FetchRow(next);
  }
};

/// Where the chains of a panel start (null: from zero) and end.
struct Chains {
  const float* in;
  int64_t in_stride;
  float* out;
  int64_t out_stride;

  template <class Tiles, int kTile>
  CRIA_INLINE void Begin() const {
    if (in == nullptr) return Tiles::template Zero<kTile>();
    Tiles::template Load<kTile>(in + kTile / 2 * kTileRows * in_stride + kTile % 2 * kTileUnits,
                                in_stride * 4);
  }
  template <class Tiles, int kTile>
  CRIA_INLINE void End() const {
    Tiles::template Store<kTile>(out + kTile / 2 * kTileRows * out_stride + kTile % 2 * kTileUnits,
                                 out_stride * 4);
  }
};

/// 16 steps. C registers: 0 1 (upper rows), 2 3 (lower rows); A: 4 5; B: 6 7, which hold this
/// panel's tiles already and take those at `next` once they are used: from L2 they would come too
/// late otherwise. Sums are loaded and stored one by one, between products.
template <class Tiles, bool kLower, bool kFirst, bool kLast>
CRIA_INLINE void MultiplyBlock(const Chains& chains, const uint32_t* a, const uint32_t* next) {
  Tiles::template Load<4>(a, kTileStrideBytes);
  if constexpr (kFirst) chains.Begin<Tiles, 0>();
  Tiles::template MulAdd<0, 4, 6>();
  if constexpr (kLower) {
    Tiles::template Load<5>(a + kTileRows * kTileUnits, kTileStrideBytes);
    if constexpr (kFirst) chains.Begin<Tiles, 2>();
    Tiles::template MulAdd<2, 5, 6>();
  }
  Tiles::template LoadOnce<6>(next, kPanelStrideBytes);
  if constexpr (kFirst) chains.Begin<Tiles, 1>();
  Tiles::template MulAdd<1, 4, 7>();
  if constexpr (kLower) {
    if constexpr (kFirst) chains.Begin<Tiles, 3>();
    Tiles::template MulAdd<3, 5, 7>();
  }
  Tiles::template LoadOnce<7>(next + kTileUnits, kPanelStrideBytes);
  if constexpr (kLast) {
    chains.End<Tiles, 0>();
    if constexpr (kLower) chains.End<Tiles, 2>();
    chains.End<Tiles, 1>();
    if constexpr (kLower) chains.End<Tiles, 3>();
  }
}

/// One panel, whose first tiles of B are loaded; those of the panel at `next` are, afterwards.
template <class Tiles, bool kLower>
CRIA_INLINE void MultiplyPanel(const Sweep& s, const uint32_t* panel, const uint32_t* next,
                               const Chains& chains, SumsAhead sums) {
  static_assert(kBesideSteps == kTileUnits);
  const auto block = [&]<bool kFirst, bool kLast>(int64_t k) __attribute__((always_inline)) {
    const uint32_t* b = panel + k * kPanelColumns;
    if (s.beside.run != nullptr) s.beside.run(s.beside.state);
    // With few rows the panel comes from memory.
    if constexpr (!kLower) Tiles::Prefetch(b + 3 * kTileUnits * kPanelColumns);
    sums.Fetch<Tiles>();
    MultiplyBlock<Tiles, kLower, kFirst, kLast>(chains, s.slice + k / kTileUnits * kBlockUnits,
                                                kLast ? next : b + kTileUnits * kPanelColumns);
  };
  const int64_t last = s.steps - kTileUnits;
  if (last == 0) return block.template operator()<true, true>(0);
  block.template operator()<true, false>(0);
  for (int64_t k = kTileUnits; k < last; k += kTileUnits) {
    block.template operator()<false, false>(k);
  }
  block.template operator()<false, true>(last);
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
  const int64_t rows_ahead = (kRows * kTileUnits + s.steps - 1) / s.steps;
  Tiles::template LoadOnce<6>(panel, kPanelStrideBytes);
  Tiles::template LoadOnce<7>(panel + kTileUnits, kPanelStrideBytes);
  for (int64_t c = 0; c < s.columns; c += kPanelColumns) {
    const bool whole = s.rows == kRows && c + kPanelColumns <= s.columns;
    const bool direct = whole && sizeof(Out) == 4, more = c + kPanelColumns < s.columns;
    Chains chains = {corner.sum, kPanelColumns, corner.sum, kPanelColumns};
    if (s.in == nullptr) {
      chains.in = nullptr;
    } else if (whole) {
      chains.in = s.in + c, chains.in_stride = s.in_stride;
    } else {
      corner.ReadFrom(s, c);
    }
    if (direct) chains.out = static_cast<float*>(s.out) + c, chains.out_stride = s.out_stride;
    const bool ahead = whole && s.in != nullptr && c + 2 * kPanelColumns <= s.columns;
    const uint32_t* next = more ? panel + s.panel_stride : panel;
    MultiplyPanel<Tiles, kLower>(
        s, panel, next, chains,
        {ahead ? s.in + c + kPanelColumns : nullptr, s.in_stride, rows_ahead});
    if (!direct) corner.WriteTo<Out>(s, c);
    panel = next;
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

/// With numbers as products have them: zeros need less power, and the processor would run faster.
template <class Tiles>
int64_t SpinTiles(int64_t loops) {
  alignas(64) uint32_t a[kTileRows * kTileUnits], b[kTileRows * kTileUnits];
  uint32_t bits = 1;
  for (int i = 0; i < kTileRows * kTileUnits; ++i) {
    bits = bits * 1664525u + 1013904223u;
    a[i] = 0x3C003C00u ^ (bits & 0x83FF83FFu), b[i] = a[i] ^ (bits >> 8 & 0x007F007Fu);
  }
  Tiles::Begin();
  Tiles::template Zero<0>();
  Tiles::template Zero<1>();
  Tiles::template Zero<2>();
  Tiles::template Zero<3>();
  Tiles::template Load<4>(a, kTileStrideBytes);
  Tiles::template Load<6>(b, kTileStrideBytes);
  for (uint32_t& unit : a) unit ^= 0x80008000u;  // every second product takes back the one before
  Tiles::template Load<5>(a, kTileStrideBytes);
  for (int64_t loop = 0; loop < loops; ++loop) {
    Tiles::template MulAdd<0, 4, 6>();
    Tiles::template MulAdd<1, 4, 6>();
    Tiles::template MulAdd<2, 5, 6>();
    Tiles::template MulAdd<3, 5, 6>();
    Tiles::template MulAdd<0, 5, 6>();
    Tiles::template MulAdd<1, 5, 6>();
    Tiles::template MulAdd<2, 4, 6>();
    Tiles::template MulAdd<3, 4, 6>();
  }
  Tiles::End();
  return loops * 8 * kTileRows * kTileUnits * kTileUnits * 4;
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
          .tiles = true,
          .round = RoundSums};
}

}  // namespace
}  // namespace cria::kernels::internal
