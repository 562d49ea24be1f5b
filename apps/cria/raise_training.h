// What `cria raise` wants to know of a training run: for the report and for its closing words.
#pragma once

#include <string>
#include <vector>

#include "data/loader.h"
#include "eval/run_report.h"
#include "raise.h"

namespace cria::app {

struct TrainingFacts {
  ModelConfig model;
  train::TrainOptions options;  ///< with what was derived filled in
  eval::TrainingSummary summary;
  std::vector<SourceProgress> sources;
  std::string digest;  ///< of the last checkpoint's manifest
};

/// Reads them from the training folder.
TrainingFacts ReadTrainingFacts(const Run& run, const ShardManifest& shards);

/// The command that made this run, and the one that goes on training its model.
std::string RaiseCommand(const Run& run);
std::string ContinueCommand(const Run& run);

}  // namespace cria::app
