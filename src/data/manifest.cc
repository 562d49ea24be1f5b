// manifest.json written, read and checked.
#include "data/manifest.h"

#include "base/error.h"

namespace cria {
namespace {

constexpr const char* kFormat = "cria-shards-1";

Json ToJson(const TokenCount& c) {
  return Json{{"documents", c.documents}, {"bytes", c.bytes}, {"tokens", c.tokens}};
}

TokenCount CountFromJson(const Json& json, const std::string& where) {
  return {JsonGet<int64_t>(json, "documents", where), JsonGet<int64_t>(json, "bytes", where),
          JsonGet<int64_t>(json, "tokens", where)};
}

Json ToJson(const ShardEntry& entry) {
  Json json = ToJson(entry.count);
  json["file"] = entry.file;
  json["payload_sha256"] = entry.payload_sha256;
  json["languages"] = Json::object();
  for (const auto& [language, count] : entry.languages) json["languages"][language] = ToJson(count);
  return json;
}

ShardEntry EntryFromJson(const Json& json, const std::string& where) {
  ShardEntry entry;
  entry.count = CountFromJson(json, where);
  entry.file = JsonGet<std::string>(json, "file", where);
  entry.payload_sha256 = JsonGet<std::string>(json, "payload_sha256", where);
  const Json languages = JsonGet<Json>(json, "languages", where);
  for (const auto& [language, count] : languages.items()) {
    entry.languages[language] = CountFromJson(count, where);
  }
  return entry;
}

}  // namespace

TokenCount ShardManifest::Total(bool holdout) const {
  TokenCount total;
  for (const ShardSource& source : sources) {
    const TokenCount& c = holdout ? source.holdout.count : source.train.count;
    total.documents += c.documents;
    total.bytes += c.bytes;
    total.tokens += c.tokens;
  }
  return total;
}

void WriteShardManifest(const fs::path& folder, const ShardManifest& m) {
  Json json{{"format", kFormat},
            {"tokenizer_sha256", m.tokenizer_sha256},
            {"vocab_size", m.vocab_size},
            {"bos_id", m.bos_id},
            {"eos_id", m.eos_id},
            {"corpus_digest", m.corpus_digest},
            {"train", ToJson(m.Total(false))},
            {"holdout", ToJson(m.Total(true))},
            {"sources", Json::array()}};
  for (const ShardSource& source : m.sources) {
    json["sources"].push_back(Json{{"name", source.name},
                                   {"kind", source.kind},
                                   {"proportion", source.proportion},
                                   {"train", ToJson(source.train)},
                                   {"holdout", ToJson(source.holdout)}});
  }
  WriteJson(folder / kShardManifestName, json);
}

ShardManifest ReadShardManifest(const fs::path& folder) {
  const fs::path path = folder / kShardManifestName;
  if (!fs::is_regular_file(path)) {
    throw Error("no finished token shards here", folder.string(),
                "make them with `cria tokenize CORPUS --tokenizer T --out SHARDS`");
  }
  const Json json = ReadJson(path);
  const std::string where = path.string();
  if (JsonGet<std::string>(json, "format", where) != kFormat) {
    throw Error("not the manifest of token shards", where,
                "give the folder that `cria tokenize` wrote");
  }
  ShardManifest m;
  m.tokenizer_sha256 = JsonGet<std::string>(json, "tokenizer_sha256", where);
  m.vocab_size = JsonGet<int64_t>(json, "vocab_size", where);
  m.bos_id = JsonGet<int32_t>(json, "bos_id", where);
  m.eos_id = JsonGet<int32_t>(json, "eos_id", where);
  m.corpus_digest = JsonGet<std::string>(json, "corpus_digest", where);
  const Json sources = JsonGet<Json>(json, "sources", where);
  for (const Json& source : sources) {
    m.sources.push_back({JsonGet<std::string>(source, "name", where),
                         JsonGet<std::string>(source, "kind", where),
                         JsonGet<double>(source, "proportion", where),
                         EntryFromJson(JsonGet<Json>(source, "train", where), where),
                         EntryFromJson(JsonGet<Json>(source, "holdout", where), where)});
  }
  return m;
}

TokenShard OpenShard(const fs::path& folder, const ShardManifest& manifest, const ShardEntry& entry,
                     TokenShard::Check check) {
  TokenShard shard(folder / entry.file, check);
  const std::string where = (folder / entry.file).string();
  const std::string remedy = "make the shards again with `cria tokenize --force`";
  if (shard.header().tokenizer_sha256 != manifest.tokenizer_sha256) {
    throw Error("the shard was made with another tokenizer than its folder's", where, remedy);
  }
  if (shard.header().vocab_size != manifest.vocab_size ||
      shard.payload_sha256() != entry.payload_sha256) {
    throw Error("the shard is not the one that the manifest lists", where, remedy);
  }
  return shard;
}

}  // namespace cria
