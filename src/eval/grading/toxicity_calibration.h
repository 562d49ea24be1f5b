// From a classifier's log-odds to probabilities that mean what they say: Platt's sigmoid. Two
// numbers, so that a few hundred texts fit it without following their noise, and strictly rising,
// so that it keeps the order of texts; isotonic regression would need thousands and makes ties. It
// raises the likelihood, which mostly but not surely lowers the Brier score: reports show both.
#pragma once

#include <span>

#include "eval/grading/toxicity_measures.h"

namespace cria::eval {

/// 1 / (1 + e^-x)
double Sigmoid(double x);

struct PlattCalibration {
  double slope = 1, offset = 0;

  double Probability(double log_odds) const { return Sigmoid(slope * log_odds + offset); }
};

/// The slope and offset of the greatest likelihood for texts whose scores are log-odds, with
/// Platt's targets (n+ + 1) / (n+ + 2) and 1 / (n- + 2) (Platt 1999; found by Newton steps as Lin,
/// Lin and Weng 2007). Where the likeliest slope is not above 0 the scores say nothing: the slope
/// is 0, and the probability that of the class.
PlattCalibration FitPlatt(std::span<const JudgedText> texts);

}  // namespace cria::eval
