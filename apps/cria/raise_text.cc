// The stages of `cria raise` before there is a model: raw text to documents, tokenizer and shards.
#include <cmath>

#include "corpus_pieces.h"
#include "data/tokenize.h"
#include "raise.h"
#include "tokenizer/trainer.h"

namespace cria::app {
namespace {

// Text handed to the trainer at once: enough for all cores, little enough memory.
constexpr size_t kChunkBytes = size_t{32} << 20;

// Every k-th document or so of a source, so that about `share` of its bytes are taken evenly.
void SampleSource(const fs::path& corpus_dir, const corpus::SourceInfo& source, double share,
                  const std::function<void(const std::string&)>& use) {
  double seen_bytes = 0, taken_bytes = 0;
  corpus::ForEachDocument(corpus_dir, corpus::Split::kTrain, source.name,
                          [&](const corpus::Document& document) {
                            seen_bytes += static_cast<double>(document.text.size());
                            if (taken_bytes < share * seen_bytes) {
                              taken_bytes += static_cast<double>(document.text.size());
                              use(document.text);
                            }
                            return true;
                          });
}

// The later stages measure on it: better said now than after the training.
void RequireHeldOutText(const corpus::Manifest& manifest, const fs::path& folder) {
  int64_t longest = 0;
  for (const corpus::SourceInfo& source : manifest.sources) {
    if (source.holdout.text.documents > 0) return;
    longest = std::max(longest, source.train.text.bytes);
  }
  throw Error(
      "no document could be held out to measure the model by", folder.string(),
      fmt::format("documents are held out whole, at most a tenth of a source: cut them shorter, "
                  "[corpus.filters] max_document_bytes = {}, raise [corpus.holdout] share if it "
                  "is 0, or add text",
                  std::max<int64_t>(1000, longest / 20)));
}

}  // namespace

corpus::Manifest CollectStage(const Run& run) {
  corpus::Manifest manifest;
  // The corpus room compares recipe and inputs itself; asking it is cheap.
  const Json key = {{"recipe", corpus::RecipeToJson(run.recipe.corpus)}};
  corpus::BuildOptions options;
  options.cache_dir = DefaultCache();
  options.progress = run.progress;
  options.program_version = CRIA_VERSION;
  options.load_pieces = LoadPieces;
  const auto build = [&] {
    manifest = corpus::BuildCorpus(*run.context, run.recipe.corpus, run.paths.corpus(), options);
  };
  const fs::path product = run.paths.corpus() / "manifest.json";
  if (run.stages->UpToDate("corpus", key, {product}) &&
      corpus::ReadManifest(run.paths.corpus()).digest !=
          corpus::CorpusDigest(*run.context, run.recipe.corpus, options)) {
    run.stages->Forget("corpus");  // the texts changed
  }
  run.stages->Run("corpus", key, {product}, build);
  if (run.stages->records().back().skipped) build();
  RequireHeldOutText(manifest, run.paths.corpus());
  return manifest;
}

tokenizer::Tokenizer TokenizerStage(const Run& run, const corpus::Manifest& corpus) {
  const TokenizerTable& table = run.recipe.tokenizer;
  const Json key = {{"version", 1},
                    {"corpus", corpus.digest},
                    {"vocab_size", table.vocab_size},
                    {"sample_bytes", table.sample_bytes}};
  run.stages->Run("tokenizer", key, {run.paths.tokenizer()}, [&] {
    tokenizer::TrainerOptions options;
    options.vocab_size = static_cast<int>(table.vocab_size);
    tokenizer::Trainer trainer(options);
    std::string chunk;
    for (const corpus::SourceInfo& source : corpus.sources) {
      const double wanted = source.proportion * static_cast<double>(table.sample_bytes);
      const double bytes = static_cast<double>(source.train.text.bytes);
      if (bytes <= 0) continue;
      SampleSource(run.paths.corpus(), source, std::min(1.0, wanted / bytes),
                   [&](const std::string& text) {
                     chunk += text;
                     chunk += '\n';
                     if (chunk.size() < kChunkBytes) return;
                     trainer.AddText(chunk, *run.context);
                     chunk.clear();
                   });
    }
    trainer.AddText(chunk, *run.context);
    trainer.Train(*run.context).Save(run.paths.tokenizer());
  });
  return tokenizer::Tokenizer::Load(run.paths.tokenizer());
}

ShardManifest TokensStage(const Run& run, const tokenizer::Tokenizer& tokenizer,
                          const corpus::Manifest& corpus) {
  const Json key = {{"version", 1}, {"corpus", corpus.digest}, {"tokenizer", tokenizer.digest()}};
  run.stages->Run("tokens", key, {run.paths.shards() / kShardManifestName}, [&] {
    TokenizeCorpus(*run.context, run.paths.corpus(), tokenizer, run.paths.shards(),
                   {.force = true, .progress = run.progress});
  });
  return ReadShardManifest(run.paths.shards());
}

}  // namespace cria::app
