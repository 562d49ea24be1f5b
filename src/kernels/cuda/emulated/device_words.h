// The words that kernels are written in (target/device_words.h), on the processor.
#pragma once

#include <array>
#include <cstring>

#include "kernels/cuda/device.h"
#include "kernels/cuda/emulated/cuda_language.h"
#include "kernels/cuda/emulated/device_state.h"
#include "tensor/dtype.h"

namespace cria::kernels::cuda {

struct LaunchShape {
  dim3 grid, block;
  int64_t shared_bytes = 0;  ///< SharedMemory()'s size
  bool overlaps = false;
};
inline LaunchShape Overlapping(LaunchShape shape) {
  shape.overlaps = true;
  return shape;
}
inline void WaitForEarlier() {}
inline void LetNextBegin() {}

/// Runs `kernel`.
template <class... P, class... A>
void Launch(CudaDevice* device, const LaunchShape& shape, void (*kernel)(P...), A... arguments) {
  emulated::WorkLog& log = device->state().log;
  log.Add(kernel);
  log.Add(std::array{shape.grid.x, shape.grid.y, shape.grid.z, shape.block.x, shape.block.y,
                     shape.block.z});
  log.Add(shape.shared_bytes);
  (log.Add(static_cast<P>(arguments)), ...);
  emulated::RunGrid(shape.grid, shape.block, shape.shared_bytes,
                    [&] { kernel(static_cast<P>(arguments)...); });
}

template <class T = uint8_t>
T* SharedMemory() {
  return reinterpret_cast<T*>(emulated::Shared());
}

namespace emulated {
/// `x` of the lane that `from` names.
template <class T>
T Exchange(const char* word, T x, int from, const std::source_location& place) {
  static_assert(sizeof(T) <= sizeof(Deposit) && std::is_trivially_copyable_v<T>);
  Deposit mine{};
  std::memcpy(mine.words, &x, sizeof(T));
  std::memcpy(&x, MeetWarp(word, mine, place)[from].words, sizeof(T));
  return x;
}
}  // namespace emulated

template <class T>
T ShuffleXor(T x, int mask, const std::source_location& place = std::source_location::current()) {
  return emulated::Exchange("ShuffleXor", x, emulated::Lane() ^ (mask & 31), place);
}
template <class T>
T ShuffleDown(T x, int lanes, const std::source_location& place = std::source_location::current()) {
  const int from = emulated::Lane() + (lanes & 31);
  return emulated::Exchange("ShuffleDown", x, from < 32 ? from : emulated::Lane(), place);
}
template <class T>
T Shuffle(T x, int lane, const std::source_location& place = std::source_location::current()) {
  return emulated::Exchange("Shuffle", x, lane & 31, place);
}

inline float FloatOfBits(uint32_t x) { return std::bit_cast<float>(x); }
inline uint32_t BitsOfFloat(float x) { return std::bit_cast<uint32_t>(x); }
inline float Load(float x) { return x; }
inline float Load(BF16 x) { return static_cast<float>(x); }
template <class T>
T Round(float x);
template <>
inline float Round<float>(float x) {
  return x;
}
/// The hardware knows one NaN only.
template <>
inline BF16 Round<BF16>(float x) {
  BF16 y(x);
  if (x != x) y.bits = 0x7FFF;
  return y;
}
inline uint32_t RoundPair(float low, float high) {
  return Round<BF16>(low).bits | static_cast<uint32_t>(Round<BF16>(high).bits) << 16;
}
inline float2 WidenPair(uint32_t pair) {
  return {FloatOfBits(pair << 16), FloatOfBits(pair & 0xFFFF0000u)};
}
inline float HalfToFloat(uint16_t x) {
  F16 half;
  half.bits = x;
  return static_cast<float>(half);
}
inline uint16_t FloatToHalf(float x) { return x != x ? 0x7FFF : F16(x).bits; }
inline uint32_t RoundHalfPair(float low, float high) {
  return FloatToHalf(low) | static_cast<uint32_t>(FloatToHalf(high)) << 16;
}
inline float2 WidenHalfPair(uint32_t pair) {
  return {HalfToFloat(static_cast<uint16_t>(pair)), HalfToFloat(static_cast<uint16_t>(pair >> 16))};
}
/// Rounded twice where a b + c has more digits than a float.
inline uint32_t MultiplyAddHalfPair(uint32_t a, uint32_t b, uint32_t c) {
  const float2 x = WidenHalfPair(a), y = WidenHalfPair(b), z = WidenHalfPair(c);
  return RoundHalfPair(std::fma(x.x, y.x, z.x), std::fma(x.y, y.y, z.y));
}
inline uint32_t SelectBytes(uint32_t low, uint32_t high, uint32_t selector) {
  const uint64_t bytes = static_cast<uint64_t>(high) << 32 | low;
  uint32_t selected = 0;
  for (int i = 0; i < 32; i += 8) {
    selected |= static_cast<uint32_t>(bytes >> (selector >> i / 2 & 7) * 8 & 0xFF) << i;
  }
  return selected;
}

inline float Exp(float x) { return std::exp(x); }
inline float Exp2(float x) { return std::exp2(x); }
inline float Log(float x) { return std::log(x); }
inline float Sqrt(float x) { return std::sqrt(x); }
inline float InverseSqrt(float x) { return 1.0f / std::sqrt(x); }
inline float Divide(float a, float b) { return a / b; }
inline float RoundedProduct(float a, float b) {
  const volatile float product = a * b;
  return product;
}
inline uint32_t AddPairs(uint32_t a, uint32_t b) {
  const float2 x = WidenPair(a), y = WidenPair(b);
  return RoundPair(x.x + y.x, x.y + y.y);
}
inline int Dot4(int a, int b, int sum) {
  uint32_t total = static_cast<uint32_t>(sum);  // wraps as the hardware's does
  for (int i = 0; i < 32; i += 8) {
    total += static_cast<uint32_t>(static_cast<int8_t>(a >> i) * static_cast<int8_t>(b >> i));
  }
  return static_cast<int>(total);
}

inline uint4 LoadOnce(const void* from) {
  emulated::CheckAligned("LoadOnce", from, 16);
  uint4 x;
  std::memcpy(&x, from, sizeof(x));
  return x;
}

inline uint4 LoadStreamed(const void* from, bool whole) {
  return whole ? LoadOnce(from) : uint4{0, 0, 0, 0};
}
inline uint2 LoadStreamed8(const void* from, bool whole) {
  uint2 x{0, 0};
  if (!whole) return x;
  emulated::CheckAligned("LoadStreamed8", from, 8);
  std::memcpy(&x, from, sizeof(x));
  return x;
}

inline void CopyAsync16(void* shared, const void* from, bool whole = true) {
  emulated::BeginCopy16(shared, from, whole);
}
inline void CommitCopies() { emulated::EndGroupOfCopies(); }
template <int kLeft>
void WaitForCopies() {
  emulated::WaitForGroups(kLeft);
}

namespace emulated {

/// A lane reads its row when it comes, so what other lanes wrote without __syncwarp() is not there.
inline void ReadTiles(const char* word, const void* row, bool transposed, uint32_t (&to)[4],
                      const std::source_location& place) {
  CheckAligned(word, row, 16);
  Deposit mine{};
  std::memcpy(mine.words, row, 16);
  const Deposit* rows = MeetWarp(word, mine, place);
  const int g = Lane() / 4, t = Lane() % 4;
  for (int j = 0; j < 4; ++j) {
    const Deposit* matrix = rows + 8 * j;
    if (transposed) {
      const int shift = g % 2 * 16;
      to[j] = (matrix[2 * t].words[g / 2] >> shift & 0xFFFF) |
              (matrix[2 * t + 1].words[g / 2] >> shift & 0xFFFF) << 16;
    } else {
      to[j] = matrix[g].words[t];
    }
  }
}

/// Sums in fp32 in order of k; the products are exact.
template <class F>
void MultiplyTiles(const char* word, F&& widen, float (&c)[4], const uint32_t (&a)[4], uint32_t b0,
                   uint32_t b1, const std::source_location& place) {
  const Deposit* deposits = MeetWarp(word, {{a[0], a[1], a[2], a[3], b0, b1}}, place);
  const int g = Lane() / 4, t = Lane() % 4;
  for (int k = 0; k < 16; k += 2) {
    const int holder = k / 2 % 4, half = k / 8;
    const uint32_t* left = deposits[g * 4 + holder].words;
    const float2 top = widen(left[2 * half]), bottom = widen(left[2 * half + 1]);
    const float2 first = widen(deposits[2 * t * 4 + holder].words[4 + half]);
    const float2 second = widen(deposits[(2 * t + 1) * 4 + holder].words[4 + half]);
    c[0] = c[0] + top.x * first.x + top.y * first.y;
    c[1] = c[1] + top.x * second.x + top.y * second.y;
    c[2] = c[2] + bottom.x * first.x + bottom.y * first.y;
    c[3] = c[3] + bottom.x * second.x + bottom.y * second.y;
  }
}

}  // namespace emulated

inline void LoadTiles(const void* row, uint32_t (&to)[4],
                      const std::source_location& place = std::source_location::current()) {
  emulated::ReadTiles("LoadTiles", row, false, to, place);
}
inline void LoadTilesTransposed(
    const void* row, uint32_t (&to)[4],
    const std::source_location& place = std::source_location::current()) {
  emulated::ReadTiles("LoadTilesTransposed", row, true, to, place);
}

inline void MultiplyAdd(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1,
                        const std::source_location& place = std::source_location::current()) {
  emulated::MultiplyTiles("MultiplyAdd", WidenPair, c, a, b0, b1, place);
}
inline void MultiplyAddHalf(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1,
                            const std::source_location& place = std::source_location::current()) {
  emulated::MultiplyTiles("MultiplyAddHalf", WidenHalfPair, c, a, b0, b1, place);
}

}  // namespace cria::kernels::cuda
