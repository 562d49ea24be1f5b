// A question put as texts for a model, and what the model made of it. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace cria::eval {

/// The context of choice c is header + shots + (contexts[c], or the only one).
struct Question {
  std::string id;                        ///< file:line, the file below the folder of the sets
  std::vector<std::string> groups = {};  ///< it counts in: a subject, its category
  std::string header = {};               ///< before the shots
  std::vector<std::string> shots =
      {};  ///< solved examples; the last ones go first where all do not fit
  std::vector<std::string> contexts = {};
  std::vector<std::string> choices = {};  ///< with the blank before them; none: to be written
  int gold = 0;
  std::vector<std::string> answers = {};  ///< written ones: what is right
  Json truth = {};                        ///< whatever else its kind needs to judge it
  std::string ContextOf(size_t choice, size_t shots_given) const;
};

/// What makes a choice the first, or an answer right.
enum class Measure {
  kLikelihood,  ///< ln p(choice | context)
  kCharacters,  ///< the same per character of the choice, its leading blank not counted
  kAnswer,      ///< ln p(choice | context) - ln p(choice | "Answer:")
  kTokens,      ///< ln p(choice | context) per token: the lowest perplexity
  kWritten,     ///< no choices: the kind judges what is written
};
inline constexpr int kMeasures = 5;
/// As task files and reports have it: likelihood, characters, answer, tokens, written.
const char* MeasureName(Measure measure);

struct ChoiceScore {
  double logprob = 0;         ///< ln p(choice | context)
  double answer_logprob = 0;  ///< ln p(choice | "Answer:"); 0 unless the measure asks for it
  int64_t characters = 0;     ///< code points, the leading blank not counted
  int64_t tokens = 0;
  double Value(Measure measure) const;
};

struct QuestionScore {
  std::vector<ChoiceScore> choices = {};
  std::vector<std::string> written = {};  ///< a text a sample, up to the first stop text
  bool fits = true;                       ///< false: longer than the context, not scored
  int64_t shots = 0;                      ///< that did fit
  /// The choice ranked first, the earlier one of equals.
  int Pick(Measure measure) const;
};

}  // namespace cria::eval
