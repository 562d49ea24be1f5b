// Parts are short (a word), so the best pair is found by looking at all; long ones keep a heap.
#include "tokenizer/byte_level_encoder.h"

#include <queue>

#include "base/error.h"
#include "base/utf8.h"

namespace cria::tokenizer {
namespace {

constexpr const char* kRemedy = "the tokenizer is damaged; fetch it again";

uint64_t PairKey(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

// A list of the part's symbols; `left` and `right` are neighbours, -1 at the ends.
struct Symbol {
  int32_t id, left, right;
};

struct Candidate {
  int32_t rank, at, left_id, right_id;
  bool operator<(const Candidate& other) const {  // the first of the queue is the greatest
    return rank != other.rank ? rank > other.rank : at > other.at;
  }
};

}  // namespace

ByteLevelEncoder::ByteLevelEncoder(const ByteLevelModel& model, const std::string& where) {
  for (const std::string& split : model.splits) splits_.emplace_back(split, where);
  std::unordered_map<std::string, int32_t> ids;
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    if (!model.pieces[id].empty()) ids.emplace(model.pieces[id], static_cast<int32_t>(id));
  }
  for (int b = 0; b < 256; ++b) {
    const auto it = ids.find(std::string(1, static_cast<char>(b)));
    if (it == ids.end()) {
      throw Error(fmt::format("the token of byte 0x{:02X} is missing", b), where, kRemedy);
    }
    byte_ids_[static_cast<size_t>(b)] = it->second;
  }
  merges_.reserve(model.merges.size());
  for (size_t rank = 0; rank < model.merges.size(); ++rank) {
    const auto [left, right] = model.merges[rank];
    const auto it = ids.find(model.pieces[static_cast<size_t>(left)] +
                             model.pieces[static_cast<size_t>(right)]);
    if (it == ids.end()) {
      throw Error(fmt::format("merge {} gives no token", rank), where, kRemedy);
    }
    merges_.emplace(PairKey(left, right), Merge{static_cast<int32_t>(rank), it->second});
  }
  if (model.whole_words_first) words_ = std::move(ids);
}

const ByteLevelEncoder::Merge* ByteLevelEncoder::Find(int32_t left, int32_t right) const {
  const auto it = merges_.find(PairKey(left, right));
  return it == merges_.end() ? nullptr : &it->second;
}

void ByteLevelEncoder::EncodePart(std::string_view part, std::vector<int32_t>* out) const {
  if (!words_.empty()) {
    if (const auto it = words_.find(std::string(part)); it != words_.end()) {
      out->push_back(it->second);
      return;
    }
  }
  const int32_t n = static_cast<int32_t>(part.size());
  std::vector<Symbol> symbols(part.size());
  for (int32_t i = 0; i < n; ++i) {
    symbols[static_cast<size_t>(i)] = {
        byte_ids_[static_cast<uint8_t>(part[static_cast<size_t>(i)])], i - 1,
        i + 1 < n ? i + 1 : -1};
  }
  std::priority_queue<Candidate> queue;
  const auto offer = [&](int32_t at) {
    if (at < 0 || symbols[at].right < 0) return;
    const int32_t left = symbols[at].id, right = symbols[symbols[at].right].id;
    if (const Merge* merge = Find(left, right)) queue.push({merge->rank, at, left, right});
  };
  for (int32_t i = 0; i + 1 < n; ++i) offer(i);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = symbols[best.at];
    if (left.id != best.left_id || left.right < 0 || symbols[left.right].id != best.right_id) {
      continue;  // one of the two was joined meanwhile
    }
    Symbol& right = symbols[left.right];
    left.id = Find(best.left_id, best.right_id)->id;
    right.id = -1;
    left.right = right.right;
    if (left.right >= 0) symbols[left.right].left = best.at;
    offer(left.left);
    offer(best.at);
  }
  for (int32_t i = 0; i >= 0 && i < n; i = symbols[i].right) out->push_back(symbols[i].id);
}

void ByteLevelEncoder::Encode(std::string_view text, bool, std::vector<int32_t>* out) const {
  std::string repaired;
  if (!IsValidUtf8(text)) {
    repaired = RepairUtf8(text);
    text = repaired;
  }
  if (text.empty()) return;
  std::vector<std::string_view> parts = {text}, finer;
  for (const RegexSplit& split : splits_) {
    finer.clear();
    for (const std::string_view part : parts) split.Split(part, &finer);
    parts.swap(finer);
  }
  for (const std::string_view part : parts) EncodePart(part, out);
}

}  // namespace cria::tokenizer
