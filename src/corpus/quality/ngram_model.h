// An n-gram language model in a mapped file, and the probabilities of texts by it. Made by
// NgramModelWriter; knows nothing of how text becomes pieces.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "corpus/quality/ngram_format.h"
#include "corpus/quality/ngram_sink.h"

namespace cria::corpus {

/// What a query must know of the words before: those that some n-gram of the model could still use
/// (KenLM's state minimisation). Newest first.
struct NgramState {
  std::array<uint32_t, kMaxNgramOrder - 1> words = {};
  std::array<float, kMaxNgramOrder - 1> backoffs = {};  ///< log10, of the last 1, 2, .. words
  int length = 0;
};

struct NgramScore {
  float log10_probability;  ///< backoffs included
  int length;               ///< of the longest n-gram that was found
};

/// CCNet's perplexity of a text of `pieces` pieces with their log10 score; </s> counts as one more.
double NgramPerplexity(double log10_score, int64_t pieces);

/// All const functions may be called from many threads.
class NgramModel {
 public:
  /// kSizes trusts the contents: a damaged file then gives wrong numbers, but no crash.
  enum class Check { kSizes, kDigest };
  /// Throws Error if the file is not a model of this version, is cut off or damaged.
  explicit NgramModel(const fs::path& path, Check check = Check::kDigest);
  /// A model in memory that outlives this and begins at a multiple of 8; `name` is for errors.
  NgramModel(std::span<const uint8_t> bytes, std::string name, Check check = Check::kDigest);
  NgramModel(NgramModel&&) = default;

  int order() const { return static_cast<int>(header_.order); }
  bool quantized() const { return header_.quantized != 0; }
  /// Pieces with <unk>, <s> and </s>.
  int64_t vocabulary_size() const { return static_cast<int64_t>(header_.vocabulary); }
  int64_t ngrams(int n) const { return static_cast<int64_t>(header_.ngrams[n - 1]); }
  std::string_view piece(uint32_t id) const;
  /// Id of a piece, or kUnknownId.
  uint32_t Find(std::string_view piece) const;
  /// Ids of all pieces of a splitter: map[splitter's id] is the model's id. Its three marks become
  /// kUnknownId.
  std::vector<uint32_t> MapPieces(std::span<const std::string> pieces) const;

  /// log10 of the probability of a sentence (CCNet: a document) with </s> behind it, after <s>. Ids
  /// that the model does not have count as <unk>.
  double Score(std::span<const uint32_t> ids) const { return ScoreInto(ids, nullptr); }
  /// The same, and the share of each piece and of </s>: scores has ids.size() + 1 elements after
  /// it.
  double ScoreEach(std::span<const uint32_t> ids, std::vector<NgramScore>* scores) const;

  /// State after <s>. A state of no words is NgramState{}.
  NgramState Begin() const;
  /// Score of `id` after `before`; `after` may be the same object.
  NgramScore Next(const NgramState& before, uint32_t id, NgramState* after) const;

 private:
  struct Found {
    float log10_probability, log10_backoff;
  };
  struct Query;  // one token of a sentence whose cells are on their way to the cache

  void Open(std::span<const uint8_t> bytes, Check check);
  void CheckSections(uint64_t size) const;
  [[noreturn]] void Damaged(const std::string& what) const;
  template <class T>
  const T* At(uint64_t offset) const {
    return reinterpret_cast<const T*>(base_ + offset);
  }
  uint32_t Known(uint32_t id) const { return id < header_.vocabulary ? id : 0; }
  double ScoreInto(std::span<const uint32_t> ids, NgramScore* scores) const;
  template <bool kQuantized>
  double ScoreSentence(std::span<const uint32_t> ids, NgramScore* scores) const;
  template <bool kQuantized>
  bool Lookup(uint64_t hash, uint64_t bucket, int n, Found* found) const;
  template <bool kQuantized>
  const char* CellAt(uint64_t bucket) const {
    return reinterpret_cast<const char*>(cells_) +
           bucket * (kQuantized ? sizeof(NgramCell) : sizeof(WideNgramCell));
  }

  std::optional<MappedFile> file_;
  std::string name_;
  NgramFileHeader header_ = {};
  const uint8_t* base_ = nullptr;
  const NgramUnigram* unigrams_ = nullptr;
  const float* codebooks_ = nullptr;
  const void* cells_ = nullptr;
};

}  // namespace cria::corpus
