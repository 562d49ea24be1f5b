// Philox rounds, and normal numbers by Box and Muller's transform.
#include "base/random.h"

#include <cmath>
#include <numbers>

namespace cria {

std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> c, std::array<uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = 0xD2511F53ull * c[0];
    const uint64_t p1 = 0xCD9E8D57ull * c[2];
    c = {static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<uint32_t>(p1),
         static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<uint32_t>(p0)};
    k[0] += 0x9E3779B9u;
    k[1] += 0xBB67AE85u;
  }
  return c;
}

RandomStream::RandomStream(uint64_t seed, RandomPurpose purpose, uint64_t step)
    : counter_{0, static_cast<uint32_t>(purpose), static_cast<uint32_t>(step),
               static_cast<uint32_t>(step >> 32)},
      key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)} {}

void RandomStream::Seek(uint64_t n) {
  counter_[0] = static_cast<uint32_t>(n / 4);
  left_ = 0;
  has_spare_normal_ = false;
  for (uint64_t i = 0; i < n % 4; ++i) NextU32();
}

uint32_t RandomStream::NextU32() {
  if (left_ == 0) {
    words_ = Philox(counter_, key_);
    // 2^32 blocks of 4 words per stream; beyond that the purpose word would be carried into.
    ++counter_[0];
    left_ = 4;
  }
  return words_[4 - left_--];
}

uint64_t RandomStream::NextU64() {
  const uint64_t high = NextU32();
  return high << 32 | NextU32();
}

double RandomStream::NextDouble() { return static_cast<double>(NextU64() >> 11) * 0x1p-53; }

uint64_t RandomStream::NextBelow(uint64_t n) {
  const uint64_t limit = UINT64_MAX - UINT64_MAX % n;
  uint64_t x = NextU64();
  while (x >= limit) x = NextU64();
  return x % n;
}

double RandomStream::NextNormal() {
  if (has_spare_normal_) {
    has_spare_normal_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2 * std::log(1 - NextDouble()));
  const double angle = 2 * std::numbers::pi * NextDouble();
  spare_normal_ = radius * std::sin(angle);
  has_spare_normal_ = true;
  return radius * std::cos(angle);
}

}  // namespace cria
