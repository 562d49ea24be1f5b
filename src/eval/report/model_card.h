// A model card in the form of the one that came with LLaMA (after Mitchell et al. 2019): what a run
// folder and result files know, and what only the makers can say.
#pragma once

#include <string>
#include <vector>

#include "eval/report_page.h"
#include "eval/run_report.h"

namespace cria::eval {

/// In the makers' words. Empty: the card says "not stated", and by which flag to state it.
struct CardStatements {
  std::string author, date, version, paper, citation, licence, contact;
  std::string intended_use, intended_users, out_of_scope, mitigations;
};

/// A file that `cria eval --out X.json` wrote, or one of lm-evaluation-harness.
struct CardResult {
  std::string file;
  Json json;
  std::string note = {};  ///< said with the scores; empty: nothing
};

struct CardFacts {
  std::string name;
  CardStatements stated;
  ModelConfig model;
  int64_t sequence_length = 0;
  double learning_rate = 0;  ///< peak
  int64_t batch_tokens = 0;
  int64_t steps = 0, tokens = 0;  ///< done
  bool finished = false;
  std::string files_date;                 ///< of the weights' files; empty: not known
  std::string initial_weights;            ///< where they came from; empty: random
  std::vector<NamedValue> training = {};  ///< further settings
  std::vector<NamedValue> digests = {};
  std::vector<DataRow> data = {};  ///< empty: the corpus is not known
  std::vector<InputRow> inputs = {};
  std::vector<LanguageRow> languages = {};
  Json contamination = {};  ///< of the corpus manifest; empty: nobody looked
  std::vector<CardResult> results = {};
};

/// The sections of the card. Throws Error for a result file that has no results.
std::vector<Block> ModelCardBlocks(const CardFacts& facts);

}  // namespace cria::eval
