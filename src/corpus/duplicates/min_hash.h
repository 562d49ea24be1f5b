// MinHash: near-duplicate documents by the Jaccard similarity of their shingles, estimated from a
// short signature, and found without comparing all pairs by the keys of its bands. Which documents
// go is the caller's matter.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace cria::corpus {

enum class ShingleUnit {
  kWords,       ///< a letter of a script without blanks counts as a word
  kCharacters,  ///< letters and digits, without anything between them
};

struct MinHashOptions {
  ShingleUnit unit = ShingleUnit::kWords;
  int shingle_units = 5;  ///< in one shingle; a shorter text is one shingle
  int minima = 128;       ///< length of the signature, 1 to 65536
};

/// One permutation, cut into bins, the least hash of each (Li, Owen and Zhang 2012); empty bins
/// borrow by optimal densification (Shrivastava 2017). Same text and options, same signature,
/// everywhere.
struct MinHashSignature {
  std::vector<uint32_t> minima;  ///< empty if the text has no word
  int32_t filled = 0;            ///< bins that had a shingle of their own
};

MinHashSignature ComputeMinHash(std::string_view text, const MinHashOptions& options);

struct JaccardEstimate {
  double jaccard = 0;
  /// sqrt(J (1 - J) / m), m the bins filled in the fuller of both; J taken half a bin away from 0
  /// and 1. An upper bound for texts with fewer shingles than bins: those are sampled nearly whole.
  double standard_error = 0;
};

/// Unbiased. Both of the same options; two texts without words have similarity 0.
JaccardEstimate EstimateJaccard(const MinHashSignature& a, const MinHashSignature& b);

/// How a signature is cut: two documents become candidates when all rows of one band agree.
struct BandPlan {
  int bands = 0, rows = 0;
  /// Mean chance to become candidates of pairs uniformly below the threshold, and to be missed of
  /// those above.
  double false_positive = 0, false_negative = 0;
};

/// The S-curve 1 - (1 - s^rows)^bands: chance that a pair of Jaccard similarity `s` is a candidate.
double CandidateChance(double s, int bands, int rows);

/// The rates of bands x rows at `threshold`, in (0, 1).
BandPlan RatesOfBands(int bands, int rows, double threshold);

/// The plan with bands * rows <= minima whose areas of error (below the curve left of the
/// threshold, above it right of it) have the smallest sum.
BandPlan PlanBands(double threshold, int minima);

/// One key a band; keys of different bands do not meet. Empty for a text without words. A chance
/// meeting of keys has probability 2^-64: no need to compare the rows again.
std::vector<uint64_t> BandKeys(const MinHashSignature& signature, const BandPlan& plan);

}  // namespace cria::corpus
