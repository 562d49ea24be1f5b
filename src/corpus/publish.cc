// What may be replaced, and in which order.
#include "corpus/publish.h"

#include <algorithm>
#include <set>

#include "base/error.h"

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

}  // namespace

bool IsCurrent(const fs::path& dir, const std::string& digest, Manifest* manifest) {
  if (!fs::exists(dir / "manifest.json")) return false;
  *manifest = ReadManifest(dir);
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
      ReadManifest(dir);  // throws when it is somebody else's
      return;
    }
    // A killed build leaves its staging folder; one killed before that, its lock and first stage.
    const bool ours =
        fs::exists(dir / kStagingName) ||
        std::all_of(fs::directory_iterator(dir), fs::directory_iterator(), [](const auto& e) {
          const std::string name = e.path().filename().string();
          return name == kLockName || name == "work" || name.ends_with(".tmp");
        });
    if (ours) return;
  }
  throw Error("this folder holds something else than a corpus", dir.string(),
              "name a new or empty folder with --out");
}

void Publish(const fs::path& staging, const fs::path& dir, const Manifest& manifest) {
  const std::set<std::string> fresh = FilesOf(manifest);
  if (fs::exists(dir / "manifest.json")) {
    const std::set<std::string> old = FilesOf(ReadManifest(dir));
    fs::remove(dir / "manifest.json");
    for (const std::string& path : old) {
      std::error_code ignored;
      if (!fresh.contains(path)) fs::remove(dir / path, ignored);
    }
  }
  for (const std::string& path : fresh) {
    fs::create_directories((dir / path).parent_path());
    fs::rename(staging / path, dir / path);
  }
  for (const char* folder : {"dropped", "fates"}) fs::create_directories(dir / folder);
  for (const SourceInfo& source : manifest.sources) {
    fs::rename(DroppedPath(staging, source.name), DroppedPath(dir, source.name));
    for (int64_t shard = 0; shard < source.shards; ++shard) {
      fs::rename(FatesPath(staging, source.name, shard), FatesPath(dir, source.name, shard));
    }
  }
  std::error_code ignored;
  fs::remove(dir / kContaminationName, ignored);
  if (fs::exists(staging / kContaminationName)) {
    fs::rename(staging / kContaminationName, dir / kContaminationName);
  }
  WriteManifest(dir, manifest);
}

}  // namespace cria::corpus
