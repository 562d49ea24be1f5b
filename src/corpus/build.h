// The room's main job: a recipe in, clean document shards and a manifest out.
//
//   OUT/train/<source>-00000.jsonl.zst, OUT/holdout/..., OUT/dropped/<source>.jsonl.zst (samples),
//   OUT/manifest.json (last); OUT/stages/ holds them, so that a changed threshold, a new file
//   or a build that was cut off costs only what is new.
#pragma once

#include "base/context.h"
#include "base/progress.h"
#include "corpus/manifest.h"
#include "corpus/quality/perplexity.h"
#include "corpus/recipe.h"
#include "corpus/team.h"

namespace cria::corpus {

struct BuildOptions {
  fs::path cache_dir;  ///< fetched packages, kept between runs
  Progress::Style progress = Progress::Style::kQuiet;
  bool force = false;  ///< build again although nothing changed
  std::string program_version;
  fs::path work_dir;  ///< of the stages; empty: OUT/stages
  /// What the searches for duplicates hold in memory; the rest is sorted on disk.
  int64_t memory_bytes = int64_t{1} << 30;
  bool keep_work = true;  ///< leave the stages for the next build
  /// Opens the pieces of a language model (quality/perplexity.h): this room knows no tokenizer.
  PerplexityModels::LoadPieces load_pieces = nullptr;
  /// Small files are read as parts of this size together: large enough that the files of a stage
  /// are few, small enough that losing one costs little. And the text at which a shard ends.
  int64_t part_bytes = int64_t{16} << 20, shard_bytes = int64_t{64} << 20;
  Team team;  ///< who shares the work; all ranks see the same folders
};

/// Builds the corpus in `out_dir`, or returns the manifest that stands there when recipe and inputs
/// are the same. Interrupted or failed, it leaves whole files only and no manifest, and goes on
/// from there when it is called again. An `out_dir` that holds something else throws Error.
Manifest BuildCorpus(const Context& context, const Recipe& recipe, const fs::path& out_dir,
                     const BuildOptions& options);

/// The digest that BuildCorpus would give its manifest now. Fetches what is missing.
std::string CorpusDigest(const Context& context, const Recipe& recipe, const BuildOptions& options);

}  // namespace cria::corpus
