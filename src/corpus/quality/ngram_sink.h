// Takes the n-grams of a finished language model, one by one: what an estimator or a reader of ARPA
// text hands to a writer. Not a query interface.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cria::corpus {

/// The longest n-grams that any part here counts, writes or reads.
inline constexpr int kMaxNgramOrder = 6;

/// A backoff of negative zero: no longer n-gram begins with this one, so a query may forget it
/// (KenLM's convention).
inline constexpr float kNoExtension = -0.0f;

class NgramSink {
 public:
  virtual ~NgramSink() = default;
  /// Called once, before the first n-gram. vocabulary[id] is the text of an id; the first three are
  /// <unk>, <s> and </s>.
  virtual void Begin(int order, std::vector<std::string> vocabulary) = 0;
  /// One n-gram, first word first, with log10 of its probability and of its backoff weight. Every
  /// n-gram comes once, unigrams of the whole vocabulary included; orders may come mixed.
  virtual void Take(std::span<const uint32_t> ids, float log10_probability,
                    float log10_backoff) = 0;
  /// `ids` begins a longer n-gram, though its backoff may have been given as kNoExtension.
  virtual void MarkContext(std::span<const uint32_t> ids) = 0;
};

}  // namespace cria::corpus
