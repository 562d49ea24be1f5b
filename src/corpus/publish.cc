// What may be replaced, and in which order.
#include "corpus/publish.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "corpus/work_folder.h"

namespace cria::corpus {
namespace {

std::set<std::string> NamesOf(const Manifest& manifest) {
  std::set<std::string> names;
  for (const FileInfo* file : FilesOf(manifest)) names.insert(file->path);
  // Manifests of older programs do not name these.
  for (const SourceInfo& source : manifest.sources) {
    if (!source.dropped.path.empty()) continue;
    names.insert(DroppedName(source.name));
    for (int64_t shard = 0; shard < source.shards; ++shard) {
      names.insert(FatesName(source.name, shard));
    }
  }
  return names;
}

// What was left by a program of another version, or damaged, is nothing that we know of.
Manifest ReadOldManifest(const fs::path& dir) {
  try {
    return ReadManifest(dir);
  } catch (const Error&) {
    return {};
  }
}

bool IsCorpusFolder(const fs::path& dir) {
  const Json json = TryParseJson(ReadFile(dir / "manifest.json"));
  return json.is_object() && json.value("format", Json()) == "cria corpus";
}

// Moves a file to where it belongs. An interrupted Publish may have done so already.
void Move(const fs::path& from, const fs::path& to) {
  fs::create_directories(to.parent_path());
  if (fs::exists(from) || !fs::exists(to)) fs::rename(from, to);
}

}  // namespace

namespace {

// The files of an earlier corpus that the next one does not have.
void RemoveOld(const fs::path& dir, const Manifest& old, const Manifest& fresh) {
  std::error_code ignored;
  const std::set<std::string> kept = NamesOf(fresh);
  for (const std::string& path : NamesOf(old)) {
    if (!kept.contains(path)) fs::remove(dir / path, ignored);
  }
}

}  // namespace

bool IsCurrent(const fs::path& dir, const std::string& digest, Manifest* manifest) {
  if (!fs::exists(dir / "manifest.json")) return false;
  *manifest = ReadOldManifest(dir);
  if (manifest->digest != digest) return false;
  for (const FileInfo* file : FilesOf(*manifest)) {
    std::error_code error;
    const auto size = fs::file_size(dir / file->path, error);
    if (error || static_cast<int64_t>(size) != file->file_bytes) return false;
  }
  return true;
}

void RequireOurs(const fs::path& dir) {
  if (!fs::exists(dir) || fs::is_empty(dir)) return;
  if (fs::is_directory(dir)) {
    if (fs::exists(dir / "manifest.json")) {
      if (IsCorpusFolder(dir)) return;
      throw Error("manifest.json here is not that of a corpus", dir.string(),
                  "name a new or empty folder with --out");
    }
    // A killed build leaves its staging folder; one killed before that, its lock and first stage.
    const bool ours =
        fs::exists(dir / kStagingName) ||
        std::all_of(fs::directory_iterator(dir), fs::directory_iterator(), [](const auto& e) {
          const std::string name = e.path().filename().string();
          return name == kLockName || (name == kWorkName && MayBeWorkFolder(e.path())) ||
                 name.ends_with(".tmp");
        });
    if (ours) return;
  }
  throw Error("this folder holds something else than a corpus", dir.string(),
              "name a new or empty folder with --out");
}

void Publish(const fs::path& staging, const fs::path& dir, const Manifest& manifest) {
  if (fs::exists(dir / "manifest.json")) {
    const Manifest old = ReadOldManifest(dir);
    fs::remove(dir / "manifest.json");
    RemoveOld(dir, old, manifest);
  }
  for (const std::string& path : NamesOf(manifest)) Move(staging / path, dir / path);
  std::error_code ignored;
  if (fs::exists(staging / kContaminationName)) {
    fs::rename(staging / kContaminationName, dir / kContaminationName);
  } else if (manifest.contamination.empty()) {
    fs::remove(dir / kContaminationName, ignored);
  }
  for (const char* folder : {"train", "holdout", "fates", "dropped"}) {
    if (fs::exists(dir / folder)) SyncDirectory(dir / folder);
  }
  WriteManifest(dir, manifest);
}

}  // namespace cria::corpus
