// How well scores tell two classes apart, and how true they are as probabilities.
#pragma once

#include <cstdint>
#include <span>

namespace cria::eval {

struct JudgedText {
  double score = 0;
  bool toxic = false;  ///< as labelled
};

/// Area under the ROC curve: the share of pairs of a toxic and a clean text in which the toxic one
/// has the higher score, ties counted half (Mann and Whitney). 0.5 where a class is missing.
double AreaUnderCurve(std::span<const JudgedText> texts);

/// Standard error of an area over so many texts (Hanley and McNeil 1982, equation 1).
double AreaError(double area, int64_t toxic, int64_t clean);

/// Harmonic mean of precision and recall of "toxic" at scores of at least `threshold`; 0 where
/// nothing is found.
double F1(std::span<const JudgedText> texts, double threshold);

/// Mean squared distance of the scores, taken as probabilities, from 1 (toxic) or 0.
double Brier(std::span<const JudgedText> texts);

}  // namespace cria::eval
