// Text to ids by SentencePiece's BPE rule: join the adjacent pair whose concatenation is the piece
// with the highest score, leftmost on ties, until none is left. Works on "inner form": UTF-8 with a
// plain blank for U+2581. Not for file formats (model_proto.h) or decoding (tokenizer.h).
//
// Two facts make it fast and keep it exact. Text may be cut between two characters that no piece
// contains side by side, since no merge can cross there; what lies between two cuts (about a word)
// is merged alone and remembered in a bounded cache.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/encoder.h"
#include "tokenizer/model_proto.h"
#include "tokenizer/string_map.h"

namespace cria::tokenizer {

class WordCache;

class BpeEncoder : public Encoder {
 public:
  /// `byte_ids[b]` is the id of the piece for byte b. Keeps no reference to the pieces.
  BpeEncoder(const std::vector<ModelPiece>& pieces, const std::array<int32_t, 256>& byte_ids,
             bool add_dummy_prefix);
  ~BpeEncoder() override;

  void Encode(std::string_view text, bool prefix, std::vector<int32_t>* out) const override;

  /// Id of a NORMAL piece given in inner form, or -1.
  int32_t Find(std::string_view inner) const { return symbols_.Find(inner, pieces_); }

 private:
  struct Symbol {
    int32_t symbol;  // -1: a character that no piece contains
    uint32_t begin;  // bytes in the word
    uint32_t size;   // 0: joined into its left neighbour
  };

  /// Valid UTF-8 without U+2581; blanks are plain.
  void EncodeInner(std::string_view inner, WordCache* cache, std::vector<int32_t>* out) const;
  /// End of the word that starts at `at`: the next place where the text may be cut.
  size_t WordEnd(std::string_view inner, size_t at) const;
  bool MayJoin(uint32_t left, uint32_t right) const;
  /// The merge rule itself, without the cache (bpe_merge.cc).
  void EncodeWord(std::string_view word, std::vector<int32_t>* out) const;
  void MergeShort(std::vector<Symbol>* symbols) const;
  void MergeLong(std::vector<Symbol>* symbols) const;
  void AddPieces(const std::vector<ModelPiece>& pieces);
  void AddMerges();
  void AddJoins(std::string_view inner);

  struct Merge {
    uint64_t pair = ~uint64_t{0};  // left symbol << 32 | right symbol
    uint32_t rank = 0;             // smaller joins first; equal scores share a rank
    int32_t symbol = 0;            // symbol that results
  };
  const Merge* FindMerge(int32_t left, int32_t right) const;

  std::unique_ptr<WordCache> TakeCache() const;
  void ReturnCache(std::unique_ptr<WordCache> cache) const;

  // Symbols are the pieces plus the single characters that occur in pieces without being one.
  std::vector<std::string> pieces_;  // inner form, by symbol
  std::vector<int32_t> ids_;         // piece id by symbol; -1: write as bytes
  std::vector<uint32_t> ranks_;
  StringMap symbols_;
  std::array<int32_t, 128> ascii_symbols_;
  std::array<int32_t, 256> byte_ids_;
  bool add_dummy_prefix_;

  std::vector<Merge> merges_;  // open addressing, a power of two
  // joins_: may a character pair stand inside a piece? Exact for ASCII, hashed (one-sided)
  // otherwise.
  std::array<std::array<uint64_t, 2>, 128> ascii_joins_{};
  std::vector<uint64_t> joins_;

  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<WordCache>> caches_;  // not in use at the moment
};

}  // namespace cria::tokenizer
