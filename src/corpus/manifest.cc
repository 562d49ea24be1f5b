// The manifest's file form (docs/formats/document.md) and reading a finished corpus.
#include "corpus/manifest.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/error.h"
#include "base/hash.h"

namespace cria::corpus {
namespace {

constexpr int kVersion = 2;

// Files lie below the corpus folder, whatever the manifest says.
std::string PathWithin(const Json& json, const std::string& where) {
  const std::string path = JsonGet<std::string>(json, "path", where);
  const bool below = StartsWithAny(path, {"train/", "holdout/", "fates/", "dropped/"});
  if (!below || path.find("..") != std::string::npos) {
    throw Error("a file outside of the corpus: " + path, where, "build the corpus again");
  }
  return path;
}

Json SplitToJson(const SplitInfo& split) {
  Json json = CountToJson(split.text);
  json["languages"] = CountsToJson(split.languages);
  json["shards"] = Json::array();
  for (const ShardInfo& shard : split.shards) {
    Json entry = CountToJson(shard.text);
    entry.update(FileToJson(shard));
    json["shards"].push_back(std::move(entry));
  }
  return json;
}

SplitInfo SplitFromJson(const Json& json, const std::string& where) {
  SplitInfo split;
  split.text = CountFromJson(json, where);
  split.languages = CountsFromJson(JsonGet<Json>(json, "languages", where), where);
  for (const Json& entry : JsonGet<Json>(json, "shards", where)) {
    split.shards.push_back({FileFromJson(entry, where), CountFromJson(entry, where)});
  }
  return split;
}

Json SourceToJson(const SourceInfo& source) {
  Json fates = Json::array();
  for (const FileInfo& file : source.fates) fates.push_back(FileToJson(file));
  Json json = {{"name", source.name},
               {"kind", source.kind},
               {"licence", source.licence},
               {"shards", source.shards},
               {"weight", source.weight},
               {"proportion", source.proportion},
               {"read", CountToJson(source.read)},
               {"drops", CountsToJson(source.drops)},
               {"measures", HistogramsToJson(source.measures)},
               {"train", SplitToJson(source.train)},
               {"holdout", SplitToJson(source.holdout)},
               {"fates", std::move(fates)}};
  if (!source.dropped.path.empty()) json["dropped"] = FileToJson(source.dropped);
  return json;
}

SourceInfo SourceFromJson(const Json& json, const std::string& where) {
  SourceInfo source;
  source.name = JsonGet<std::string>(json, "name", where);
  source.kind = JsonGet<std::string>(json, "kind", where);
  source.licence = JsonGet<std::string>(json, "licence", where);
  source.shards = JsonGetOr<int64_t>(json, "shards", 0, where);
  source.weight = JsonGet<double>(json, "weight", where);
  source.proportion = JsonGet<double>(json, "proportion", where);
  source.read = CountFromJson(JsonGet<Json>(json, "read", where), where);
  source.drops = CountsFromJson(JsonGet<Json>(json, "drops", where), where);
  source.measures = HistogramsFromJson(json.value("measures", Json::object()), where);
  source.train = SplitFromJson(JsonGet<Json>(json, "train", where), where);
  source.holdout = SplitFromJson(JsonGet<Json>(json, "holdout", where), where);
  if (json.contains("dropped")) source.dropped = FileFromJson(json["dropped"], where);
  for (const Json& entry : json.value("fates", Json::array())) {
    source.fates.push_back(FileFromJson(entry, where));
  }
  return source;
}

}  // namespace

FileInfo DescribeFile(const fs::path& folder, const std::string& path) {
  return {path, static_cast<int64_t>(fs::file_size(folder / path)), Sha256File(folder / path)};
}

Json FileToJson(const FileInfo& file) {
  return {{"path", file.path}, {"file_bytes", file.file_bytes}, {"sha256", file.sha256}};
}

FileInfo FileFromJson(const Json& json, const std::string& where) {
  return {PathWithin(json, where), JsonGet<int64_t>(json, "file_bytes", where),
          JsonGet<std::string>(json, "sha256", where)};
}

std::vector<const FileInfo*> FilesOf(const Manifest& manifest) {
  std::vector<const FileInfo*> files;
  for (const SourceInfo& source : manifest.sources) {
    for (const SplitInfo* split : {&source.train, &source.holdout}) {
      for (const ShardInfo& shard : split->shards) files.push_back(&shard);
    }
    if (!source.dropped.path.empty()) files.push_back(&source.dropped);
    for (const FileInfo& file : source.fates) files.push_back(&file);
  }
  return files;
}

void WriteManifest(const fs::path& corpus_dir, const Manifest& manifest) {
  Json json = {{"format", "cria corpus"}, {"version", kVersion},
               {"name", manifest.name},   {"program_version", manifest.program_version},
               {"seed", manifest.seed},   {"digest", manifest.digest}};
  json["sources"] = Json::array();
  for (const SourceInfo& source : manifest.sources) json["sources"].push_back(SourceToJson(source));
  json["inputs"] = Json::array();
  for (const InputInfo& input : manifest.inputs) {
    json["inputs"].push_back({{"source", input.source},
                              {"name", input.name},
                              {"version", input.version},
                              {"sha256", input.sha256},
                              {"licence", input.licence},
                              {"files", input.files},
                              {"bytes", input.bytes}});
  }
  json["language_id"] = manifest.language_id;
  json["recipe"] = manifest.recipe;
  if (!manifest.contamination.empty()) json["contamination"] = manifest.contamination;
  WriteJson(corpus_dir / "manifest.json", json);
}

Manifest ReadManifest(const fs::path& corpus_dir) {
  const fs::path path = corpus_dir / "manifest.json";
  const std::string where = path.string();
  if (!fs::exists(path)) {
    throw Error("no corpus here: manifest.json is missing", corpus_dir.string(),
                "name a folder that `cria corpus build` wrote, or run it again to its end");
  }
  const Json json = ReadJson(path);
  if (JsonGet<std::string>(json, "format", where) != "cria corpus" ||
      JsonGet<int>(json, "version", where) != kVersion) {
    throw Error(fmt::format("not a corpus manifest of version {}", kVersion), where,
                "build the corpus again");
  }
  Manifest manifest;
  manifest.name = JsonGet<std::string>(json, "name", where);
  manifest.program_version = JsonGet<std::string>(json, "program_version", where);
  manifest.seed = JsonGet<uint64_t>(json, "seed", where);
  manifest.digest = JsonGet<std::string>(json, "digest", where);
  for (const Json& source : JsonGet<Json>(json, "sources", where)) {
    manifest.sources.push_back(SourceFromJson(source, where));
  }
  for (const Json& entry : JsonGet<Json>(json, "inputs", where)) {
    InputInfo input;
    input.source = JsonGet<std::string>(entry, "source", where);
    input.name = JsonGet<std::string>(entry, "name", where);
    input.version = JsonGet<std::string>(entry, "version", where);
    input.sha256 = JsonGet<std::string>(entry, "sha256", where);
    input.licence = JsonGet<std::string>(entry, "licence", where);
    input.files = JsonGet<int64_t>(entry, "files", where);
    input.bytes = JsonGet<int64_t>(entry, "bytes", where);
    manifest.inputs.push_back(std::move(input));
  }
  manifest.language_id = JsonGet<Json>(json, "language_id", where);
  manifest.recipe = JsonGet<Json>(json, "recipe", where);
  manifest.contamination = json.value("contamination", Json::object());
  return manifest;
}

const char* SplitName(Split split) { return split == Split::kTrain ? "train" : "holdout"; }

int64_t SplitInfo::file_bytes() const {
  int64_t sum = 0;
  for (const ShardInfo& shard : shards) sum += shard.file_bytes;
  return sum;
}

void ForEachDocument(const fs::path& corpus_dir, Split split, const std::string& source,
                     const std::function<bool(const Document&)>& use) {
  const Manifest manifest = ReadManifest(corpus_dir);
  const auto info = std::find_if(manifest.sources.begin(), manifest.sources.end(),
                                 [&](const SourceInfo& s) { return s.name == source; });
  if (info == manifest.sources.end()) {
    throw Error("no such source: " + source, corpus_dir.string(), "see `cria corpus stats`");
  }
  Document document;
  for (const ShardInfo& shard : info->split(split).shards) {
    DocumentReader reader(corpus_dir / shard.path);
    while (reader.Next(&document)) {
      if (!use(document)) return;
    }
  }
}

std::string DroppedName(const std::string& source) { return "dropped/" + source + ".jsonl.zst"; }

std::string FatesName(const std::string& source, int64_t shard) {
  return fmt::format("fates/{}-{:05}.jsonl.zst", source, shard);
}

}  // namespace cria::corpus
