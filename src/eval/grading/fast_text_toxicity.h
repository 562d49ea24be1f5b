// A toxicity judge of one's own: a fastText classifier over words, pairs of words and their
// letters, and a calibration that makes probabilities of its odds. Made by TrainToxicity; here it
// is kept and asked.
#pragma once

#include <string_view>

#include "base/json.h"
#include "corpus/quality/fast_text.h"
#include "eval/grading/toxicity_calibration.h"
#include "eval/grading/toxicity_judge.h"

namespace cria::eval {

class FastTextToxicity : public ToxicityJudge {
 public:
  /// Labels of the model.
  static constexpr char kToxic[] = "toxic", kClean[] = "clean";

  /// `report` is what TrainToxicity has to say of the model, see there.
  FastTextToxicity(corpus::FastTextModel model, const PlattCalibration& calibration,
                   const Json& report);

  /// A folder that Save wrote. Throws Error if something of it is missing, damaged (digest) or of
  /// another kind.
  static FastTextToxicity Load(const fs::path& folder);
  /// Writes the folder whole or not at all: model.bin (fastText's own format) and judge.json.
  /// Throws Error if it is there already, unless `force`.
  void Save(const fs::path& folder, bool force) const;

  /// A text without a word is not toxic: 0. Nothing is said of how sure that is.
  std::vector<double> Toxicity(std::span<const std::string> texts) const override;
  std::string Describe() const override;

  /// log P(toxic) - log P(clean) of the classifier before calibration, from words as WordsOf gives
  /// them; between -23 and 23.
  static double LogOdds(const corpus::FastTextModel& model, std::string_view words);
  /// What the classifier sees of a text: lower case without accents, digits as 0, in one line
  /// (corpus::NormalizeLmText), and punctuation between words by itself. Texts with the same words
  /// are one text.
  static std::string WordsOf(std::string_view text);
  /// Those words without the marks between them.
  static std::string WithoutMarks(std::string_view words);

  /// What judge.json holds.
  const Json& report() const { return report_; }

 private:
  corpus::FastTextModel model_;
  PlattCalibration calibration_;
  Json report_;
};

}  // namespace cria::eval
