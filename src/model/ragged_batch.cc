// Two passes over the segments, one for each phase.
#include "model/ragged_batch.h"

#include "base/error.h"

namespace cria {
namespace {

int64_t WantedRows(const Segment& segment) {
  switch (segment.logits) {
    case Segment::Logits::kNone:
      return 0;
    case Segment::Logits::kLast:
      return 1;
    case Segment::Logits::kAll:
      return std::ssize(segment.tokens);
  }
  CRIA_CHECK(false);
}

}  // namespace

RaggedBatch::RaggedBatch(const ModelConfig& config, std::span<const Segment> given) {
  for (const bool generated : {false, true}) {
    int64_t logit_row = 0;
    for (const Segment& segment : given) {
      if (segment.generated == generated) Add(config, segment, logit_row);
      logit_row += WantedRows(segment);
    }
  }
}

void RaggedBatch::Add(const ModelConfig& config, const Segment& segment, int64_t first_logit_row) {
  const int64_t n = std::ssize(segment.tokens), first = segment.first_position;
  CRIA_CHECK(n > 0 && first >= 0 && first + n <= config.max_seq_len, "{} tokens at {}, context {}",
             n, first, config.max_seq_len);
  const int64_t row = std::ssize(tokens), wants = WantedRows(segment);
  segments.push_back({.first_row = row,
                      .rows = n,
                      .first_position = first,
                      .blocks = segment.blocks,
                      .generated = segment.generated});
  for (int64_t i = 0; i < n; ++i) {
    const int32_t token = segment.tokens[static_cast<size_t>(i)];
    CRIA_CHECK(token >= 0 && token < config.vocab_size, "token {} of {}", token, config.vocab_size);
    tokens.push_back(token);
    positions.push_back(static_cast<int32_t>(first + i));
  }
  for (int64_t i = 0; i < wants; ++i) {
    wanted_rows.push_back(static_cast<int32_t>(row + n - wants + i));
    logit_rows.push_back(first_logit_row + i);
  }
  (segment.generated ? phases.generated : phases.prompt) += n;
  (segment.generated ? wanted.generated : wanted.prompt) += wants;
}

bool RaggedBatch::in_order() const {
  for (size_t i = 0; i < logit_rows.size(); ++i) {
    if (logit_rows[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

bool RaggedBatch::OneGeneratedRowEach() const {
  const int64_t n = std::ssize(segments);
  return phases.prompt == 0 && phases.generated == n && wanted.n() == n;
}

}  // namespace cria
