// The digests that servers publish beside their files, computed together while a file arrives.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"

namespace cria::corpus {

/// Hex in small letters; empty: unknown.
struct Digests {
  std::string md5, sha1, sha256;
  bool empty() const { return md5.empty() && sha1.empty() && sha256.empty(); }
};

/// Sets the digest of that length (32 MD5, 40 SHA-1, 64 SHA-256). False if `hex` is none of them.
bool SetDigest(std::string_view hex, Digests* digests);

/// Fills what `into` lacks. False if both know a digest and they differ.
bool MergeDigests(const Digests& from, Digests* into);

/// "" if every digest that both know is the same; else which is not, in words.
std::string DigestFault(const Digests& wanted, const Digests& got);

/// SHA-256 always, MD5 and SHA-1 where `wanted` has them. Finish ends it.
class DigestStream {
 public:
  explicit DigestStream(const Digests& wanted);
  ~DigestStream();
  DigestStream(DigestStream&&) noexcept;
  DigestStream& operator=(DigestStream&&) noexcept;
  void Update(std::string_view bytes);
  Digests Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Those of a file; `stop` is asked between pieces and ends it, with no digests.
Digests DigestsOf(const fs::path& path, const Digests& wanted, const std::function<bool()>& stop);

}  // namespace cria::corpus
