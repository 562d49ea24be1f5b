// The recipe of a whole run (docs/formats/recipe.md): the corpus part, read by its room, and the
// tables [tokenizer], [model], [train], [evaluation] and [samples], read here.
#pragma once

#include <string>
#include <vector>

#include "corpus/recipe.h"
#include "model/config.h"
#include "train/options.h"

namespace cria::app {

struct TokenizerTable {
  int64_t vocab_size = 32000;
  /// Training text that the vocabulary is learned from, by the sources' proportions.
  int64_t sample_bytes = 100'000'000;
};

/// A size (params), a preset of the paper, or the sizes themselves.
struct ModelTable {
  int64_t params = 0;
  std::string preset;
  ModelConfig sizes;  ///< zero where not given
  int64_t seq_len = 256;
};

struct EvaluationTable {
  int64_t stride = 0;       ///< of the windows, in tokens; 0: half the context
  int64_t questions = 300;  ///< of each task made of held-out text, at most; 0: none
};

struct SamplesTable {
  std::vector<std::string> prompts;
  double temperature = 0.8, top_p = 0.95;
  int64_t max_tokens = 128;
};

struct RunRecipe {
  corpus::Recipe corpus;
  TokenizerTable tokenizer;
  ModelTable model;
  train::TrainOptions train;
  EvaluationTable evaluation;
  SamplesTable samples;
  uint64_t seed = 1;
  std::string sha256;  ///< of the file
};

/// Reads and checks the whole file; an unknown table or key throws Error with its line. `precision`
/// is that of training where the file names none.
RunRecipe ReadRunRecipe(const fs::path& path, Precision precision = DefaultPrecision());

/// The model that the table asks for, with this vocabulary.
ModelConfig ModelFromTable(const ModelTable& table, int64_t vocab_size);

}  // namespace cria::app
