// Which evaluation items stand in the corpus: word n-grams of their texts, looked for in every
// document. Decides nothing about the documents: it reports.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/duplicates/evaluation_items.h"
#include "corpus/duplicates/folded_text.h"

namespace cria::corpus {

/// Two published rules, both reported. Words are compared without case, accents and punctuation.
struct ContaminationOptions {
  /// kAnyNgram (GPT-3: Brown et al. 2020, C): so many words of a text in a row stand in one
  /// document; or the whole text, if it is shorter.
  int any_words = 13;
  /// kMostNgrams (PaLM: Chowdhery et al. 2022, 8; Llama 2 asks the same of tokens): so large a
  /// share of a text's n-grams of so many words stands in the corpus, in whatever documents.
  int most_words = 8;
  double most_share = 0.7;
};

/// A run of words that a text and a document have in common: as long as it gets, and at least the
/// shorter of both n-grams.
struct ContaminationHit {
  int32_t text = 0;             ///< number of the text in the index
  int32_t word = 0, words = 0;  ///< place in the text
  uint32_t begin = 0, end = 0;  ///< bytes in the document
};

/// The n-grams of all texts. Fixed after construction: any number of threads may scan.
class ContaminationIndex {
 public:
  /// The items must outlive the index. Texts that are the same are indexed
  /// once; those with fewer words than the shorter of both n-grams are left out.
  explicit ContaminationIndex(std::span<const EvaluationItem> items,
                              const ContaminationOptions& options = {});

  /// The runs in a document of less than 4 GiB; of those that begin at the same word of a text only
  /// the longest. Time is linear in the document, up to kMaxTexts steps a word for one that repeats
  /// what is in many texts; memory is that of the document's words and of the index's places.
  std::vector<ContaminationHit> Scan(std::string_view document) const;

  /// The items of which one text is hit by kAnyNgram, ascending: what a document gives away.
  std::vector<int64_t> ItemsIn(std::span<const ContaminationHit> hits) const;

  /// Of an n-gram that is in more texts ("which of the following is the best ...") no further ones
  /// are remembered; a run in them is then found by its next n-gram.
  static constexpr size_t kMaxTexts = 64;

 private:
  friend class ContaminationReport;
  struct Text {
    size_t first_word = 0;  // in words_
    int32_t words = 0;
    std::vector<int64_t> items;
  };
  struct Place {
    uint64_t hash = 0;
    int32_t text = 0, word = 0;
  };
  struct Word {
    uint64_t hash = 0;
    uint32_t begin = 0, end = 0;
  };

  void AddTexts(std::span<const EvaluationItem> items);
  void AddPlaces();
  /// First of the places with this hash, or null; they end where the hash does.
  const Place* Find(uint64_t hash) const;
  /// The run that holds the n-gram at `place` and at `first` of a document; 0 words if none.
  ContaminationHit Run(const Place& place, std::span<const Word> words, size_t first) const;
  bool IsWhole(const ContaminationHit& hit) const;

  ContaminationOptions options_;
  int window_ = 0;  // words of the n-grams in the index: the shorter of both
  int64_t items_ = 0;
  std::vector<Text> texts_;
  std::vector<uint64_t> words_;
  std::vector<Place> places_;     // sorted; the last one is a guard that no hash has
  std::vector<uint32_t> starts_;  // open addressing by hash: place + 1, or 0
  std::vector<uint64_t> maybe_;   // one bit a hash: most words of a document end here
};

/// What is known of one item after all documents.
struct ItemContamination {
  bool any_ngram = false;    ///< by kAnyNgram
  bool most_ngrams = false;  ///< by kMostNgrams
  double share = 0;          ///< of the n-grams of most_words, of the text with the largest
  int32_t longest_words = 0;
  int64_t documents = 0;  ///< that hit it by kAnyNgram
  struct Example {
    std::string document;
    ContaminationHit hit;
  };
  std::vector<Example> examples;  ///< the first kMaxExamples documents, with their longest run
};

/// Adds up hits, document by document. One thread; the order decides about the examples only.
class ContaminationReport {
 public:
  static constexpr size_t kMaxExamples = 8;

  explicit ContaminationReport(const ContaminationIndex& index);

  void Add(std::string_view document_id, std::span<const ContaminationHit> hits);

  /// One for each item, in order.
  std::vector<ItemContamination> Items() const;

 private:
  const ContaminationIndex& index_;
  std::vector<std::vector<bool>> covered_;  // by text: n-grams found; empty if none
  std::vector<int32_t> longest_;            // by text
  std::vector<ItemContamination> items_;
};

}  // namespace cria::corpus
