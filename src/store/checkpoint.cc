// Opening and checking; checkpoint_writer.cc writes.
#include "store/checkpoint.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/hash.h"
#include "store/manifest.h"

namespace cria::store {
namespace {

constexpr const char* kStepPrefix = "step-";

bool IsPlainName(const std::string& name) {
  return !name.empty() && name[0] != '.' && name.find_first_of("/\\") == std::string::npos;
}

struct DataFile {
  std::span<const uint8_t> bytes;
  bool mapped = false;
};

NamedTensor TensorOf(const ManifestTensor& entry, DigestRule rule, const DataFile& file,
                     const std::string& where) {
  const std::string at = where + ", tensor \"" + entry.name + "\"";
  const int64_t bytes = StoredBytes(entry.type, CheckedElementCount(entry.shape, at));
  const int64_t size = static_cast<int64_t>(file.bytes.size());
  if (entry.bytes != bytes || entry.offset < 0 || entry.offset > size ||
      bytes > size - entry.offset) {
    throw Error("tensor points outside its file", at, kCheckpointRemedy);
  }
  NamedTensor tensor = ContiguousTensor(entry.name, entry.type, entry.shape,
                                        file.bytes.subspan(entry.offset, bytes), where);
  tensor.digest = TensorDigest{entry.digest, rule};
  return tensor;
}

}  // namespace

bool IsCheckpoint(const fs::path& directory) {
  return fs::is_regular_file(directory / kManifestName);
}

Checkpoint OpenCheckpoint(const fs::path& directory, const std::string& group) {
  const Manifest manifest = ReadManifest(directory / kManifestName);
  Checkpoint checkpoint;
  checkpoint.directory = directory;
  checkpoint.config = manifest.config;
  checkpoint.state = manifest.state;
  checkpoint.tensors.set_where(directory.string());
  checkpoint.tensors.set_metadata(manifest.config);
  std::vector<DataFile> files(manifest.files.size());
  for (size_t i = 0; i < files.size(); ++i) {
    const ManifestFile& entry = manifest.files[i];
    if (!IsPlainName(entry.name)) {
      throw Error("a file name with a path in it", (directory / kManifestName).string(),
                  kCheckpointRemedy);
    }
    if (!group.empty() && !entry.digest && entry.name != group + ".bin") continue;
    const fs::path path = directory / entry.name;
    if (!fs::exists(path))
      throw Error("file of the checkpoint is missing", path.string(), kCheckpointRemedy);
    MappedFile file(path);
    if (static_cast<int64_t>(file.bytes().size()) != entry.bytes) {
      throw Error(fmt::format("{} bytes where the manifest says {}: the file was cut short",
                              file.bytes().size(), entry.bytes),
                  path.string(), kCheckpointRemedy);
    }
    if (entry.digest && Hash64(file.text()) != *entry.digest) {
      throw Error("file does not match its digest: it was changed or damaged", path.string(),
                  kCheckpointRemedy);
    }
    files[i] = {file.bytes(), true};
    checkpoint.tensors.Keep(std::move(file));
  }
  for (const ManifestTensor& entry : manifest.tensors) {
    if (!files[entry.file].mapped) continue;
    checkpoint.tensors.Add(TensorOf(entry, manifest.digest_rule(), files[entry.file],
                                    (directory / manifest.files[entry.file].name).string()));
  }
  return checkpoint;
}

fs::path StepDirectory(const fs::path& run, int64_t step) {
  return run / "checkpoints" / fmt::format("{}{:08}", kStepPrefix, step);
}

std::vector<fs::path> ListCheckpoints(const fs::path& run) {
  std::vector<std::pair<int64_t, fs::path>> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(run / "checkpoints", none)) {
    const std::string name = entry.path().filename().string();
    const std::string digits =
        name.starts_with(kStepPrefix) ? name.substr(std::strlen(kStepPrefix)) : "";
    if (digits.empty() || digits.size() > 15 ||
        digits.find_first_not_of("0123456789") != std::string::npos ||
        !IsCheckpoint(entry.path())) {
      continue;
    }
    found.emplace_back(std::stoll(digits), entry.path());
  }
  std::sort(found.begin(), found.end());
  std::vector<fs::path> paths;
  for (auto& [step, path] : found) paths.push_back(std::move(path));
  return paths;
}

namespace {

// "step-00001200" -> true; the digits alone decide, so that files of others are left alone.
bool IsStepName(const std::string& name) {
  const std::string digits =
      name.starts_with(kStepPrefix) ? name.substr(std::strlen(kStepPrefix)) : "";
  return !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
}

std::string WithoutSuffix(const std::string& name, const std::string& suffix) {
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : std::string();
}

// Puts back checkpoints that a writer had moved aside when it was killed (only where the file
// system cannot exchange two folders in one step).
void RestoreDisplaced(const fs::path& run) {
  std::vector<fs::path> displaced;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(run / "checkpoints", none)) {
    const std::string step = WithoutSuffix(entry.path().filename().string(), kDisplacedEnding);
    if (!IsStepName(step) || !IsCheckpoint(entry.path())) continue;
    if (!fs::exists(entry.path().parent_path() / step)) displaced.push_back(entry.path());
  }
  for (const fs::path& path : displaced) {
    fs::rename(path, path.parent_path() / WithoutSuffix(path.filename().string(), kDisplacedEnding),
               none);
  }
}

}  // namespace

fs::path LatestCheckpoint(const fs::path& run) {
  RestoreDisplaced(run);
  const auto all = ListCheckpoints(run);
  return all.empty() ? fs::path() : all.back();
}

namespace {

// The manifest goes first: a half-removed folder is then no checkpoint.
void RemoveCheckpoint(const fs::path& folder) {
  fs::remove(folder / kManifestName);
  fs::remove_all(folder);
}

}  // namespace

int64_t StepOf(const fs::path& directory) {
  const std::string name = directory.filename().string();
  CRIA_CHECK(IsStepName(name), "{} is no checkpoint of a step", name);
  return std::stoll(name.substr(name.find('-') + 1));
}

void DropCheckpointsAfter(const fs::path& run, int64_t step) {
  RestoreDisplaced(run);
  const std::vector<fs::path> all = ListCheckpoints(run);
  const fs::path last = StepDirectory(run, step);
  for (auto folder = all.rbegin(); folder != all.rend() && *folder > last; ++folder) {
    RemoveCheckpoint(*folder);
  }
}

void PruneCheckpoints(const fs::path& run, int keep) {
  CRIA_CHECK(keep >= 1, "keep = {}", keep);
  RestoreDisplaced(run);
  const auto all = ListCheckpoints(run);
  for (size_t i = 0; i + keep < all.size(); ++i) {
    RemoveCheckpoint(all[i]);
  }
  std::vector<fs::path> leftovers;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(run / "checkpoints", none)) {
    const std::string name = entry.path().filename().string();
    const bool unfinished = IsStepName(WithoutSuffix(name, kStagingEnding)) ||
                            IsStepName(WithoutSuffix(name, kDisplacedEnding));
    const bool half_removed = IsStepName(name) && !IsCheckpoint(entry.path());
    if (entry.is_directory() && (unfinished || half_removed)) leftovers.push_back(entry.path());
  }
  for (const fs::path& path : leftovers) fs::remove_all(path);
}

}  // namespace cria::store
