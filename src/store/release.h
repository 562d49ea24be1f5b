// Files of Meta's LLaMA 1 (February 2023) as they were published: digests, texts of params.json.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cria::store {

struct ReleaseFile {
  std::string_view size;  ///< folder: "7B", "13B", "30B", "65B"; empty: beside the folders
  std::string_view name;
  std::string_view md5, sha256;
  int64_t bytes;  ///< 0: not published
};

struct Release {
  std::string_view size;
  int shards;
  std::string_view params;  ///< params.json to the byte
};

std::span<const ReleaseFile> ReleaseFiles();
std::span<const Release> Releases();
/// Null if there is none.
const Release* FindRelease(std::string_view size);
const ReleaseFile* FindReleaseFile(std::string_view size, std::string_view name);

}  // namespace cria::store
