// Whether the files of a model are what they should be: digests that were published or stand
// beside them, sizes, completeness. Says so file by file; does not run the model.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/file.h"

namespace cria {

enum class FileStatus {
  kOk,       ///< agrees with a digest
  kUnknown,  ///< nothing wrong, but there is no digest to compare with
  kBroken,
  kMissing,
};
const char* FileStatusName(FileStatus status);

struct FileCheck {
  std::string name;  ///< in the model's folder
  FileStatus status = FileStatus::kUnknown;
  std::string detail;           ///< with what it agrees, how it is broken
  int64_t bytes = -1;           ///< -1: it is not there
  int64_t expected_bytes = -1;  ///< at least; -1: not known
  std::string md5, sha256;      ///< where they were computed
};

struct VerifyReport {
  std::string path;
  std::string format;   ///< as of OpenModel
  std::string release;  ///< which published model it is, or what speaks for it; may be empty
  std::vector<FileCheck> files;

  /// Files that are broken or missing.
  int faults() const;
};

/// Told now and then the bytes hashed so far, of the total; from one thread at a time.
using VerifyProgress = std::function<void(int64_t done, int64_t total)>;

/// Checks a model in any format that OpenModel knows, damaged ones too: one report, or one for
/// each size folder of a root of Meta's release, its tokenizer files first. Meta: the published
/// digests of LLaMA 1 (store/release.h), checklist.chk, sizes from params.json. Hugging Face: the
/// index and the table of each file. GGUF: its table, all parts. cria: the manifest's digests.
/// Throws Error if there is no model.
std::vector<VerifyReport> VerifyModel(const Context& context, const fs::path& path,
                                      const VerifyProgress& progress = nullptr);

}  // namespace cria
