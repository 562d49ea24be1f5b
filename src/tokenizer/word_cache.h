// Remembers the ids of short words: a direct-mapped table of fixed size, one cache line per word. A
// word whose slot is taken replaces what was there. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace cria::tokenizer {

class WordCache {
 public:
  static constexpr size_t kMaxBytes = 31;
  static constexpr size_t kMaxIds = 7;

  struct Key {
    uint64_t words[4];  // the bytes, zero padded; the last byte holds the length
    bool operator==(const Key& other) const {
      return ((words[0] ^ other.words[0]) | (words[1] ^ other.words[1]) |
              (words[2] ^ other.words[2]) | (words[3] ^ other.words[3])) == 0;
    }
  };
  struct alignas(64) Slot {
    Key key{};
    int32_t count = 0;
    int32_t ids[kMaxIds] = {};
  };

  WordCache() : slots_(kSlots) {}

  /// `readable`: bytes that may be read at word.data(), at least word.size(). word.size() is in
  /// [1, kMaxBytes].
  static Key MakeKey(std::string_view word, size_t readable) {
    Key key{};
    const size_t size = word.size();
    if (size <= 16 && readable >= 16) {
      std::memcpy(key.words, word.data(), 16);
      if (size < 8) {
        key.words[0] &= Mask(size);
        key.words[1] = 0;
      } else {
        key.words[1] &= Mask(size - 8);
      }
    } else {
      std::memcpy(key.words, word.data(), size);
    }
    key.words[3] |= static_cast<uint64_t>(size) << 56;
    return key;
  }

  Slot& SlotOf(const Key& key) {
    uint64_t h = Mix(key.words[0] ^ 0x9E3779B97F4A7C15u, key.words[1] ^ 0xC2B2AE3D27D4EB4Fu);
    if (key.words[2] | (key.words[3] << 8)) {
      h ^= Mix(key.words[2] ^ 0x165667B19E3779F9u, key.words[3] ^ 0xD6E8FEB86659FD93u);
    }
    return slots_[h & (kSlots - 1)];
  }

 private:
  static constexpr size_t kSlots = 1 << 16;  // 4 MiB

  /// The first n bytes, n <= 8, of a little-endian word.
  static uint64_t Mask(size_t n) { return n >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * n)) - 1; }
  static uint64_t Mix(uint64_t a, uint64_t b) {
    const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }

  std::vector<Slot> slots_;
};

}  // namespace cria::tokenizer
