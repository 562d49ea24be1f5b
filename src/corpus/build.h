// The room's main job: a recipe in, clean document shards and a manifest out.
//
//   OUT/train/<source>.jsonl.zst, OUT/holdout/<source>.jsonl.zst, OUT/manifest.json (last)
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/progress.h"
#include "corpus/document.h"
#include "corpus/recipe.h"

namespace cria::corpus {

struct Count {
  int64_t documents = 0;
  int64_t bytes = 0;  ///< of text
};

/// One shard: a source's part of one split.
struct ShardInfo {
  std::string path;  ///< relative to the corpus folder
  Count text;
  int64_t file_bytes = 0;
  std::string sha256;
  std::map<std::string, Count> languages;  ///< by code; "" where unknown (code)
};

struct SourceInfo {
  std::string name, kind, licence;
  double weight = 0, proportion = 0;
  Count read;  ///< as the readers delivered it
  /// By reason; for reasons that end in "_paragraph" `documents` counts paragraphs.
  std::map<std::string, Count> drops;
  ShardInfo train, holdout;
};

/// Where raw text came from: a package with version and digest, or a path with digest.
struct InputInfo {
  std::string source, name, version, sha256, licence;
  int64_t files = 0, bytes = 0;
};

struct Manifest {
  std::string name, program_version;
  uint64_t seed = 1;
  std::string digest;  ///< of recipe, inputs and program format: equal digest, equal shards
  std::vector<SourceInfo> sources;
  std::vector<InputInfo> inputs;
  Json language_id;  ///< {"languages", "train_lines", "test_lines", "accuracy", "per_language"}
  Json recipe;
};

struct BuildOptions {
  fs::path cache_dir;  ///< fetched packages, kept between runs
  Progress::Style progress = Progress::Style::kQuiet;
  bool force = false;  ///< build again although nothing changed
  std::string program_version;
};

/// Builds the corpus in `out_dir`, or returns the manifest that stands there when recipe and inputs
/// are the same. Interrupted or failed, it leaves whole files only and no manifest. An `out_dir`
/// that holds something else throws Error.
Manifest BuildCorpus(const Context& context, const Recipe& recipe, const fs::path& out_dir,
                     const BuildOptions& options);

/// The digest that BuildCorpus would give its manifest now. Fetches what is missing.
std::string CorpusDigest(const Context& context, const Recipe& recipe, const BuildOptions& options);

enum class Split { kTrain, kHoldout };
const char* SplitName(Split split);

/// Reads OUT/manifest.json; a folder that is no corpus throws Error.
Manifest ReadManifest(const fs::path& corpus_dir);
void WriteManifest(const fs::path& corpus_dir, const Manifest& manifest);

/// Calls `use` for each document of a source's split, in order, until it returns false.
void ForEachDocument(const fs::path& corpus_dir, Split split, const std::string& source,
                     const std::function<bool(const Document&)>& use);

}  // namespace cria::corpus
