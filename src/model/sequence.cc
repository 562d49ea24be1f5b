// The block table counts up; it covers the capacity from the start.
#include "model/sequence.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace cria {
namespace {

// Rows that fill the matrix kernels while activations stay small; an accelerator's take more.
constexpr int64_t kPiece = 512, kAcceleratedPiece = 2048;

}  // namespace

Sequence::Sequence(Llama* model, int64_t capacity, KvType type)
    : model_(model),
      capacity_(capacity),
      pool_(model->config(), type, std::max<int64_t>(1, KvPool::BlocksFor(capacity)),
            model->accelerator()),
      blocks_(static_cast<size_t>(pool_.blocks())) {
  CRIA_CHECK(capacity <= model->config().max_seq_len, "sequence of {} tokens, model of {}",
             capacity, model->config().max_seq_len);
  std::iota(blocks_.begin(), blocks_.end(), 0);
}

void Sequence::Truncate(int64_t length) {
  CRIA_CHECK(length >= 0 && length <= length_, "{} of {}", length, length_);
  length_ = length;
}

void Sequence::Feed(const Context& context, std::span<const int32_t> tokens, bool generated,
                    bool all_positions, float* logits) {
  const int64_t n = std::ssize(tokens);
  CRIA_CHECK(n > 0 && length_ + n <= capacity_, "{} tokens behind {} of {}", n, length_, capacity_);
  const int64_t piece = model_->accelerator() != nullptr ? kAcceleratedPiece : kPiece;
  for (int64_t first = 0; first < n; first += piece) {
    const int64_t count = std::min(piece, n - first);
    Segment segment{
        .tokens = tokens.subspan(static_cast<size_t>(first), static_cast<size_t>(count)),
        .first_position = length_,
        .blocks = blocks_,
        .generated = generated};
    segment.logits = all_positions        ? Segment::Logits::kAll
                     : first + count == n ? Segment::Logits::kLast
                                          : Segment::Logits::kNone;
    model_->Forward(context, {&segment, 1}, &pool_, logits);
    if (all_positions) logits += count * model_->config().vocab_size;
    length_ += count;
  }
}

}  // namespace cria
