// Rename is the commit.
#include "base/staged_folder.h"

#include "base/displaced.h"
#include "base/error.h"

namespace cria {
namespace {

// --force must not be able to remove a home directory.
void RequireFlat(const fs::path& path) {
  if (!fs::is_directory(path)) return;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.is_directory()) continue;
    throw Error("it holds folders, so it is not what would be replaced here", path.string(),
                "name another place with --out, or remove it yourself");
  }
}

}  // namespace

StagedFolder::StagedFolder(const fs::path& target, bool force, const Known& known)
    : target_(BehindLink(target)), staged_(StagingName(target_)), force_(force) {
  RequireAbsent(target_, force);
  if (known && fs::is_directory(target_)) {
    for (const auto& entry : fs::directory_iterator(target_)) {
      if (entry.is_directory() || known(entry.path().filename())) continue;
      throw Error("--force replaces a model here, and this file is no part of one",
                  entry.path().string(), "name another place with --out, or move the file");
    }
  }
  RequireFlat(target_);
  if (fs::exists(target_) && !fs::is_directory(target_)) {
    throw Error("a file stands where a folder is to be written", target_.string(),
                "remove it, or name another place with --out");
  }
  staging_ = Staging::OfFolder(staged_);
  // Nobody else moves folders here now.
  if (RestoreDisplaced(target_) && !force) {
    fs::remove_all(staged_);
    RequireAbsent(target_, force);
  }
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  if (staging_.fd() >= 0) fs::remove_all(staged_, ignored);
}

void StagedFolder::Commit() {
  SyncDirectory(staged_);
  MoveFolderIntoPlace(staged_, target_, force_);  // it may have come meanwhile
  staging_.Release();
  SyncDirectory(fs::absolute(target_).parent_path());
}

}  // namespace cria
