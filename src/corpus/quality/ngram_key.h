// An n-gram packed into 128 bits so that plain comparison is the order that Kneser-Ney estimation
// needs: by last word first, then the word before it ("suffix order", Heafield et al. 2013).
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>

namespace cria::corpus {

struct NgramKey {
  uint64_t high = 0, low = 0;
  friend auto operator<=>(const NgramKey&, const NgramKey&) = default;
};

/// Packing for n-grams of up to `order` words: 128/order bits a word, at most 32. Absent words are
/// zeros: <unk> is never counted, so a zero ends an n-gram.
class NgramPacking {
 public:
  explicit NgramPacking(int order) : order_(order), bits_(std::min(32, 128 / order)) {}

  int order() const { return order_; }
  uint64_t max_id() const { return (uint64_t{1} << bits_) - 1; }

  /// The n-gram with `id` behind its end; what is longer than the order falls off in front.
  NgramKey Push(NgramKey key, uint32_t id) const {
    return Narrow(Cut(Wide(key) >> bits_, order_) | Place(id, 0));
  }
  /// The last n words.
  NgramKey Suffix(NgramKey key, int n) const { return Narrow(Cut(Wide(key), n)); }
  /// Word `i` from the end, 0 being the last.
  uint32_t Word(NgramKey key, int i) const {
    return static_cast<uint32_t>(Wide(key) >> (128 - bits_ * (i + 1))) &
           static_cast<uint32_t>(max_id());
  }
  /// Number of words, at most the order.
  int Length(NgramKey key) const {
    int n = 0;
    while (n < order_ && Word(key, n) != 0) ++n;
    return n;
  }
  /// Number of last words that two n-grams share, at most the order.
  int Shared(NgramKey a, NgramKey b) const {
    int n = 0;
    while (n < order_ && Word(a, n) == Word(b, n)) ++n;
    return n;
  }
  /// Key of an n-gram of n words that sorts by its context (in suffix order), then by its last word
  /// ("context order"), and back.
  NgramKey ToContextOrder(NgramKey key, int n) const {
    return Narrow(Cut(Wide(key) << bits_, n - 1) | Place(Word(key, 0), n - 1));
  }
  NgramKey FromContextOrder(NgramKey key, int n) const {
    return Narrow(Cut(Cut(Wide(key), n - 1) >> bits_, n) | Place(Word(key, n - 1), 0));
  }

 private:
  using Bits = unsigned __int128;
  static Bits Wide(NgramKey key) { return Bits{key.high} << 64 | key.low; }
  static NgramKey Narrow(Bits bits) {
    return {static_cast<uint64_t>(bits >> 64), static_cast<uint64_t>(bits)};
  }
  Bits Cut(Bits bits, int n) const {  // keeps the first n words of the packed form
    const int drop = 128 - n * bits_;
    return drop >= 128 ? Bits{0} : bits >> drop << drop;
  }
  Bits Place(uint32_t id, int i) const { return Bits{id} << (128 - bits_ * (i + 1)); }

  int order_, bits_;
};

}  // namespace cria::corpus
