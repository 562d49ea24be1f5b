// Sources of corpus, shards and run are the same where their names are.
#include "data_facts.h"

#include <map>

namespace cria::app {

DataFacts DataFactsOf(const corpus::Manifest& corpus, const ShardManifest* shards,
                      const std::vector<SourceProgress>& progress) {
  DataFacts facts;
  std::map<std::string, eval::LanguageRow> languages;
  for (const corpus::SourceInfo& source : corpus.sources) {
    eval::DataRow row{.source = source.name,
                      .kind = source.kind,
                      .licence = source.licence,
                      .proportion = source.proportion,
                      .documents = source.train.text.documents,
                      .bytes = source.train.text.bytes,
                      .holdout_documents = source.holdout.text.documents,
                      .holdout_bytes = source.holdout.text.bytes};
    if (shards != nullptr) {
      for (const ShardSource& shard : shards->sources) {
        if (shard.name == source.name) row.tokens = shard.train.count.tokens;
      }
    }
    for (const SourceProgress& read : progress) {
      if (read.name == source.name) row.epochs = read.epochs;
    }
    facts.sources.push_back(std::move(row));
    for (const auto& [code, count] : source.train.languages) {
      eval::LanguageRow& language = languages[code];
      language.code = code;
      language.documents += count.documents;
      language.bytes += count.bytes;
    }
  }
  for (const auto& [code, row] : languages) facts.languages.push_back(row);
  for (const corpus::InputInfo& input : corpus.inputs) {
    facts.inputs.push_back({input.source, input.name, input.version, input.sha256, input.licence});
  }
  return facts;
}

}  // namespace cria::app
