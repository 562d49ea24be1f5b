// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011). A stream is named by a
// seed, a purpose and a step, so values never depend on threads or on the order of calls elsewhere.
#pragma once

#include <array>
#include <cstdint>

namespace cria {

/// One purpose one stream; the numbers are part of saved runs, so they are never reused.
enum class RandomPurpose : uint32_t {
  kInit = 1,
  kDataOrder = 2,
  kSampling = 3,
  kHoldout = 4,
  kTest = 5,
  kBootstrap = 6,
};

/// Four 32-bit words for one counter under one key.
std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

class RandomStream {
 public:
  /// `step` separates streams of the same purpose (training step, parameter index, sequence).
  RandomStream(uint64_t seed, RandomPurpose purpose, uint64_t step = 0);

  /// Goes to the stream's `n`-th 32-bit word, so that number i of many is had without the rest.
  void Seek(uint64_t n);

  uint32_t NextU32();
  uint64_t NextU64();
  /// Uniform in [0, 1), 53 random bits.
  double NextDouble();
  /// Uniform in [0, n), n > 0, without bias.
  uint64_t NextBelow(uint64_t n);
  /// Standard normal (Box-Muller, both halves used).
  double NextNormal();

 private:
  std::array<uint32_t, 4> counter_;
  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> words_{};
  int left_ = 0;
  double spare_normal_ = 0;
  bool has_spare_normal_ = false;
};

}  // namespace cria
