// Positions of every pair, a queue by count; only words that a join touches are counted again.
#include "tokenizer/pair_merger.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "tokenizer/unicode_script.h"

namespace cria::tokenizer {
namespace {

constexpr uint32_t kUnknownPair = ~uint32_t{0} - 1;  // not looked up yet, in before_ and after_

uint64_t Key(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

size_t HashKey(uint64_t key) {
  key *= 0x9E3779B97F4A7C15u;
  return key ^ key >> 29;
}

constexpr char32_t kBlank = 0x2581;

bool IsDigit(char32_t c) { return (c >= '0' && c <= '9') || (c >= 0xFF10 && c <= 0xFF19); }

}  // namespace

bool IsValidPiece(std::u32string_view piece, const PieceRules& rules) {
  constexpr int kAnyScript = -1;
  if (piece.empty() || piece.size() > static_cast<size_t>(rules.max_piece_length)) return false;
  const bool only_blanks = piece.find_first_not_of(kBlank) == piece.npos;
  if (only_blanks) return piece.size() == 1 || rules.allow_whitespace_only_pieces;
  int previous = kAnyScript;
  for (size_t i = 0; i < piece.size(); ++i) {
    const char32_t c = piece[i];
    if (c == kBlank) {
      if (i > 0) return false;
      continue;
    }
    int script = ScriptOf(c);
    if (script == kScriptInherited) script = previous;
    if (IsDigit(c)) {
      if (rules.split_digits && piece.size() > 1) return false;
      if (!rules.split_by_number) script = kAnyScript;
    }
    const bool differs = script != kAnyScript && previous != kAnyScript && script != previous;
    if (rules.split_by_unicode_script && differs) return false;
    previous = script;
  }
  return true;
}

/// spm_train's order: higher count, then fewer characters, then smaller text. Two ways to the same
/// text: the longer left part first (spm_train leaves that to chance).
struct PairMerger::Worse {
  const PairMerger& merger;
  bool operator()(const Candidate& a, const Candidate& b) const {
    if (a.count != b.count) return a.count < b.count;
    const Pair& x = merger.pairs_[a.pair];
    const Pair& y = merger.pairs_[b.pair];
    if (x.length != y.length) return x.length > y.length;
    if (x.prefix != y.prefix) return x.prefix > y.prefix;
    const int order = merger.TextOf(x).compare(merger.TextOf(y));
    if (order != 0) return order > 0;
    return merger.LengthOf(x.left) < merger.LengthOf(y.left);
  }
};

PairMerger::PairMerger(std::u32string_view alphabet, const PieceRules& rules, int max_merges)
    : rules_(rules), max_merges_(max_merges) {
  for (const char32_t c : alphabet) {
    Symbol symbol{std::u32string(1, c), ""};
    AppendUtf8(c, &symbol.text);
    symbols_.push_back(std::move(symbol));
    lengths_.push_back(1);
  }
  at_.push_back(kBoundary);
  back_.push_back(0);
  word_.push_back(0);
}

void PairMerger::AddWord(std::span<const int32_t> symbols, int64_t count) {
  if (symbols.size() < 2) return;
  if (at_.size() + symbols.size() >= std::numeric_limits<uint32_t>::max()) {
    throw Error("too many distinct words to train a tokenizer on", "tokenizer training",
                "use a part of the text");
  }
  at_.insert(at_.end(), symbols.begin(), symbols.end());
  at_.push_back(kBoundary);
  back_.resize(at_.size(), 0);
  word_.resize(at_.size(), static_cast<uint32_t>(counts_.size()));
  counts_.push_back(count);
}

uint32_t PairMerger::FindPair(int32_t left, int32_t right) const {
  const uint64_t key = Key(left, right);
  const size_t mask = index_.size() - 1;
  for (size_t i = HashKey(key) & mask;; i = (i + 1) & mask) {
    if (index_[i].key == key) return index_[i].pair;
    if (index_[i].key == ~uint64_t{0}) return kUnknownPair;
  }
}

void PairMerger::GrowIndex() {
  std::vector<IndexSlot> old(std::max<size_t>(1 << 16, 2 * index_.size()));
  old.swap(index_);
  const size_t mask = index_.size() - 1;
  for (const IndexSlot& slot : old) {
    if (slot.key == ~uint64_t{0}) continue;
    size_t i = HashKey(slot.key) & mask;
    while (index_[i].key != ~uint64_t{0}) i = (i + 1) & mask;
    index_[i] = slot;
  }
}

uint32_t PairMerger::AddPair(int32_t left, int32_t right) {
  if (2 * (index_size_ + 1) > index_.size()) GrowIndex();
  const Symbol& a = symbols_[static_cast<size_t>(left)];
  const Symbol& b = symbols_[static_cast<size_t>(right)];
  const std::u32string characters = a.characters + b.characters;
  uint32_t pair = kInvalidPair;
  // A text that is a piece already is never chosen again, whatever the way to it.
  if (IsValidPiece(characters, rules_)) {
    const std::string text = a.text + b.text;
    if (!pieces_.contains(text)) {
      pair = static_cast<uint32_t>(pairs_.size());
      Pair added{.left = left, .right = right};
      added.length = static_cast<uint32_t>(characters.size());
      for (size_t i = 0; i < 8; ++i) {
        added.prefix = added.prefix << 8 | (i < text.size() ? static_cast<uint8_t>(text[i]) : 0);
      }
      pairs_.push_back(std::move(added));
    }
  }
  const uint64_t key = Key(left, right);
  const size_t mask = index_.size() - 1;
  size_t i = HashKey(key) & mask;
  while (index_[i].key != ~uint64_t{0}) i = (i + 1) & mask;
  index_[i] = {key, pair};
  ++index_size_;
  return pair;
}

std::string PairMerger::TextOf(const Pair& pair) const {
  return symbols_[static_cast<size_t>(pair.left)].text +
         symbols_[static_cast<size_t>(pair.right)].text;
}

void PairMerger::CountInitialPairs() {
  GrowIndex();
  for (size_t i = 0; i + 1 < at_.size(); ++i) {
    if (at_[i] < 0 || at_[i + 1] < 0) continue;
    uint32_t pair = FindPair(at_[i], at_[i + 1]);
    if (pair == kUnknownPair) pair = AddPair(at_[i], at_[i + 1]);
    if (pair == kInvalidPair) continue;
    pairs_[pair].positions.push_back(static_cast<uint32_t>(i));
    pairs_[pair].count += counts_[word_[i]];
  }
  for (uint32_t i = 0; i < pairs_.size(); ++i) {
    if (pairs_[i].left == pairs_[i].right) Recount(&pairs_[i]);
    Push(i);
  }
}

/// Counts a pair of equal symbols: in "aaa" only the first "aa", and what is left out once is out
/// for good, as in spm_train.
void PairMerger::Recount(Pair* pair) {
  const uint32_t length = LengthOf(pair->left);
  uint32_t taken_until = 0;  // position 0 is a boundary
  size_t kept = 0;
  pair->count = 0;
  for (const uint32_t position : pair->positions) {
    const bool valid = at_[position] == pair->left && at_[position + length] == pair->right;
    if (!valid || position == taken_until) {
      taken_until = 0;
      continue;
    }
    pair->count += counts_[word_[position]];
    taken_until = position + length;
    pair->positions[kept++] = position;
  }
  pair->positions.resize(kept);
  pair->dirty = false;
}

void PairMerger::Push(uint32_t pair) {
  if (pairs_[pair].count <= 0) return;
  heap_.push_back({pairs_[pair].count, pair});
  std::push_heap(heap_.begin(), heap_.end(), Worse{*this});
}

std::vector<std::string> PairMerger::Run() {
  CountInitialPairs();
  before_.assign(symbols_.size() + static_cast<size_t>(max_merges_), kUnknownPair);
  after_ = before_;
  std::vector<std::string> merged;
  while (merged.size() < static_cast<size_t>(max_merges_) && !heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), Worse{*this});
    const Candidate top = heap_.back();
    heap_.pop_back();
    Pair& pair = pairs_[top.pair];
    if (pair.done) continue;
    if (pair.dirty) Recount(&pair);
    if (pair.count != top.count) {  // counts only fall, so what is on top was an upper bound
      Push(top.pair);
      continue;
    }
    pair.done = true;
    std::string text = TextOf(pair);
    if (!pieces_.insert(text).second) {
      std::vector<uint32_t>().swap(pair.positions);
      continue;
    }
    const auto symbol = static_cast<int32_t>(symbols_.size());
    symbols_.push_back({symbols_[static_cast<size_t>(pair.left)].characters +
                            symbols_[static_cast<size_t>(pair.right)].characters,
                        text});
    lengths_.push_back(pair.length);
    merged.push_back(std::move(text));
    Merge(top.pair, symbol);
    if (merged.size() % 64 == 0) ThrowIfInterrupted();
  }
  return merged;
}

/// One occurrence of (left, right) goes away because a neighbour joins `best`.
void PairMerger::Forget(int32_t left, int32_t right, const Pair& best, int64_t count) {
  if (left == best.left && right == best.right) return;
  const uint32_t index = FindPair(left, right);
  if (index >= kUnknownPair) return;
  Pair& pair = pairs_[index];
  if (left == right) {
    pair.dirty = true;
  } else {
    pair.count -= count;
  }
}

void PairMerger::Append(std::vector<uint32_t>* of_neighbour, int32_t neighbour, int32_t left,
                        int32_t right, uint32_t position, int64_t count) {
  uint32_t& pair = (*of_neighbour)[static_cast<size_t>(neighbour)];
  if (pair == kUnknownPair) {
    pair = FindPair(left, right);  // found when the neighbour is the merged symbol itself
    if (pair == kUnknownPair) pair = AddPair(left, right);
    touched_.push_back(neighbour);
  }
  if (pair == kInvalidPair) return;
  pairs_[pair].positions.push_back(position);
  pairs_[pair].count += count;
}

void PairMerger::Merge(uint32_t best_index, int32_t merged) {
  // pairs_ may grow below, so what is needed of the best pair is taken out first.
  std::vector<uint32_t> positions = std::move(pairs_[best_index].positions);
  const Pair best{.left = pairs_[best_index].left, .right = pairs_[best_index].right};
  const uint32_t left_length = LengthOf(best.left), length = LengthOf(merged);
  const auto first_new = static_cast<uint32_t>(pairs_.size());
  for (const uint32_t left : positions) {
    const uint32_t right = left + left_length;
    if (at_[left] != best.left || at_[right] != best.right) continue;
    const int64_t count = counts_[word_[left]];
    const uint32_t next = left + length;
    const uint32_t previous = left - 1 - back_[left - 1];
    const int32_t previous_symbol = at_[previous], next_symbol = at_[next];
    if (previous_symbol >= 0) Forget(previous_symbol, best.left, best, count);
    if (next_symbol >= 0) Forget(best.right, next_symbol, best, count);
    at_[left] = merged;
    at_[right] = kInside;
    back_[next - 1] = static_cast<uint16_t>(length - 1);
    if (previous_symbol >= 0)
      Append(&before_, previous_symbol, previous_symbol, merged, previous, count);
    if (next_symbol >= 0) Append(&after_, next_symbol, merged, next_symbol, left, count);
  }
  for (const int32_t symbol : touched_) {
    before_[static_cast<size_t>(symbol)] = after_[static_cast<size_t>(symbol)] = kUnknownPair;
  }
  touched_.clear();
  for (uint32_t i = first_new; i < pairs_.size(); ++i) {
    if (pairs_[i].left == pairs_[i].right) Recount(&pairs_[i]);
    Push(i);
  }
}

}  // namespace cria::tokenizer
