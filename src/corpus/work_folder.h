// The folder that keeps the stages of a build: marked as ours, so that nothing else is ever taken
// for it and nothing of others is removed.
#pragma once

#include <memory>
#include <string>

#include "base/file.h"
#include "corpus/team.h"

namespace cria::corpus {

/// Its name in a corpus folder, where the user names no other place.
inline constexpr char kWorkName[] = "stages";

/// `given`, or if that is empty the usual place for a corpus.
fs::path WorkPath(const fs::path& corpus_dir, const fs::path& given);

/// Whether `folder` is missing, empty, or a work folder.
bool MayBeWorkFolder(const fs::path& folder);

class WorkFolder {
 public:
  /// The leader makes, marks and locks the folder; the others wait for that. Throws Error if it
  /// holds something else, or another build works in it.
  WorkFolder(fs::path folder, const Team& team);

  const fs::path& path() const { return path_; }
  /// Removes what builds write there, by name, and the folder if it is empty then.
  void Remove();

 private:
  fs::path path_;
  std::unique_ptr<DirectoryLock> lock_;
};

/// The key at the front of the name of a file that a stage wrote; empty for other names.
std::string KeyOfStageFile(const std::string& name);

}  // namespace cria::corpus
