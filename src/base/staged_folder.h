// A folder that appears whole or not at all: filled under a temporary name, then renamed.
#pragma once

#include "base/file.h"

namespace cria {

class StagedFolder {
 public:
  /// Files that a folder of the kind that is written here may hold, by name.
  using Known = std::function<bool(const std::string& name)>;
  /// Makes StagingName(target), without what a run that was killed has left there. Throws Error if
  /// another run is writing there; if `target` exists and is not an empty folder, unless `force`;
  /// and always if it is a folder of folders, which nothing that is staged here ever is. With
  /// `known`, a file of another name in `target` is an Error too: --force replaces what this
  /// program wrote, nothing else.
  StagedFolder(const fs::path& target, bool force, const Known& known = nullptr);
  ~StagedFolder();  ///< removes the temporary folder unless committed
  StagedFolder(const StagedFolder&) = delete;

  const fs::path& path() const { return staged_; }
  /// Renames it to the target; with `force` what stood there is exchanged for it, then removed.
  void Commit();

 private:
  fs::path target_, staged_;
  bool force_;
  Staging staging_;
};

}  // namespace cria
