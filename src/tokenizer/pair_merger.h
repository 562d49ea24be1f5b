// The heart of BPE training: repeatedly joins the most frequent pair of neighbours in a list of
// counted words. Knows spm_train's rules for which pairs may join and how ties are broken; knows
// nothing of files, vocabularies or text.
#pragma once

#include <cstdint>
#include <queue>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace cria::tokenizer {

struct PieceRules {
  int max_piece_length = 16;  ///< characters
  bool split_by_unicode_script = true;
  bool split_by_number = true;
  bool split_digits = true;
  bool allow_whitespace_only_pieces = true;
};

/// May these code points (blanks as U+2581) be one piece? The rules of spm_train.
bool IsValidPiece(std::u32string_view piece, const PieceRules& rules);

class PairMerger {
 public:
  static constexpr int32_t kBoundary = -1;  ///< a character outside the alphabet: nothing joins it

  /// Symbols are first the characters of `alphabet`, by index.
  PairMerger(std::u32string_view alphabet, const PieceRules& rules, int max_merges);

  /// Adds a word as symbols of the alphabet (or kBoundary) that occurs `count` times.
  void AddWord(std::span<const int32_t> symbols, int64_t count);

  /// Joins up to max_merges pairs; returns the new pieces (UTF-8) in order. The result
  /// does not depend on the order of AddWord.
  std::vector<std::string> Run();

 private:
  static constexpr int32_t kInside = -2;
  static constexpr uint32_t kInvalidPair = ~uint32_t{0};

  struct Symbol {
    std::u32string characters;
    std::string text;
  };
  struct Pair {
    int32_t left, right;
    int64_t count = 0;
    uint64_t prefix = 0;  // first 8 bytes of the text, big-endian: decides most ties
    uint32_t length = 0;  // characters
    bool dirty = false;   // count must be taken anew (only pairs of equal symbols)
    bool done = false;
    std::vector<uint32_t> positions = {};  // of the left symbol; some may be out of date
  };
  struct Candidate {
    int64_t count;
    uint32_t pair;
  };
  struct Worse;  // orders candidates: the best on top of the heap

  uint32_t FindPair(int32_t left, int32_t right) const;
  uint32_t AddPair(int32_t left, int32_t right);
  void GrowIndex();
  std::string TextOf(const Pair& pair) const;
  void CountInitialPairs();
  void Recount(Pair* pair);
  void Push(uint32_t pair);
  void Merge(uint32_t best, int32_t merged);
  void Forget(int32_t left, int32_t right, const Pair& best, int64_t count);
  void Append(std::vector<uint32_t>* of_neighbour, int32_t neighbour, int32_t left, int32_t right,
              uint32_t position, int64_t count);
  uint32_t LengthOf(int32_t symbol) const { return lengths_[static_cast<size_t>(symbol)]; }

  PieceRules rules_;
  int max_merges_;
  std::vector<Symbol> symbols_;
  std::vector<uint32_t> lengths_;  // characters, by symbol

  // Words one after the other with a boundary between; a symbol stands at its first character.
  std::vector<int32_t> at_;      // symbol, kBoundary, or kInside
  std::vector<uint16_t> back_;   // at a symbol's last character: distance to its first
  std::vector<uint32_t> word_;   // by character: index in counts_
  std::vector<int64_t> counts_;  // by word

  std::vector<Pair> pairs_;
  struct IndexSlot {
    uint64_t key = ~uint64_t{0};
    uint32_t pair = kInvalidPair;
  };
  std::vector<IndexSlot> index_;  // open addressing; invalid pairs are remembered too
  size_t index_size_ = 0;

  std::vector<uint32_t> before_, after_;  // pair of (symbol, merged) and (merged, symbol), in Merge
  std::vector<int32_t> touched_;
  std::vector<Candidate> heap_;
  std::unordered_set<std::string> pieces_;
};

}  // namespace cria::tokenizer
