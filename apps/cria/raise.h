// The parts of `cria raise`: where its files stand and one function per stage. The command itself
// is raise.cc; a stage calls its room and keeps what the report needs as JSON.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "command.h"
#include "corpus/build.h"
#include "data/manifest.h"
#include "run_recipe.h"
#include "stages.h"
#include "tokenizer/tokenizer.h"

namespace cria::app {

/// Files of a run below its folder.
struct RunPaths {
  explicit RunPaths(const fs::path& out) : root(out) {}
  fs::path root;
  fs::path corpus() const { return root / "corpus"; }
  fs::path tokenizer() const { return root / "tokenizer.model"; }
  fs::path shards() const { return root / "shards"; }
  fs::path training() const { return root / "train"; }
  fs::path evaluation() const { return root / "evaluation.json"; }
  fs::path compressors() const { return root / "compressors.json"; }
  fs::path samples() const { return root / "samples.json"; }
  fs::path stamps() const { return root / "stages"; }
};

/// What every stage needs.
struct Run {
  const Context* context;
  RunRecipe recipe;
  fs::path recipe_path;
  std::string program;  ///< as it was called, for commands to repeat
  RunPaths paths;
  Stages* stages;
  Progress::Style progress;
  bool force = false;
  std::string overrides;  ///< flags that changed the recipe, as typed
};

/// Throws Error, before long work, if a model trained with other settings stands in the folder.
void CheckEarlierRun(const Run& run);
/// The same, once the corpus is known, for a model trained on other text: before its shards go.
void CheckEarlierTexts(const Run& run, const corpus::Manifest& corpus);

corpus::Manifest CollectStage(const Run& run);
tokenizer::Tokenizer TokenizerStage(const Run& run, const corpus::Manifest& corpus);
ShardManifest TokensStage(const Run& run, const tokenizer::Tokenizer& tokenizer,
                          const corpus::Manifest& corpus);
/// Trains or goes on training; returns the digest of the finished checkpoint.
std::string TrainStage(const Run& run, const ShardManifest& shards,
                       const tokenizer::Tokenizer& tokenizer);
void EvaluateStage(const Run& run, const corpus::Manifest& corpus, const std::string& model_digest);
void CompareStage(const Run& run, const corpus::Manifest& corpus,
                  const tokenizer::Tokenizer& tokenizer);
void SamplesStage(const Run& run, const std::string& model_digest);
/// Prints the samples on stdout.
void PrintSamples(const Run& run);
void ReportStage(const Run& run, const corpus::Manifest& corpus,
                 const tokenizer::Tokenizer& tokenizer, const ShardManifest& shards);

}  // namespace cria::app
