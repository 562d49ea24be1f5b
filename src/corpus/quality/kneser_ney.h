// Estimates an n-gram language model with interpolated modified Kneser-Ney smoothing (Chen &
// Goodman 1999), the way lmplz does it (Heafield et al. 2013): sorted streams, bounded memory.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "corpus/quality/ngram_counts.h"
#include "corpus/quality/ngram_sink.h"

namespace cria::corpus {

struct KneserNeyOptions {
  /// An n-gram that occurs at most prune[n - 1] times is left out, its mass going to the backoff.
  /// The last value holds for all longer n-grams; must not fall. Empty: nothing is left out.
  std::vector<int64_t> prune;
  /// Discounts D1, D2, D3+ of an order whose counts of counts do not give any: texts that are
  /// small, or made by a machine.
  std::array<double, 3> fallback_discounts = {0.5, 1.0, 1.5};
};

/// What came out for one order.
struct NgramOrderStats {
  int64_t ngrams = 0;  ///< different ones in the text
  int64_t kept = 0;    ///< of them, in the model
  std::array<double, 3> discounts = {};
  bool fallback = false;  ///< discounts are options.fallback_discounts
};

/// Reads `counts` to the end and gives the model to `sink`, in suffix order, unigrams first among
/// equals. pieces[id] is the text of a counted id; the model's ids are those of the kept pieces, in
/// the same order, without gaps. Returns one element for each order.
///
/// As in lmplz: <s> has probability 1 and no place among the outcomes; unigrams are interpolated
/// with the uniform distribution over the kept pieces, </s> and <unk>, so that <unk> gets a piece's
/// share of the unigrams' discount.
///
/// Throws Error if there is nothing to count, or a threshold falls; Interrupted.
std::vector<NgramOrderStats> EstimateKneserNey(NgramCounts* counts,
                                               std::span<const std::string> pieces,
                                               const KneserNeyOptions& options, NgramSink* sink);

}  // namespace cria::corpus
