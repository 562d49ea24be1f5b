// For tests: a model whose keys and values are the tokens themselves and whose logits are a hash of
// everything it finds in a sequence's blocks, so that a wrong, stale or foreign block changes every
// bit of what follows.
#pragma once

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/random.h"
#include "infer/step_model.h"

namespace cria::infer {

class ToyModel : public StepModel {
 public:
  struct Options {
    int64_t blocks = 64, vocab_size = 40, max_seq_len = 2048;
    /// The likeliest tokens depend on little of the last token, so that text soon repeats; the bits
    /// still depend on everything.
    bool repeats = false;
    uint64_t seed = 1;
  };

  explicit ToyModel(const Options& options)
      : options_(options), slots_(static_cast<size_t>(options.blocks * kKvBlockTokens)) {}

  int64_t vocab_size() const override { return options_.vocab_size; }
  int64_t max_seq_len() const override { return options_.max_seq_len; }
  int64_t blocks() const override { return options_.blocks; }

  void Forward(const Context& context, std::span<const Segment> segments, float* logits) override {
    std::vector<float*> at;
    std::vector<bool> written(slots_.size());
    for (const Segment& s : segments) {
      CRIA_CHECK(!s.tokens.empty());
      at.push_back(logits);
      const int64_t n = std::ssize(s.tokens);
      if (s.logits != Segment::Logits::kNone)
        logits += (s.logits == Segment::Logits::kAll ? n : 1) * options_.vocab_size;
      for (int64_t i = 0; i < n; ++i) {
        const size_t slot = SlotOf(s, s.first_position + i);
        CRIA_CHECK(!written[slot], "two requests write slot {}", slot);
        written[slot] = true;
        slots_[slot] = s.tokens[static_cast<size_t>(i)] * 2 + (s.generated ? 1 : 0) + 2;
      }
      rows_ += n;
    }
    ++passes_;
    most_segments_ = std::max(most_segments_, std::ssize(segments));
    context.ParallelFor(std::ssize(segments), [&](int64_t i) {
      RunSegment(segments[static_cast<size_t>(i)], at[static_cast<size_t>(i)]);
    });
  }

  void CopyBlock(int32_t from, int32_t to, int64_t tokens) override {
    CRIA_CHECK(from != to);
    std::copy_n(slots_.begin() + from * kKvBlockTokens, tokens,
                slots_.begin() + to * kKvBlockTokens);
  }

  int64_t passes() const { return passes_; }
  int64_t rows() const { return rows_; }
  int64_t most_segments() const { return most_segments_; }

 private:
  size_t SlotOf(const Segment& s, int64_t position) const {
    CRIA_CHECK(position / kKvBlockTokens < std::ssize(s.blocks), "position {} in {} blocks",
               position, s.blocks.size());
    const int32_t block = s.blocks[static_cast<size_t>(position / kKvBlockTokens)];
    CRIA_CHECK(block >= 0 && block < options_.blocks);
    return static_cast<size_t>(block * kKvBlockTokens + position % kKvBlockTokens);
  }

  static uint64_t Mix(uint64_t h, uint64_t x) {
    h = (h ^ x) * 0x9E3779B97F4A7C15ull;
    return h ^ h >> 29;
  }

  void RunSegment(const Segment& s, float* logits) const {
    const int64_t end = s.first_position + std::ssize(s.tokens);
    uint64_t h = options_.seed;
    for (int64_t p = 0; p < end; ++p) {
      const int64_t slot = slots_[SlotOf(s, p)];
      CRIA_CHECK(slot != 0, "position {} was never computed", p);
      h = Mix(h, static_cast<uint64_t>(slot));
      if (p < s.first_position || s.logits == Segment::Logits::kNone) continue;
      if (s.logits == Segment::Logits::kLast && p + 1 < end) continue;
      WriteRow(h, (slot - 2) / 2, logits);
      logits += options_.vocab_size;
    }
  }

  void WriteRow(uint64_t h, int64_t token, float* row) const {
    for (int64_t v = 0; v < options_.vocab_size; ++v) {
      const auto noise = static_cast<float>(Mix(h, static_cast<uint64_t>(v)) >> 40) * 0x1p-24f;
      if (options_.repeats) {
        const auto base = static_cast<float>((token % 5 * 7 + v * 13) % options_.vocab_size);
        row[v] = base + noise * 0.5f;
      } else {
        row[v] = noise * 8;
      }
    }
  }

  Options options_;
  std::vector<int64_t> slots_;  // 0: never written; else 2 + 2 token + phase
  int64_t passes_ = 0, rows_ = 0, most_segments_ = 0;
};

}  // namespace cria::infer
