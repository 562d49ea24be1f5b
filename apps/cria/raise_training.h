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
TrainingFacts ReadTrainingFacts(const Run& run);

/// The command that made this run, and those to use its model with.
std::string RaiseCommand(const Run& run);
struct NamedCommand {
  std::string what, command;
};
std::vector<NamedCommand> NextCommands(const Run& run);

}  // namespace cria::app
