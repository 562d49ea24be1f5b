// Counts distinct words of text: the only thing training keeps of it. Sharded by hash, so that the
// counts of several threads can be joined shard by shard in parallel. Not thread-safe itself.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cria::tokenizer {

/// A map from word to count: open addressing over one arena of bytes.
class WordMap {
 public:
  struct Word {
    uint64_t hash;
    uint64_t begin;  // in the arena
    uint32_t size;   // 0: the slot is free
    int64_t count;
  };

  void Add(std::string_view word, uint64_t hash, int64_t count);
  int64_t size() const { return size_; }

  /// Calls f(word, hash, count) for each; the order depends on the order of Add.
  template <class F>
  void ForEach(F&& f) const {
    for (const Word& w : slots_) {
      if (w.size > 0) f(std::string_view(arena_).substr(w.begin, w.size), w.hash, w.count);
    }
  }

 private:
  void Grow();

  std::vector<Word> slots_;
  std::string arena_;
  int64_t size_ = 0;
};

class WordCounts {
 public:
  static constexpr int kShards = 16;

  /// Counts the words of every line, in inner form (inner_form.h) with the dummy blank in front. A
  /// word is a run of blanks and what follows it. Lines longer than `max_line_bytes` (0: no bound)
  /// or with U+2585, which spm_train reserves, are left out.
  void AddLines(std::string_view text, size_t max_line_bytes);

  const WordMap& shard(int i) const { return shards_[static_cast<size_t>(i)]; }

  int64_t lines = 0;
  int64_t skipped_lines = 0;

 private:
  void AddLine(std::string_view line);
  void AddWord(std::string_view word);

  std::array<WordMap, kShards> shards_;
  std::string first_word_;  // scratch
};

}  // namespace cria::tokenizer
