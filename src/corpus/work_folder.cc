// The mark, the lock, and what may be removed.
#include "corpus/work_folder.h"

#include "base/error.h"
#include "comm/collectives.h"

namespace cria::corpus {
namespace {

constexpr char kMark[] = ".cria-work";
constexpr const char* kFolders[] = {"texts", "judged", "duplicates", "bands"};

bool IsHex(std::string_view text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

fs::path WorkPath(const fs::path& corpus_dir, const fs::path& given) {
  return given.empty() ? corpus_dir / kWorkName : given;
}

bool MayBeWorkFolder(const fs::path& folder) {
  if (!fs::exists(folder)) return true;
  if (!fs::is_directory(folder)) return false;
  return fs::is_empty(folder) || fs::exists(folder / kMark);
}

WorkFolder::WorkFolder(fs::path folder, const Team& team) : path_(std::move(folder)) {
  if (team.leads()) {
    if (!MayBeWorkFolder(path_)) {
      throw Error("this folder holds something else than the stages of a corpus", path_.string(),
                  "name a new or empty folder with --work");
    }
    fs::create_directories(path_);
    WriteFile(path_ / kMark, "");
    lock_ = std::make_unique<DirectoryLock>(path_);
  }
  if (team.size() > 1) comm::Barrier(*team.ranks);
}

void WorkFolder::Remove() {
  std::error_code ignored;
  for (const char* name : kFolders) fs::remove_all(path_ / name, ignored);
  for (const auto& entry : fs::directory_iterator(path_)) {
    const std::string name = entry.path().filename().string();
    const bool model = name.starts_with("languages-") && IsHex(name.substr(10, 16));
    if (model || name == kMark) fs::remove(entry.path(), ignored);
  }
  lock_.reset();
  fs::remove(path_ / kLockName, ignored);
  fs::remove(path_, ignored);  // only if nothing is left
}

std::string KeyOfStageFile(const std::string& name) {
  const std::string key = name.substr(0, name.find('.'));
  const size_t number = key.find('-');
  const bool numbered = number == 16 && key.find_first_not_of("0123456789", 17) == key.npos;
  const bool ours = IsHex(key.substr(0, 16)) && (key.size() == 16 || numbered);
  const bool ending =
      name.ends_with(".json") || name.ends_with(".jsonl.zst") || name.ends_with(".tmp");
  return ours && ending ? key : "";
}

}  // namespace cria::corpus
