// Text out of Debian packages: fetched by apt-get into a cache and unpacked there, never installed.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/file.h"
#include "base/progress.h"

namespace cria::corpus {

struct DebianPackage {
  std::string name, version, sha256;  ///< of the .deb
  fs::path root;                      ///< where it is unpacked
  int64_t deb_bytes = 0;
};

/// The named packages (no name twice) in the order given, fetched once and unpacked below
/// `cache_dir`. What is in the cache is used as it is, without a network. Without apt-get or
/// dpkg-deb, without package lists, or when a package does not exist: Error.
std::vector<DebianPackage> FetchPackages(const Context& context,
                                         const std::vector<std::string>& names,
                                         const fs::path& cache_dir, Progress::Style style);

}  // namespace cria::corpus
