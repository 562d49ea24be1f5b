// Unpacking of block-quantised weights, `kLanes` rows side by side: lane r of every vector belongs
// to row r. A super-block of each row comes in as transposed 32-bit words; out go 32 unsigned
// elements at a time with their scales, ready for the integer products. Formulas:
// tensor/quant_block. Included by one file per instruction set, which defines `Simd` first.
#pragma once

#include "kernels/cpu/always_inline.h"
#include "kernels/cpu/block_unit.h"

namespace cria::kernels::internal {
namespace {

using U = Simd::U;
using I = Simd::I;
using F = Simd::F;

/// 32 elements of every row: byte i of word j is u of element 4 j + i. The weight is
/// scale (u - offset), or scale u + add; half h covers elements 16 h .. 16 h + 15.
struct Unpacked {
  U u[8];
  F scale[2], add[2];
};

CRIA_INLINE U Splat(uint32_t x) { return U{} + x; }
CRIA_INLINE F Number(U x) { return Simd::ToFloat((I)x); }

/// The 16 bits at even byte offset `at` of the transposed words, as float.
CRIA_INLINE F HalfAt(const U* w, int at) {
  return Simd::HalfToFloat(at % 4 == 0 ? w[at / 4] & 0xFFFFu : w[at / 4] >> 16);
}
/// The word at even byte offset `at`.
CRIA_INLINE U WordAt(const U* w, int at) {
  return at % 4 == 0 ? w[at / 4] : (w[at / 4] >> 16) | (w[at / 4 + 1] << 16);
}
/// Byte i of every word.
CRIA_INLINE U ByteOf(U x, int i) { return (x >> (8 * i)) & 0xFFu; }

typedef uint8_t Bytes __attribute__((vector_size(sizeof(U))));

template <int kOffset>
CRIA_INLINE void TakeOffset(Unpacked* out) {
#pragma GCC unroll 8
  for (int j = 0; j < 8; ++j) {
    out->u[j] = (U)((Bytes)out->u[j] - (Bytes{} + static_cast<uint8_t>(kOffset)));
  }
}

/// Four bits to the 2^4 bit of four bytes.
CRIA_INLINE U FifthBits(U bits, int first) {
  const U nibble = (bits >> first) & 0xFu;
  // Bits 0..3 to bytes 0..3: the copies at 7-bit distances do not meet under the mask.
  return ((nibble * 0x00204081u) & 0x01010101u) << 4;
}

/// Words of aligned super-blocks of 8 blocks: all scales, two to a word; likewise the minimums; the
/// rest of each block.
template <int kBytes, bool kMin>
CRIA_INLINE void AlignBlocks(const U* raw, U* to) {
  constexpr int kHalves = kMin ? 2 : 1, kRest = (kBytes - 2 * kHalves) / 4;
#pragma GCC unroll 2
  for (int h = 0; h < kHalves; ++h) {
#pragma GCC unroll 4
    for (int pair = 0; pair < 4; ++pair) {
      const int at = 2 * pair * kBytes + 2 * h, next = at + kBytes;
      const U low = at % 4 == 0 ? raw[at / 4] & 0xFFFFu : raw[at / 4] >> 16;
      const U high = next % 4 == 0 ? raw[next / 4] << 16 : raw[next / 4] & 0xFFFF0000u;
      to[4 * h + pair] = low | high;
    }
  }
#pragma GCC unroll 8
  for (int b = 0; b < 8; ++b) {
#pragma GCC unroll 8
    for (int j = 0; j < kRest; ++j) {
      to[4 * kHalves + kRest * b + j] = WordAt(raw, b * kBytes + 2 * kHalves + 4 * j);
    }
  }
}

// Every type: Begin(words) and Get(words, b) read aligned words; Align makes them of the transposed
// ones where kAligns. GetSigned gives u as signed bytes without the offset, times kFactor.

template <int kBytes, bool kFive, bool kMin>
struct Nibbles {
  static constexpr int kBlockBytes = kBytes, kBlocks = 8, kGroup = 32;
  static constexpr int kOffset = kMin ? 0 : kFive ? 16 : 8;
  static constexpr bool kSmall = true, kAligns = true;
  static constexpr int kRest = kFive ? 5 : 4, kFirst = kMin ? 8 : 4;
  CRIA_INLINE static void Align(const U* raw, U* to) { AlignBlocks<kBytes, kMin>(raw, to); }
  CRIA_INLINE void Begin(const U*) {}
  CRIA_INLINE void Get(const U* w, int b, Unpacked* out) const {
    const U* rest = w + kFirst + kRest * b;
    GetScale(w, b, out);
    const U bits = kFive ? rest[0] : U{};
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const U word = rest[kRest - 4 + j];
      out->u[j] = word & 0x0F0F0F0Fu;
      out->u[4 + j] = (word >> 4) & 0x0F0F0F0Fu;
      if (kFive) {
        out->u[j] |= FifthBits(bits, 4 * j);
        out->u[4 + j] |= FifthBits(bits, 16 + 4 * j);
      }
    }
  }
  static constexpr float kFactor = kMin || kFive ? 1 : 16;
  CRIA_INLINE void GetSigned(const U* w, int b, Unpacked* out) const {
    if constexpr (kMin || kFive) {
      Get(w, b, out);
      TakeOffset<kOffset>(out);
    } else {  // the nibble, its sign turned, in the upper half of a byte: 16 (u - 8)
      GetScale(w, b, out);
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        const U word = w[kFirst + kRest * b + j];
        out->u[j] = Simd::AndXor(word << 4, 0xF0F0F0F0u, 0x80808080u);
        out->u[4 + j] = Simd::AndXor(word, 0xF0F0F0F0u, 0x80808080u);
      }
    }
  }

 private:
  CRIA_INLINE void GetScale(const U* w, int b, Unpacked* out) const {
    out->scale[0] = HalfAt(w, 2 * b);
    if (kMin) out->add[0] = HalfAt(w, 16 + 2 * b);
  }
};
using Q4_0 = Nibbles<18, false, false>;
using Q4_1 = Nibbles<20, false, true>;
using Q5_0 = Nibbles<22, true, false>;
using Q5_1 = Nibbles<24, true, true>;

struct Q8_0 {
  static constexpr int kBlockBytes = 34, kBlocks = 8, kGroup = 32, kOffset = 128;
  static constexpr bool kSmall = false, kAligns = true;
  CRIA_INLINE static void Align(const U* raw, U* to) { AlignBlocks<34, false>(raw, to); }
  CRIA_INLINE void Begin(const U*) {}
  CRIA_INLINE void Get(const U* w, int b, Unpacked* out) const {
    GetSigned(w, b, out);
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) out->u[j] ^= 0x80808080u;
  }
  static constexpr float kFactor = 1;
  CRIA_INLINE void GetSigned(const U* w, int b, Unpacked* out) const {
    out->scale[0] = HalfAt(w, 2 * b);
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) out->u[j] = SignedBytes(w, b)[j];
  }
  CRIA_INLINE static const U* SignedBytes(const U* w, int b) { return w + 4 + 8 * b; }
};

struct Q2_K {
  static constexpr int kBlockBytes = 84, kBlocks = 1, kGroup = 16, kOffset = 0;
  static constexpr bool kSmall = true, kAligns = false;
  static constexpr float kFactor = 1;
  F d, dmin;
  CRIA_INLINE void Begin(const U* w) { d = HalfAt(w, 80), dmin = -HalfAt(w, 82); }
  CRIA_INLINE void GetSigned(const U* w, int b, Unpacked* out) const { Get(w, b, out); }
  CRIA_INLINE void Get(const U* w, int b, Unpacked* out) const {
    const int half = b / 4, s = b % 4;
#pragma GCC unroll 2
    for (int h = 0; h < 2; ++h) {
      const int k = 2 * b + h;
      const U packed = ByteOf(w[k / 4], k % 4);
      out->scale[h] = d * Number(packed & 15u);
      out->add[h] = dmin * Number(packed >> 4);
    }
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) out->u[j] = (w[4 + 8 * half + j] >> (2 * s)) & 0x03030303u;
  }
};

struct Q3_K {
  static constexpr int kBlockBytes = 110, kBlocks = 1, kGroup = 16, kOffset = 4;
  static constexpr bool kSmall = true, kAligns = false;
  static constexpr float kFactor = 1;
  F d;
  CRIA_INLINE void Begin(const U* w) { d = HalfAt(w, 108); }
  CRIA_INLINE void GetSigned(const U* w, int b, Unpacked* out) const {
    Get(w, b, out);
    TakeOffset<kOffset>(out);
  }
  CRIA_INLINE void Get(const U* w, int b, Unpacked* out) const {
    const int half = b / 4, s = b % 4, quad = b / 2;  // scales 4 quad .. 4 quad + 3
    const U low = (w[24 + quad % 2] >> (quad / 2 * 4)) & 0x0F0F0F0Fu;
    const U scales = low | (((w[26] >> (2 * quad)) & 0x03030303u) << 4);
#pragma GCC unroll 2
    for (int h = 0; h < 2; ++h) {
      out->scale[h] = d * Simd::ToFloat((I)ByteOf(scales, (2 * b + h) % 4) - 32);
    }
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) {
      const U high = ((w[j] >> (4 * half + s)) & 0x01010101u) << 2;
      out->u[j] = ((w[8 + 8 * half + j] >> (2 * s)) & 0x03030303u) | high;
    }
  }
};

/// Q4_K and Q5_K: 6-bit scales and minimums of 8 sub-blocks.
template <bool kFive>
struct Pairs {
  static constexpr int kBlockBytes = kFive ? 176 : 144, kBlocks = 1, kGroup = 32, kOffset = 0;
  static constexpr bool kSmall = true, kAligns = false;
  static constexpr float kFactor = 1;
  F d, dmin;
  U scales[2], mins[2];
  CRIA_INLINE void Begin(const U* w) {
    d = HalfAt(w, 0), dmin = -HalfAt(w, 2);
    scales[0] = w[1] & 0x3F3F3F3Fu;
    mins[0] = w[2] & 0x3F3F3F3Fu;
    scales[1] = (w[3] & 0x0F0F0F0Fu) | ((w[1] >> 2) & 0x30303030u);
    mins[1] = ((w[3] >> 4) & 0x0F0F0F0Fu) | ((w[2] >> 2) & 0x30303030u);
  }
  CRIA_INLINE void GetSigned(const U* w, int b, Unpacked* out) const { Get(w, b, out); }
  CRIA_INLINE void Get(const U* w, int b, Unpacked* out) const {
    out->scale[0] = d * Number(ByteOf(scales[b / 4], b % 4));
    out->add[0] = dmin * Number(ByteOf(mins[b / 4], b % 4));
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) {
      const U word = w[(kFive ? 12 : 4) + b / 2 * 8 + j];
      out->u[j] = (b % 2 == 0 ? word : word >> 4) & 0x0F0F0F0Fu;
      if (kFive) out->u[j] |= ((w[4 + j] >> b) & 0x01010101u) << 4;
    }
  }
};
using Q4_K = Pairs<false>;
using Q5_K = Pairs<true>;

struct Q6_K {
  static constexpr int kBlockBytes = 210, kBlocks = 1, kGroup = 16, kOffset = 32;
  static constexpr bool kSmall = true, kAligns = false;
  static constexpr float kFactor = 1;
  F d;
  CRIA_INLINE void Begin(const U* w) { d = HalfAt(w, 208); }
  CRIA_INLINE void GetSigned(const U* w, int b, Unpacked* out) const {
    Get(w, b, out);
    TakeOffset<kOffset>(out);
  }
  CRIA_INLINE void Get(const U* w, int b, Unpacked* out) const {
    const int half = b / 4, s = b % 4;
#pragma GCC unroll 2
    for (int h = 0; h < 2; ++h) {
      const int k = 2 * b + h;
      out->scale[h] = d * Simd::ToFloat((I)(w[48 + k / 4] << (24 - 8 * (k % 4))) >> 24);
    }
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) {
      const U low = w[16 * half + 8 * (s & 1) + j], high = w[32 + 8 * half + j];
      out->u[j] =
          ((s < 2 ? low : low >> 4) & 0x0F0F0F0Fu) | (((high >> (2 * s)) & 0x03030303u) << 4);
    }
  }
};

/// Transposes `bytes` bytes (a constant) of every row, reading nothing beyond them.
template <int kBytes>
CRIA_INLINE void TransposeBytes(const uint8_t* from, int64_t stride, U* to) {
#pragma GCC unroll 20
  for (int c = 0; c + 16 <= kBytes; c += 16) Simd::Transpose(from + c, stride, to + c / 4);
  constexpr int kTail = kBytes % 16;
  if constexpr (kTail != 0) {
    alignas(64) uint8_t tail[16 * Simd::kLanes];
#pragma GCC unroll 16
    for (int r = 0; r < Simd::kLanes; ++r) {
      __builtin_memcpy(tail + 16 * r, from + r * stride + kBytes - kTail, kTail);
    }
    Simd::Transpose(tail, 16, to + kBytes / 16 * 4);
  }
}

/// Words that a super-block takes, whole vectors of 16 bytes.
template <class T>
constexpr int kWords = (T::kBlockBytes * T::kBlocks + 15) / 16 * 4;

/// The rows of a sweep that end before the lanes do, or before a super-block does: copied with
/// zeros behind.
template <class T>
__attribute__((noinline)) void TransposeRagged(const uint8_t* from, int64_t stride, int64_t rows,
                                               int64_t bytes, U* to) {
  constexpr int kBytes = kWords<T> * 4;
  alignas(64) uint8_t copy[kBytes * Simd::kLanes] = {};
  for (int64_t r = 0; r < rows; ++r) {
    __builtin_memcpy(copy + r * kBytes, from + r * stride, static_cast<size_t>(bytes));
  }
  TransposeBytes<kBytes>(copy, kBytes, to);
}

/// Words that a super-block takes in packed weights: no padding but to whole words.
template <class T>
constexpr int kPackedWords = (T::kBlockBytes * T::kBlocks + 3) / 4;

/// The rows of a panel as they lie in memory or, if `packed` is set, transposed and aligned
/// beforehand.
struct PanelRows {
  const uint8_t* weights;
  int64_t stride, rows;
  const U* packed;
  bool fetch_next = false;  ///< the same k of the rows behind these will be asked for next
};

/// Short runs of many rows are nothing the processor would guess.
template <int kBytes>
CRIA_INLINE void FetchRows(const uint8_t* from, int64_t stride) {
#pragma GCC unroll 16
  for (int r = 0; r < Simd::kLanes; ++r) {
#pragma GCC unroll 8
    for (int at = 0; at < kBytes; at += 64) __builtin_prefetch(from + r * stride + at, 0, 2);
  }
}

/// Calls f(first block of 32, blocks, aligned words) for every super-block of k.
template <class T, class Sink>
CRIA_INLINE void ForSuperBlocks(const PanelRows& panel, int64_t k, Sink&& f) {
  constexpr int kBytes = T::kBlockBytes * T::kBlocks;
  U raw[kWords<T>], aligned[T::kAligns ? kPackedWords<T> : 1];
  for (int64_t s = 0; s * kSuperBlock < k; ++s) {
    const int64_t left = k / 32 - 8 * s, blocks = left < 8 ? left : 8;
    const uint8_t* weights = panel.weights + s * kBytes;
    const U* words = T::kAligns ? aligned : raw;
    if (panel.fetch_next) FetchRows<kBytes>(weights + Simd::kLanes * panel.stride, panel.stride);
    if (panel.packed != nullptr) {
      words = panel.packed + s * kPackedWords<T>;
    } else {
      if (panel.rows == Simd::kLanes && blocks == 8) {
        TransposeBytes<kBytes>(weights, panel.stride, raw);
      } else {
        TransposeRagged<T>(weights, panel.stride, panel.rows, kBytes * blocks / 8, raw);
      }
      if constexpr (T::kAligns) T::Align(raw, aligned);
    }
    f(8 * s, blocks, words);
  }
}

/// Packed weights are one stream; asking for it this far ahead keeps more of it under way than the
/// processor does by itself.
constexpr int64_t kAheadBytes = 4096;

/// Asks for what lies ahead of blocks [b, end) of the packed super-block `words`.
template <class T>
CRIA_INLINE void Ahead(const PanelRows& panel, const U* words, int b, int end) {
  constexpr int kLines = kPackedWords<T> * static_cast<int>(sizeof(U)) / 64;
  if (panel.packed == nullptr) return;
  const char* ahead = reinterpret_cast<const char*>(words) + kAheadBytes;
#pragma GCC unroll 64
  for (int i = b * kLines / 8; i < end * kLines / 8; ++i) __builtin_prefetch(ahead + 64 * i, 0, 2);
}

/// Calls f(block of 32, unpacked) for all of k.
template <class T, class Sink>
CRIA_INLINE void ForBlocks(const PanelRows& panel, int64_t k, Sink&& f) {
  ForSuperBlocks<T>(
      panel, k, [&](int64_t first, int64_t blocks, const U* words) __attribute__((always_inline)) {
        T type;
        type.Begin(words);
#pragma GCC unroll 8
        for (int b = 0; b < 8; ++b) {
          if (b >= blocks) break;
          Ahead<T>(panel, words, b, b + 1);  // spread: a burst would fill the queue of misses
          Unpacked unpacked;
          type.Get(words, b, &unpacked);
          f(first + b, unpacked);
        }
      });
}

}  // namespace
}  // namespace cria::kernels::internal
