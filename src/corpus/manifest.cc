// The manifest's file form (docs/formats/document.md) and reading a finished corpus.
#include "base/error.h"
#include "corpus/build.h"

namespace cria::corpus {
namespace {

Json CountToJson(const Count& count) {
  return {{"documents", count.documents}, {"bytes", count.bytes}};
}

Count CountFromJson(const Json& json, const std::string& where) {
  return {JsonGet<int64_t>(json, "documents", where), JsonGet<int64_t>(json, "bytes", where)};
}

Json CountsToJson(const std::map<std::string, Count>& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json[name] = CountToJson(count);
  return json;
}

std::map<std::string, Count> CountsFromJson(const Json& json, const std::string& where) {
  std::map<std::string, Count> counts;
  for (const auto& [name, count] : json.items()) counts[name] = CountFromJson(count, where);
  return counts;
}

Json ShardToJson(const ShardInfo& shard) {
  Json json = CountToJson(shard.text);
  json["path"] = shard.path;
  json["file_bytes"] = shard.file_bytes;
  json["sha256"] = shard.sha256;
  json["languages"] = CountsToJson(shard.languages);
  return json;
}

ShardInfo ShardFromJson(const Json& json, const std::string& where) {
  ShardInfo shard;
  shard.text = CountFromJson(json, where);
  shard.path = JsonGet<std::string>(json, "path", where);
  shard.file_bytes = JsonGet<int64_t>(json, "file_bytes", where);
  shard.sha256 = JsonGet<std::string>(json, "sha256", where);
  shard.languages = CountsFromJson(JsonGet<Json>(json, "languages", where), where);
  return shard;
}

Json SourceToJson(const SourceInfo& source) {
  return {{"name", source.name},
          {"kind", source.kind},
          {"licence", source.licence},
          {"weight", source.weight},
          {"proportion", source.proportion},
          {"read", CountToJson(source.read)},
          {"drops", CountsToJson(source.drops)},
          {"train", ShardToJson(source.train)},
          {"holdout", ShardToJson(source.holdout)}};
}

SourceInfo SourceFromJson(const Json& json, const std::string& where) {
  SourceInfo source;
  source.name = JsonGet<std::string>(json, "name", where);
  source.kind = JsonGet<std::string>(json, "kind", where);
  source.licence = JsonGet<std::string>(json, "licence", where);
  source.weight = JsonGet<double>(json, "weight", where);
  source.proportion = JsonGet<double>(json, "proportion", where);
  source.read = CountFromJson(JsonGet<Json>(json, "read", where), where);
  source.drops = CountsFromJson(JsonGet<Json>(json, "drops", where), where);
  source.train = ShardFromJson(JsonGet<Json>(json, "train", where), where);
  source.holdout = ShardFromJson(JsonGet<Json>(json, "holdout", where), where);
  return source;
}

}  // namespace

void WriteManifest(const fs::path& corpus_dir, const Manifest& manifest) {
  Json json = {{"format", "cria corpus"}, {"version", 1},
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
      JsonGet<int>(json, "version", where) != 1) {
    throw Error("not a corpus manifest of version 1", where, "build the corpus again");
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
  return manifest;
}

const char* SplitName(Split split) { return split == Split::kTrain ? "train" : "holdout"; }

void ForEachDocument(const fs::path& corpus_dir, Split split, const std::string& source,
                     const std::function<bool(const Document&)>& use) {
  DocumentReader reader(corpus_dir / SplitName(split) / (source + ".jsonl.zst"));
  Document document;
  while (reader.Next(&document)) {
    if (!use(document)) return;
  }
}

}  // namespace cria::corpus
