// Writes an n-gram model file (ngram_format.h) from n-grams in any order, within a limit of memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/hash.h"
#include "corpus/quality/ngram_format.h"
#include "corpus/quality/ngram_quantizer.h"
#include "corpus/quality/ngram_sink.h"
#include "corpus/quality/ngram_sort.h"
#include "corpus/quality/pieces.h"

namespace cria::corpus {

/// An n-gram on its way to its cell, or (order 0) the mark that a longer one begins with it.
struct NgramEntry {
  uint64_t hash;
  float log10_probability, log10_backoff;
  uint16_t order;
  uint16_t extends;
  uint32_t collisions;

  bool operator<(const NgramEntry& other) const {
    if (hash != other.hash) return hash < other.hash;
    if (order != other.order) return order > other.order;
    if (log10_probability != other.log10_probability) {
      return log10_probability < other.log10_probability;
    }
    return log10_backoff < other.log10_backoff;
  }
  bool SameKey(const NgramEntry& other) const { return hash == other.hash; }
  void Absorb(const NgramEntry& other) {
    extends |= other.extends;
    collisions += other.collisions + (order != 0 && other.order != 0);
  }
};

class NgramModelWriter final : public NgramSink {
 public:
  enum class Values { kFloat, kQuantized };  ///< 16 bytes an n-gram, or 8; times 1.5, for speed
  /// The file appears at Finish. Throws Error.
  NgramModelWriter(const fs::path& path, Values values, NgramMemory* memory);

  void Begin(int order, std::vector<std::string> vocabulary) override;
  void Take(std::span<const uint32_t> ids, float log10_probability, float log10_backoff) override;
  void MarkContext(std::span<const uint32_t> ids) override;
  void Finish();

  /// After Finish. Two n-grams of one hash: the second is lost. Chance for 10^8 n-grams: 1 in 3000.
  int64_t collisions() const { return collisions_; }
  int64_t file_bytes() const { return file_.written_bytes(); }

 private:
  struct Codebook {
    NgramQuantizer probabilities{-16, 0}, backoffs{-12, 4};
  };

  void Write(const void* data, uint64_t bytes);
  uint64_t Align();
  void WriteVocabulary();
  void WriteCodebooks();
  void WriteCells();
  void WriteCell(const NgramEntry& entry);
  void WriteEmptyCells(uint64_t count);

  AtomicFile file_;
  Hash64Stream digest_;
  Values values_;
  NgramSorter<NgramEntry> sorter_;
  NgramFileHeader header_ = {};
  std::vector<std::string> vocabulary_;
  std::vector<NgramUnigram> unigrams_;
  std::vector<Codebook> codebooks_;  // by order - 2
  int64_t collisions_ = 0;
};

}  // namespace cria::corpus
