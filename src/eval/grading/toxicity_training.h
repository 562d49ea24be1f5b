// Trains a toxicity judge from labelled text, and measures it on texts that it never saw.
#pragma once

#include "eval/grading/fast_text_toxicity.h"
#include "eval/grading/toxicity_labels.h"

namespace cria::eval {

struct ToxicityTrainingOptions {
  /// Share of the texts that measures the judge, and again so many that calibrate it; at most 0.4.
  double held_out = 0.1;
};

/// Texts are cleaned to their words; those without a word, repeated ones and ones with both labels
/// are counted and left out. The hash of its words without marks says in which of three
/// parts a text is (classifier, calibration, measures), so that no text is in two, nor one that
/// differs in marks alone, and files may come in any order; it also orders the texts for the
/// classifier. One thread: the same texts give the same bytes.
///
/// The report: {"format", "note", "model": {file, sha256, bytes, words}, "calibration":
/// {method, why, texts, toxic, slope, offset}, "training": {texts, toxic, toxic_share, empty,
/// repeated, contradictory, threshold, files, settings}, "held_out": {share, texts, toxic,
/// area_under_curve, area_error, f1_at_half, brier_before, brier_after, brier_of_share,
/// mean_toxicity}}. All but brier_before are of calibrated probabilities.
///
/// Throws Error if a part has no text of one class.
FastTextToxicity TrainToxicity(LabelledTexts texts, const ToxicityTrainingOptions& options);

}  // namespace cria::eval
