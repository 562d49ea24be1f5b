// Result files in a model card: their tables, and sentences that follow from what is in them.
#pragma once

#include <string>
#include <vector>

#include "eval/report/model_card.h"

namespace cria::eval {

/// A table of all tasks; one for each that has few groups (kinds of bias, genders); one of scored
/// text. Says so where there are no results. Throws Error for a file that has none.
void AddResults(const std::vector<CardResult>& results, std::vector<Block>* blocks);

/// "PIQA, 1838 questions", a set each.
std::vector<std::string> EvaluatedSets(const std::vector<CardResult>& results);
/// Which metrics there are.
std::string MeasureSentence(const std::vector<CardResult>& results);
/// Which of toxicity, stereotypes, genders and truthfulness were measured, and which were not.
std::string HarmSentence(const std::vector<CardResult>& results);

}  // namespace cria::eval
