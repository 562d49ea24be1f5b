// Digests: SHA-256 for what people compare (files, manifests), XXH3 for what only we look up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"

namespace cria {

/// XXH3 64-bit hash; stable over machines and versions.
uint64_t Hash64(std::string_view bytes, uint64_t seed = 0);

/// The same in pieces.
class Hash64Stream {
 public:
  Hash64Stream();
  ~Hash64Stream();
  void Update(std::string_view bytes);
  uint64_t Digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Incremental SHA-256; Hex() ends it.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  void Update(std::string_view bytes);
  void Update(const void* data, size_t size_bytes);
  std::string Hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string Sha256Hex(std::string_view bytes);
std::string Sha256File(const fs::path& path);
/// MD5, only to check lists that others published (Meta's checklist.chk).
std::string Md5File(const fs::path& path);

struct FileDigests {
  std::string md5, sha256;
};
/// Both, in one pass; `progress` is told the bytes of each piece read.
FileDigests DigestsOfFile(const fs::path& path,
                          const std::function<void(int64_t)>& progress = nullptr);

}  // namespace cria
