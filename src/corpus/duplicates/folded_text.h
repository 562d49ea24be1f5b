// Text as duplicates are looked for in it: small letters, no accents, no punctuation, handed out as
// hashes of words or as single letters. For comparing only; nothing here is read by people.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// What a character is in folded text.
enum class FoldedKind : uint8_t {
  kBreak,  ///< ends a word: space, punctuation, symbol, invalid byte
  kSkip,   ///< as if it were not there: accents, soft hyphens, joiners
  kLetter,
  kDigit,
  kAlone,  ///< a letter of a script written without blanks: a word of its own
};

struct FoldedChar {
  FoldedKind kind = FoldedKind::kBreak;
  int8_t count = 0;  ///< of `codes`: one letter may fold to two (ß is ss)
  int8_t bytes = 1;  ///< of the character in the text
  std::array<uint32_t, 4> codes = {};
};

/// The character at the front of `rest`, which is not empty.
FoldedChar FoldChar(std::string_view rest);

/// ASCII: the small letter or digit, 0 for what ends a word.
inline constexpr auto kFoldedAscii = [] {
  std::array<uint8_t, 128> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] = static_cast<uint8_t>(c);
  for (int c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = static_cast<uint8_t>(c);
  return table;
}();

/// Spreads the bits of `x` (the finaliser of MurmurHash3); a bijection.
inline uint64_t MixBits(uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
  return x ^ (x >> 33);
}

/// FNV-1a over the letters of a word.
class WordHash {
 public:
  void Add(uint32_t code) { hash_ = (hash_ ^ code) * 0x100000001b3; }
  uint64_t Take() {
    const uint64_t hash = MixBits(hash_);
    hash_ = kStart;
    return hash;
  }

 private:
  static constexpr uint64_t kStart = 0xcbf29ce484222325;
  uint64_t hash_ = kStart;
};

/// Calls take(hash, begin, end) for each word: letters and digits with the same fold have the same
/// hash, [begin, end) are its bytes in `text`. Linear time, no memory, any bytes.
template <class Take>
void ForEachWord(std::string_view text, const Take& take) {
  WordHash hash;
  size_t begin = 0;
  bool inside = false;
  const auto finish = [&](size_t end) {
    if (inside) take(hash.Take(), begin, end);
    inside = false;
  };
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x80) {
      if (const uint8_t letter = kFoldedAscii[byte]; letter != 0) {
        if (!inside) begin = i;
        inside = true;
        hash.Add(letter);
      } else {
        finish(i);
      }
      ++i;
      continue;
    }
    const FoldedChar c = FoldChar(text.substr(i));
    if (c.kind == FoldedKind::kBreak || c.kind == FoldedKind::kAlone) finish(i);
    if (c.count > 0 && !inside) begin = i;
    for (int k = 0; k < c.count; ++k) hash.Add(c.codes[k]);
    inside = inside || c.count > 0;
    i += static_cast<size_t>(c.bytes);
    if (c.kind == FoldedKind::kAlone) finish(i);
  }
  finish(text.size());
}

/// Calls take(code) for each letter, and for each digit if `digits`. Nothing else is there: not
/// even the blanks.
template <class Take>
void ForEachLetter(std::string_view text, bool digits, const Take& take) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x80) {
      const uint8_t letter = kFoldedAscii[byte];
      if (letter != 0 && (digits || letter > '9')) take(uint32_t{letter});
      ++i;
      continue;
    }
    const FoldedChar c = FoldChar(text.substr(i));
    if (digits || c.kind != FoldedKind::kDigit)
      for (int k = 0; k < c.count; ++k) take(c.codes[k]);
    i += static_cast<size_t>(c.bytes);
  }
}

/// Hash of the last n values pushed, in constant time each: a polynomial modulo 2^64 whose
/// coefficients the caller has spread over 64 bits.
class RollingHash {
 public:
  explicit RollingHash(int n) : ring_(static_cast<size_t>(n)) {
    for (int i = 0; i < n; ++i) leaving_ *= kBase;
  }
  /// True once n values are in, and then always.
  bool Push(uint64_t value) {
    hash_ = hash_ * kBase + value - ring_[at_] * leaving_;
    ring_[at_] = value;
    at_ = at_ + 1 == ring_.size() ? 0 : at_ + 1;
    pushed_ += pushed_ < ring_.size();
    return pushed_ == ring_.size();
  }
  /// Of the values in the window, fewer than n at first.
  uint64_t hash() const { return MixBits(hash_); }

 private:
  static constexpr uint64_t kBase = 0x9fb21c651e98df25;  // odd, random
  std::vector<uint64_t> ring_;
  size_t at_ = 0, pushed_ = 0;
  uint64_t hash_ = 0, leaving_ = 1;  // kBase^n
};

}  // namespace cria::corpus
