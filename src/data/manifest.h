// manifest.json of a shard folder: which shards there are, how large, in which proportions they are
// sampled, and by which tokenizer they were made. Written last; a folder without it is not
// complete.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "data/shard.h"

namespace cria {

struct TokenCount {
  int64_t documents = 0;
  int64_t bytes = 0;   ///< of text
  int64_t tokens = 0;  ///< marks included
};

/// One shard of the folder.
struct ShardEntry {
  std::string file;  ///< relative to the folder; empty: no documents in this split
  std::string payload_sha256;
  TokenCount count;
  std::map<std::string, TokenCount> languages;  ///< "" where unknown
};

struct ShardSource {
  std::string name;
  std::string kind;
  double proportion = 0;  ///< of sampled sequences; sums to 1 over sources with training text
  ShardEntry train, holdout;
};

struct ShardManifest {
  std::string tokenizer_sha256;
  int64_t vocab_size = 0;
  int32_t bos_id = 1, eos_id = 2;
  std::string corpus_digest;  ///< of the corpus the shards were made from
  std::vector<ShardSource> sources;

  TokenCount Total(bool holdout) const;
};

/// Names in a shard folder.
inline constexpr const char* kShardManifestName = "manifest.json";
inline constexpr const char* kShardTokenizerName = "tokenizer.model";

void WriteShardManifest(const fs::path& folder, const ShardManifest& manifest);
/// Throws Error if the folder holds no finished shards.
ShardManifest ReadShardManifest(const fs::path& folder);

/// Opens a shard of the folder and compares it with its entry.
TokenShard OpenShard(const fs::path& folder, const ShardManifest& manifest, const ShardEntry& entry,
                     TokenShard::Check check = TokenShard::Check::kDigest);

}  // namespace cria
