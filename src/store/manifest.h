// The manifest of a checkpoint folder: what files and tensors it has, with digests and a digest of
// itself. Only the text; files are written and opened by checkpoint.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "store/block_digest.h"
#include "tensor/tensor_view.h"

namespace cria::store {

inline constexpr int kCheckpointVersion = 2;  // written; 1 is read as well
inline constexpr const char* kCheckpointRemedy =
    "put it back from a backup, or remove its folder: a run then goes on from the checkpoint "
    "before";

struct ManifestFile {
  std::string name;
  int64_t bytes = 0;
  std::optional<uint64_t> digest;  ///< of files that hold no tensors
};

struct ManifestTensor {
  std::string name;
  DType type = DType::kF32;
  Shape shape;
  size_t file = 0;  ///< index into files
  int64_t offset = 0, bytes = 0;
  uint64_t digest = 0;  ///< by the manifest's digest_rule()
};

struct Manifest {
  Json config, state;
  std::vector<ManifestFile> files;
  std::vector<ManifestTensor> tensors;
  int version = kCheckpointVersion;

  /// What the digests of tensors are of.
  DigestRule digest_rule() const { return version == 1 ? DigestRule::kWhole : DigestRule::kBlocks; }
};

/// The file's exact bytes, digest of itself included.
std::string FormatManifest(const Manifest& manifest);
/// Text of a manifest up to its digest -> with the digest. FormatManifest's last step.
std::string SignManifest(std::string text);
/// Reads and checks one. Cut, changed or newer files throw Error.
Manifest ReadManifest(const fs::path& path);

}  // namespace cria::store
