// The merge rule of bpe_encoder.h for one word: a scan for short words, a heap for long ones.
#include <algorithm>
#include <queue>

#include "tokenizer/bpe_encoder.h"
#include "tokenizer/inner_form.h"

namespace cria::tokenizer {
namespace {

constexpr size_t kShortWord = 40;  // symbols; up to here a scan per merge beats a heap
constexpr uint32_t kNoRank = ~uint32_t{0};

}  // namespace

void BpeEncoder::EncodeWord(std::string_view word, std::vector<int32_t>* out) const {
  std::vector<Symbol> symbols;
  symbols.reserve(word.size());
  for (size_t at = 0; at < word.size();) {
    const size_t size = LengthOfValid(word[at]);
    const uint8_t lead = static_cast<uint8_t>(word[at]);
    const int32_t symbol = lead < 0x80 ? ascii_symbols_[lead] : Find(word.substr(at, size));
    symbols.push_back({symbol, static_cast<uint32_t>(at), static_cast<uint32_t>(size)});
    at += size;
  }
  symbols.size() <= kShortWord ? MergeShort(&symbols) : MergeLong(&symbols);
  for (const Symbol& s : symbols) {
    if (s.size == 0) continue;
    const int32_t id = s.symbol < 0 ? -1 : ids_[static_cast<size_t>(s.symbol)];
    if (id >= 0) {
      out->push_back(id);
    } else if (word[s.begin] == ' ') {  // a blank without a piece is written as the bytes of U+2581
      for (const char c : kBlankMark) out->push_back(byte_ids_[static_cast<uint8_t>(c)]);
    } else {
      for (const char c : word.substr(s.begin, s.size)) {
        out->push_back(byte_ids_[static_cast<uint8_t>(c)]);
      }
    }
  }
}

void BpeEncoder::MergeShort(std::vector<Symbol>* symbols) const {
  std::vector<Symbol>& list = *symbols;
  const Merge* merges[kShortWord];  // merges[i]: of list[i] and list[i + 1]
  size_t n = list.size();
  for (size_t i = 0; i + 1 < n; ++i) merges[i] = FindMerge(list[i].symbol, list[i + 1].symbol);
  while (true) {
    size_t best = n;
    uint32_t best_rank = kNoRank;
    for (size_t i = 0; i + 1 < n; ++i) {
      if (merges[i] != nullptr && merges[i]->rank < best_rank) {
        best = i;
        best_rank = merges[i]->rank;
      }
    }
    if (best == n) break;
    list[best].symbol = merges[best]->symbol;
    list[best].size += list[best + 1].size;
    std::copy(list.begin() + static_cast<std::ptrdiff_t>(best) + 2,
              list.begin() + static_cast<std::ptrdiff_t>(n),
              list.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    --n;
    if (best + 1 < n) {
      std::copy(merges + best + 2, merges + n, merges + best + 1);
      merges[best] = FindMerge(list[best].symbol, list[best + 1].symbol);
    }
    if (best > 0) merges[best - 1] = FindMerge(list[best - 1].symbol, list[best].symbol);
  }
  list.resize(n);
}

void BpeEncoder::MergeLong(std::vector<Symbol>* symbols) const {
  struct Candidate {
    uint32_t rank;
    int32_t left, right;
    int32_t left_symbol, right_symbol;  // as they were; otherwise the candidate is out of date
    int32_t merged;
    bool operator<(const Candidate& other) const {  // the heap's top is the smallest rank, leftmost
      return rank != other.rank ? rank > other.rank : left > other.left;
    }
  };
  std::vector<Symbol>& list = *symbols;
  const int32_t n = static_cast<int32_t>(list.size());
  std::vector<int32_t> next(list.size()), previous(list.size());
  std::priority_queue<Candidate> heap;
  const auto at = [&list](int32_t i) -> Symbol& { return list[static_cast<size_t>(i)]; };
  const auto add = [&](int32_t left, int32_t right) {
    if (left < 0 || right >= n) return;
    const Merge* merge = FindMerge(at(left).symbol, at(right).symbol);
    if (merge == nullptr) return;
    heap.push({merge->rank, left, right, at(left).symbol, at(right).symbol, merge->symbol});
  };
  for (int32_t i = 0; i < n; ++i) {
    next[static_cast<size_t>(i)] = i + 1;
    previous[static_cast<size_t>(i)] = i - 1;
    add(i, i + 1);
  }
  while (!heap.empty()) {
    const Candidate top = heap.top();
    heap.pop();
    Symbol& left = at(top.left);
    Symbol& right = at(top.right);
    // A symbol only grows, so equal symbols at both places mean that nothing happened between.
    if (left.size == 0 || right.size == 0 || left.symbol != top.left_symbol ||
        right.symbol != top.right_symbol) {
      continue;
    }
    left.symbol = top.merged;
    left.size += right.size;
    right.size = 0;
    const int32_t after = next[static_cast<size_t>(top.right)];
    next[static_cast<size_t>(top.left)] = after;
    if (after < n) previous[static_cast<size_t>(after)] = top.left;
    add(previous[static_cast<size_t>(top.left)], top.left);
    add(top.left, after);
  }
}

}  // namespace cria::tokenizer
