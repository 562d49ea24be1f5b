// What may be replaced, and in which order.
#include "corpus/publish.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "corpus/work_folder.h"

namespace cria::corpus {
namespace {

std::set<std::string> FilesOf(const Manifest& manifest) {
  std::set<std::string> files;
  for (const SourceInfo& source : manifest.sources) {
    for (const SplitInfo* split : {&source.train, &source.holdout}) {
      for (const ShardInfo& shard : split->shards) files.insert(shard.path);
    }
  }
  return files;
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
  const std::set<std::string> kept = FilesOf(fresh);
  for (const std::string& path : FilesOf(old)) {
    if (!kept.contains(path)) fs::remove(dir / path, ignored);
  }
  for (const SourceInfo& source : old.sources) {
    const auto same = std::find_if(fresh.sources.begin(), fresh.sources.end(),
                                   [&](const SourceInfo& s) { return s.name == source.name; });
    const int64_t shards = same == fresh.sources.end() ? 0 : same->shards;
    if (same == fresh.sources.end()) fs::remove(DroppedPath(dir, source.name), ignored);
    for (int64_t s = shards; s < source.shards; ++s) {
      fs::remove(FatesPath(dir, source.name, s), ignored);
    }
  }
}

}  // namespace

bool IsCurrent(const fs::path& dir, const std::string& digest, Manifest* manifest) {
  if (!fs::exists(dir / "manifest.json")) return false;
  *manifest = ReadOldManifest(dir);
  if (manifest->digest != digest) return false;
  for (const SourceInfo& source : manifest->sources) {
    for (const SplitInfo* split : {&source.train, &source.holdout}) {
      for (const ShardInfo& shard : split->shards) {
        std::error_code error;
        const auto size = fs::file_size(dir / shard.path, error);
        if (error || static_cast<int64_t>(size) != shard.file_bytes) return false;
      }
    }
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
  const std::set<std::string> fresh = FilesOf(manifest);
  if (fs::exists(dir / "manifest.json")) {
    const Manifest old = ReadOldManifest(dir);
    fs::remove(dir / "manifest.json");
    RemoveOld(dir, old, manifest);
  }
  for (const std::string& path : fresh) {
    Move(staging / path, dir / path);
  }
  for (const SourceInfo& source : manifest.sources) {
    Move(DroppedPath(staging, source.name), DroppedPath(dir, source.name));
    for (int64_t shard = 0; shard < source.shards; ++shard) {
      Move(FatesPath(staging, source.name, shard), FatesPath(dir, source.name, shard));
    }
  }
  std::error_code ignored;
  if (fs::exists(staging / kContaminationName)) {
    fs::rename(staging / kContaminationName, dir / kContaminationName);
  } else if (manifest.contamination.empty()) {
    fs::remove(dir / kContaminationName, ignored);
  }
  for (const char* folder : {"train", "holdout"}) {
    if (fs::exists(dir / folder)) SyncDirectory(dir / folder);
  }
  WriteManifest(dir, manifest);
}

}  // namespace cria::corpus
