// Writing a checkpoint folder: data files in parallel with their digests, manifest last, one
// rename.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/hash.h"
#include "store/checkpoint.h"
#include "store/manifest.h"

namespace cria::store {
namespace {

constexpr int64_t kAlignment = 64;                      // of every tensor in its file
constexpr int64_t kWriteBytes = int64_t{8} << 20;       // unit of parallel writing
constexpr int64_t kManifestReserve = int64_t{4} << 20;  // for the disk-space check

[[noreturn]] void ThrowErrno(const std::string& what, const fs::path& path) {
  const int code = errno;
  throw Error(fmt::format("{}: {}", what, std::strerror(code)), path.string(),
              code == ENOSPC ? "free some disk space or choose another --out"
                             : "check the disk and the permissions of the folder");
}

// A data file of known size, written at offsets from many threads.
class OutputFile {
 public:
  OutputFile(fs::path path, int64_t bytes) : path_(std::move(path)) {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0) ThrowErrno("cannot create", path_);
    // Reserving the blocks tells of a full disk before anything is written; where the file system
    // cannot, setting the size is enough.
    if (bytes > 0 && ::fallocate(fd_, 0, 0, bytes) != 0) {
      if (errno == ENOSPC) ThrowErrno("cannot reserve space", path_);
      if (::ftruncate(fd_, bytes) != 0) ThrowErrno("cannot set the size", path_);
    }
  }
  ~OutputFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OutputFile(OutputFile&& other) noexcept : path_(std::move(other.path_)), fd_(other.fd_) {
    other.fd_ = -1;
  }
  OutputFile(const OutputFile&) = delete;

  void WriteAt(const uint8_t* data, int64_t n, int64_t offset) const {
    while (n > 0) {
      const ssize_t done = ::pwrite(fd_, data, static_cast<size_t>(n), offset);
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) ThrowErrno("cannot write", path_);
      data += done;
      n -= done;
      offset += done;
    }
  }
  void Sync() const {
    if (::fsync(fd_) != 0) ThrowErrno("cannot flush to disk", path_);
  }

 private:
  fs::path path_;
  int fd_ = -1;
};

// Removes the unfinished folder unless it was renamed into place.
struct Cleanup {
  fs::path folder;
  ~Cleanup() {
    std::error_code ignored;
    if (!folder.empty()) fs::remove_all(folder, ignored);
  }
};

// Puts `fresh` in the place of `target`. With the exchange of Linux there is no moment without a
// complete checkpoint at `target`; elsewhere the old one waits under `<target>.old.tmp`.
void MoveIntoPlace(const fs::path& fresh, const fs::path& target) {
  if (!fs::exists(target)) {
    if (::rename(fresh.c_str(), target.c_str()) != 0) ThrowErrno("cannot rename to", target);
    return;
  }
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) return;
  const fs::path old = target.string() + ".old.tmp";
  fs::remove_all(old);
  if (::rename(target.c_str(), old.c_str()) != 0) ThrowErrno("cannot rename", target);
  if (::rename(fresh.c_str(), target.c_str()) != 0) {
    const int code = errno;
    ::rename(old.c_str(), target.c_str());
    errno = code;
    ThrowErrno("cannot rename to", target);
  }
  fs::remove_all(old);
}

}  // namespace

size_t CheckpointWriter::FileOf(const std::string& group) {
  const std::string name = group + ".bin";
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].name == name) return i;
  }
  files_.push_back({name, 0});
  return files_.size() - 1;
}

void CheckpointWriter::Place(std::string name, TensorView view, OutputTensor source) {
  const size_t slash = name.find('/');
  CRIA_CHECK(slash != std::string::npos && slash > 0, "tensor \"{}\" has no group", name);
  const int64_t bytes = StoredBytes(view.type, view.elements());
  const size_t file = FileOf(name.substr(0, slash));
  const int64_t offset = (files_[file].bytes + kAlignment - 1) / kAlignment * kAlignment;
  files_[file].bytes = offset + bytes;
  tensors_.push_back({std::move(name), std::move(view), std::move(source), bytes, file, offset, 0});
}

void CheckpointWriter::Add(std::string name, DType type, Shape shape,
                           std::span<const uint8_t> bytes) {
  TensorView view{type, std::move(shape), bytes};
  CRIA_CHECK(bytes.size() == static_cast<size_t>(StoredBytes(type, view.elements())), "{}", name);
  Place(std::move(name), std::move(view), {});
}

void CheckpointWriter::AddStreamed(OutputTensor tensor) {
  std::string name = tensor.name;
  TensorView view{tensor.type, tensor.shape, {}};
  Place(std::move(name), std::move(view), std::move(tensor));
}

void CheckpointWriter::AddFloats(std::string name, Shape shape, std::span<const float> values) {
  Add(std::move(name), DType::kF32, std::move(shape),
      {reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes()});
}

void CheckpointWriter::AddFile(std::string name, std::string bytes) {
  CRIA_CHECK(
      !name.ends_with(".bin") && name != kManifestName && name.find('/') == std::string::npos, "{}",
      name);
  extras_.emplace_back(std::move(name), std::move(bytes));
}

void CheckpointWriter::WriteData(const Context& context, const fs::path& folder) {
  std::vector<OutputFile> outputs;
  for (const File& file : files_) outputs.emplace_back(folder / file.name, file.bytes);
  // One unit of work: a chunk to write, or (data == nullptr) a whole tensor to digest.
  struct Work {
    Tensor* tensor;
    const uint8_t* data;
    int64_t n, offset;
  };
  std::vector<Work> work;
  for (Tensor& tensor : tensors_) {
    if (tensor.source.write) continue;
    const auto bytes = tensor.view.bytes;
    const int64_t size = tensor.bytes;
    work.push_back({&tensor, nullptr, 0, 0});
    for (int64_t at = 0; at < size; at += kWriteBytes) {
      work.push_back(
          {&tensor, bytes.data() + at, std::min(kWriteBytes, size - at), tensor.offset + at});
    }
  }
  context.ParallelFor(static_cast<int64_t>(work.size()), [&](int64_t i) {
    const Work& w = work[i];
    if (w.data != nullptr) {
      outputs[w.tensor->file].WriteAt(w.data, w.n, w.offset);
      return;
    }
    const auto bytes = w.tensor->view.bytes;
    w.tensor->digest = Hash64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  });
  for (Tensor& tensor : tensors_) {
    if (!tensor.source.write) continue;
    Hash64Stream digest;
    int64_t at = tensor.offset;
    WriteTensor(tensor.source, [&](std::span<const uint8_t> piece) {
      outputs[tensor.file].WriteAt(piece.data(), static_cast<int64_t>(piece.size()), at);
      digest.Update({reinterpret_cast<const char*>(piece.data()), piece.size()});
      at += static_cast<int64_t>(piece.size());
    });
    tensor.digest = digest.Digest();
  }
  context.ParallelFor(static_cast<int64_t>(outputs.size()), [&](int64_t i) { outputs[i].Sync(); });
}

std::string CheckpointWriter::Manifest(const Json& config, const Json& state) const {
  store::Manifest manifest{config, state, {}, {}};
  for (const File& file : files_) manifest.files.push_back({file.name, file.bytes, std::nullopt});
  for (const auto& [name, bytes] : extras_) {
    manifest.files.push_back({name, static_cast<int64_t>(bytes.size()), Hash64(bytes)});
  }
  for (const Tensor& tensor : tensors_) {
    manifest.tensors.push_back({tensor.name, tensor.view.type, tensor.view.shape, tensor.file,
                                tensor.offset, tensor.bytes, tensor.digest});
  }
  return FormatManifest(manifest);
}

void CheckpointWriter::Commit(const Context& context, const Json& config, const Json& state) {
  const fs::path target = fs::absolute(directory_).lexically_normal();
  const fs::path parent = target.parent_path();
  fs::create_directories(parent);
  int64_t bytes = kManifestReserve;
  for (const File& file : files_) bytes += file.bytes;
  for (const auto& extra : extras_) bytes += static_cast<int64_t>(extra.second.size());
  const fs::path folder = target.string() + ".tmp";
  fs::remove_all(folder);  // left by a writer that was killed
  RequireFreeSpace(parent, bytes);
  Cleanup cleanup{folder};
  fs::create_directory(folder);
  WriteData(context, folder);
  for (const auto& [name, content] : extras_) WriteFile(folder / name, content);
  WriteFile(folder / kManifestName, Manifest(config, state));
  SyncDirectory(folder);
  MoveIntoPlace(folder, target);
  SyncDirectory(parent);
}

}  // namespace cria::store
