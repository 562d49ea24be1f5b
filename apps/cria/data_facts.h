// What the manifests of a corpus and its shards say of the data that a run was trained on, as rows
// of reports.
#pragma once

#include "corpus/manifest.h"
#include "data/loader.h"
#include "data/manifest.h"
#include "eval/run_report.h"

namespace cria::app {

struct DataFacts {
  std::vector<eval::DataRow> sources;
  std::vector<eval::LanguageRow> languages;  ///< of the training part, by code
  std::vector<eval::InputRow> inputs;
};

/// `shards` null: no tokens are known. `progress`: passes over the sources in the run.
DataFacts DataFactsOf(const corpus::Manifest& corpus, const ShardManifest* shards,
                      const std::vector<SourceProgress>& progress);

}  // namespace cria::app
