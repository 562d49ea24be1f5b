// What a corpus folder holds: CORPUS/manifest.json (docs/formats/document.md), written last, and
// the walk over its documents.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "corpus/document.h"
#include "corpus/drop_log.h"

namespace cria::corpus {

/// How a measure is spread over documents: counts by bin. Perplexity and length in bytes are binned
/// by their logarithm to base 2, in steps of 1/4; "reference" in steps of 1/20.
using Histogram = std::map<int, int64_t>;
using Histograms = std::map<std::string, Histogram>;  ///< by measure
int HistogramBin(const std::string& measure, double value);
/// Lower end of a bin.
double HistogramValue(const std::string& measure, int bin);
void AddHistograms(Histograms* to, const Histograms& from);
Json HistogramsToJson(const Histograms& histograms);
Histograms HistogramsFromJson(const Json& json, const std::string& where);

struct FileInfo {
  std::string path;  ///< relative to the corpus folder
  int64_t file_bytes = 0;
  std::string sha256;
};
/// Of a file that is there.
FileInfo DescribeFile(const fs::path& folder, const std::string& path);
Json FileToJson(const FileInfo& file);
FileInfo FileFromJson(const Json& json, const std::string& where);

/// One file of documents.
struct ShardInfo : FileInfo {
  Count text;
};

/// A source's documents of one split, in the order of its shards.
struct SplitInfo {
  Count text;
  Counts languages;  ///< by code; "" where unknown (code)
  std::vector<ShardInfo> shards;
  int64_t file_bytes() const;
};

enum class Split { kTrain, kHoldout };
const char* SplitName(Split split);

struct SourceInfo {
  std::string name, kind, licence;
  int64_t shards = 0;  ///< numbers used; a number may lack a shard of either split
  double weight = 0, proportion = 0;
  Count read;  ///< as the readers delivered it
  /// By reason; for reasons that end in "_paragraph" or "_line" `documents` counts those.
  Counts drops;
  SplitInfo train, holdout;
  FileInfo dropped;             ///< samples; without a path in manifests of older programs
  std::vector<FileInfo> fates;  ///< as many as `shards`; none in manifests of older programs
  Histograms measures;          ///< of the training part: "bytes", "perplexity", "reference"
  const SplitInfo& split(Split which) const { return which == Split::kTrain ? train : holdout; }
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
  /// {"removed", "sets": {name: {"items", "any_13_gram", "most_8_grams"}}}; empty: nobody looked
  Json contamination;
};

/// Every file that the manifest has a digest of.
std::vector<const FileInfo*> FilesOf(const Manifest& manifest);

/// CORPUS/contamination.json: every evaluation item that stands in the training part, and where.
inline constexpr char kContaminationName[] = "contamination.json";

/// Reads CORPUS/manifest.json; a folder that is no corpus throws Error.
Manifest ReadManifest(const fs::path& corpus_dir);
void WriteManifest(const fs::path& corpus_dir, const Manifest& manifest);

/// Calls `use` for each document of a source's split, in order, until it returns false. A source
/// that the corpus lacks throws Error.
void ForEachDocument(const fs::path& corpus_dir, Split split, const std::string& source,
                     const std::function<bool(const Document&)>& use);

/// Samples of what was dropped: dropped/<source>.jsonl.zst, each with its `reason` in meta.
std::string DroppedName(const std::string& source);

/// What befell the documents of a shard's parts, from the reader to the last rule:
/// fates/<source>-00000.jsonl.zst (fates.h).
std::string FatesName(const std::string& source, int64_t shard);

}  // namespace cria::corpus
