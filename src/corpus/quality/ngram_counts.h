// Counts the n-grams of a text for Kneser-Ney estimation: only those of the full order, one for
// each position; the shorter ones follow from them (Heafield et al. 2013, section 3.1).
#pragma once

#include <cstdint>
#include <span>

#include "corpus/quality/ngram_key.h"
#include "corpus/quality/ngram_sort.h"
#include "corpus/quality/pieces.h"

namespace cria::corpus {

/// An n-gram that ends somewhere in the text, and how often. Shorter than the order only if it
/// begins with <s>.
struct NgramCount {
  NgramKey key;
  uint64_t count;

  bool operator<(const NgramCount& other) const { return key < other.key; }
  bool SameKey(const NgramCount& other) const { return key == other.key; }
  void Absorb(const NgramCount& other) { count += other.count; }
};

class NgramCounts {
 public:
  /// `order` is 1 to kMaxNgramOrder.
  NgramCounts(int order, NgramMemory* memory);

  /// Counts one sentence (CCNet: one document), without marks: <s> and </s> are put around it. Ids
  /// below kFirstPieceId are passed over, as lmplz --skip_symbols does. Throws Error if an id does
  /// not fit the packing: 2,097,151 is the largest for order 6, 33,554,431 for order 5.
  void Add(std::span<const uint32_t> ids);

  /// Ends counting. Then Next gives the n-grams in suffix order.
  void StartReading() { sorter_.StartReading(); }
  bool Next(NgramCount* ngram) { return sorter_.Next(ngram); }

  const NgramPacking& packing() const { return packing_; }
  NgramMemory* memory() const { return memory_; }
  int64_t sentences() const { return sentences_; }
  /// Counted pieces, ends of sentences not among them.
  int64_t tokens() const { return tokens_; }
  uint32_t largest_id() const { return largest_id_; }

 private:
  NgramMemory* memory_;
  NgramPacking packing_;
  NgramSorter<NgramCount> sorter_;
  int64_t sentences_ = 0, tokens_ = 0;
  uint32_t largest_id_ = kFirstPieceId - 1;
};

}  // namespace cria::corpus
