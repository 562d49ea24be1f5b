// Sharded hash tables, joined shard by shard.
#include "tokenizer/word_counts.h"

#include <algorithm>

#include "base/hash.h"
#include "tokenizer/inner_form.h"

namespace cria::tokenizer {
namespace {

constexpr std::string_view kReserved = "\xE2\x96\x85";  // U+2585
constexpr int kShardShift = 60;
static_assert(WordCounts::kShards == 1 << (64 - kShardShift));

}  // namespace

void WordMap::Add(std::string_view word, uint64_t hash, int64_t count) {
  if (2 * static_cast<size_t>(size_ + 1) > slots_.size()) Grow();
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    Word& slot = slots_[at];
    if (slot.size == 0) {
      slot = {hash, arena_.size(), static_cast<uint32_t>(word.size()), count};
      arena_.append(word);
      ++size_;
      return;
    }
    if (slot.hash == hash && std::string_view(arena_).substr(slot.begin, slot.size) == word) {
      slot.count += count;
      return;
    }
  }
}

void WordMap::Grow() {
  std::vector<Word> old(std::max<size_t>(1024, 2 * slots_.size()), Word{});
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Word& word : old) {
    if (word.size == 0) continue;
    size_t at = word.hash & mask;
    while (slots_[at].size > 0) at = (at + 1) & mask;
    slots_[at] = word;
  }
}

void WordCounts::AddLines(std::string_view text, size_t max_line_bytes) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if ((max_line_bytes > 0 && line.size() > max_line_bytes) || line.find(kReserved) != line.npos) {
      ++skipped_lines;
      continue;
    }
    ++lines;
    if (line.find(kBlankMark) != line.npos) {
      AddLine(ToInner(line));
    } else {
      AddLine(line);
    }
  }
}

void WordCounts::AddLine(std::string_view line) {
  const auto word_end = [line](size_t at) {
    while (at < line.size() && line[at] == ' ') ++at;
    while (at < line.size() && line[at] != ' ') ++at;
    return at;
  };
  size_t at = word_end(0);
  first_word_.assign(1, ' ');
  first_word_.append(line.substr(0, at));
  AddWord(first_word_);
  while (at < line.size()) {
    const size_t end = word_end(at);
    AddWord(line.substr(at, end - at));
    at = end;
  }
}

void WordCounts::AddWord(std::string_view word) {
  const uint64_t hash = Hash64(word);
  shards_[hash >> kShardShift].Add(word, hash, 1);
}

}  // namespace cria::tokenizer
