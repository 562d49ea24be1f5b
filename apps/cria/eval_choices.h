// The tasks of `cria eval` that are questions with alternatives, from a folder of public sets.
#pragma once

#include <string>
#include <vector>

#include "command.h"
#include "eval/choice_score.h"
#include "eval/report_page.h"
#include "infer/load.h"

namespace cria::app {

struct ChoiceFlags {
  std::vector<std::string> tasks;  ///< names, or files of the user's own tasks
  std::string folder;              ///< of the sets
  std::string profile = "paper";
  std::string samples;  ///< folder for a line a question; empty: none
  int64_t limit = 0;    ///< questions of each task, evenly spread; 0: all
};

/// Whether `task` names such a task, or a file of one.
bool IsChoiceTask(const std::string& task);
/// A line a task, for --list.
void ListChoiceTasks();

/// Encodes as the model reads: BOS in front. `tokenizer` outlives it.
eval::EncodeText EncodeWith(const tokenizer::Tokenizer& tokenizer);

/// The tasks with their questions, or an Error before anything is computed.
struct ChoiceSet {
  eval::TaskSpec task;
  std::vector<eval::Question> questions;
};
std::vector<ChoiceSet> ReadChoiceSets(const ChoiceFlags& flags);

struct ChoiceOutcome {
  Json json;
  std::vector<eval::Block> blocks;  ///< a table and what must be known of it
};
ChoiceOutcome RunChoiceTasks(const CommonFlags& common, const ChoiceFlags& flags,
                             const std::string& name, eval::LanguageModel* model,
                             const tokenizer::Tokenizer& tokenizer);

}  // namespace cria::app
