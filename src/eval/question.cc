// How choices are ranked.
#include "eval/question.h"

#include <algorithm>

namespace cria::eval {

std::string Question::ContextOf(size_t choice, size_t shots_given) const {
  std::string text = header;
  for (size_t s = 0; s < std::min(shots_given, shots.size()); ++s) text += shots[s];
  return text + contexts[contexts.size() == 1 ? 0 : choice];
}

const char* MeasureName(Measure measure) {
  constexpr const char* kNames[kMeasures] = {"likelihood", "characters", "answer", "tokens",
                                             "written"};
  return kNames[static_cast<int>(measure)];
}

double ChoiceScore::Value(Measure measure) const {
  switch (measure) {
    case Measure::kAnswer:
      return logprob - answer_logprob;
    case Measure::kCharacters:
      return logprob / static_cast<double>(std::max<int64_t>(1, characters));
    case Measure::kTokens:
      return logprob / static_cast<double>(std::max<int64_t>(1, tokens));
    default:
      return logprob;
  }
}

int QuestionScore::Pick(Measure measure) const {
  const auto best = std::max_element(choices.begin(), choices.end(),
                                     [&](const ChoiceScore& a, const ChoiceScore& b) {
                                       return a.Value(measure) < b.Value(measure);
                                     });
  return static_cast<int>(best - choices.begin());
}

}  // namespace cria::eval
