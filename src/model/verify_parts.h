// What the checks of the formats share.
#pragma once

#include <map>
#include <mutex>

#include "base/error.h"
#include "base/hash.h"
#include "model/verify.h"

namespace cria::verify {

/// First line of an error: the fault without place and remedy.
std::string Reason(const std::exception& error);

/// Bytes hashed on all threads, told to one.
class Meter {
 public:
  Meter(const VerifyProgress& progress, int64_t total) : progress_(progress), total_(total) {}
  void Add(int64_t bytes);

 private:
  const VerifyProgress& progress_;
  std::mutex mutex_;
  int64_t done_ = 0, total_;
};

/// Digests of the files that exist, the largest first, one thread each.
std::map<std::string, FileDigests> HashFiles(const Context& context, const fs::path& folder,
                                             const std::vector<std::string>& names,
                                             const VerifyProgress& progress);

FileCheck Missing(std::string name, std::string detail);
/// With its size.
FileCheck Present(const fs::path& folder, std::string name, FileStatus status, std::string detail);
/// A tokenizer's file that no list names: known by its digest, or at least readable.
FileCheck CheckTokenizer(const fs::path& folder, const std::string& name);

VerifyReport VerifyMetaFolder(const Context& context, const fs::path& folder,
                              const VerifyProgress& progress);
/// tokenizer.model and tokenizer_checklist.chk beside the folders of the sizes.
VerifyReport VerifyMetaRoot(const Context& context, const fs::path& root);

}  // namespace cria::verify
