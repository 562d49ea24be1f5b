// Rename is the commit.
#include "base/staged_folder.h"

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
    : target_(target), staged_(target.string() + ".tmp") {
  RequireAbsent(target_, force);
  if (known && fs::is_directory(target_)) {
    for (const auto& entry : fs::directory_iterator(target_)) {
      if (entry.is_directory() || known(entry.path().filename())) continue;
      throw Error("--force replaces a model here, and this file is no part of one",
                  entry.path().string(), "name another place with --out, or move the file");
    }
  }
  for (const fs::path& doomed : {target_, staged_}) RequireFlat(doomed);
  std::error_code error;
  fs::remove_all(staged_, error);
  if (!error) fs::create_directories(staged_, error);
  if (error) {
    throw Error("cannot make the folder: " + error.message(), staged_.string(),
                "check --out and its permissions");
  }
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(staged_, ignored);
}

void StagedFolder::Commit() {
  std::error_code error;
  fs::remove_all(target_, error);
  if (!error) fs::rename(staged_, target_, error);
  if (error) {
    throw Error("cannot rename the finished folder: " + error.message(), target_.string(),
                "check --out and its permissions");
  }
  committed_ = true;
  SyncDirectory(fs::absolute(target_).parent_path());
}

}  // namespace cria
