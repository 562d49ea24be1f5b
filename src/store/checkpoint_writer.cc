// Writing a checkpoint folder: data files in parallel with their digests, manifest last, one
// rename.
#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "store/checkpoint.h"
#include "store/manifest.h"

namespace cria::store {
namespace {

constexpr int64_t kAlignment = 64;                                 // of every tensor in its file
constexpr int64_t kWriteBytes = int64_t{128} * kDigestBlockBytes;  // unit of parallel writing

}  // namespace

CheckpointWriter::CheckpointWriter(const fs::path& directory, bool replace)
    : directory_(BehindLink(fs::absolute(directory).lexically_normal())),
      unfinished_(StagingName(directory_)),
      replace_(replace) {}

size_t CheckpointWriter::FileOf(const std::string& group) {
  const std::string name = group + ".bin";
  for (size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].name == name) return i;
  }
  files_.push_back({name, 0, std::nullopt});
  return files_.size() - 1;
}

CheckpointWriter::Tensor& CheckpointWriter::Place(std::string name, DType type, Shape shape) {
  const size_t slash = name.find('/');
  CRIA_CHECK(slash != std::string::npos && slash > 0, "tensor \"{}\" has no group", name);
  const int64_t bytes = StoredBytes(type, ElementCount(shape));
  const size_t file = FileOf(name.substr(0, slash));
  const int64_t offset = (files_[file].bytes + kAlignment - 1) / kAlignment * kAlignment;
  files_[file].bytes = offset + bytes;
  tensors_.push_back({std::move(name), type, std::move(shape), bytes, file, offset});
  return tensors_.back();
}

void CheckpointWriter::Add(std::string name, DType type, Shape shape,
                           std::span<const uint8_t> bytes) {
  const int64_t size = StoredBytes(type, ElementCount(shape));
  CRIA_CHECK(std::ssize(bytes) == size, "{}: {} bytes of {}", name, bytes.size(), size);
  AddSlices(std::move(name), type, std::move(shape), {{0, bytes}});
}

void CheckpointWriter::AddSlices(std::string name, DType type, Shape shape,
                                 std::vector<TensorSlice> slices) {
  Tensor& tensor = Place(std::move(name), type, std::move(shape));
  for (const TensorSlice& slice : slices) CheckSlice(tensor, slice);
  tensor.slices = std::move(slices);
}

void CheckpointWriter::CheckSlice(const Tensor& tensor, const TensorSlice& slice) {
  if (slice.bytes.empty()) return;
  const int64_t end = slice.offset + std::ssize(slice.bytes);
  const bool whole_blocks = slice.offset % kDigestBlockBytes == 0 &&
                            (end % kDigestBlockBytes == 0 || end == tensor.bytes);
  CRIA_CHECK(slice.offset >= 0 && end <= tensor.bytes && whole_blocks, "{}: bytes {} to {} of {}",
             tensor.name, slice.offset, end, tensor.bytes);
}

void CheckpointWriter::AddMadeSlices(std::string name, DType type, Shape shape, int rounds,
                                     std::function<TensorSlice(int)> make) {
  Tensor& tensor = Place(std::move(name), type, std::move(shape));
  tensor.rounds = rounds;
  tensor.make = std::move(make);
}

void CheckpointWriter::AddStreamed(OutputTensor tensor) {
  Tensor& placed = Place(tensor.name, tensor.type, tensor.shape);
  placed.source = std::move(tensor);
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

void CheckpointWriter::Begin() {
  const fs::path parent = directory_.parent_path();
  fs::create_directories(parent);
  int64_t bytes = kManifestReserve;
  for (const File& file : files_) bytes += file.bytes;
  for (const auto& extra : extras_) bytes += std::ssize(extra.second);
  staging_ = Staging::OfFolder(unfinished_);
  try {
    RequireFreeSpace(parent, bytes);
    for (File& file : files_) {
      file.output.emplace(OutputFile::Create(unfinished_ / file.name, file.bytes));
    }
  } catch (...) {
    Discard();
    throw;
  }
}

const OutputFile& CheckpointWriter::OutputOf(const Tensor& tensor) {
  File& file = files_[tensor.file];
  if (!file.output) file.output.emplace(OutputFile::Open(unfinished_ / file.name));
  return *file.output;
}

void CheckpointWriter::WriteSlices(const Context& context) {
  WriteAtHand(context, tensors_);
  for (Tensor& tensor : tensors_) {
    for (int round = 0; round < tensor.rounds; ++round) {
      tensor.slices = {tensor.make(round)};
      CheckSlice(tensor, tensor.slices[0]);
      WriteAtHand(context, {&tensor, 1});
    }
    tensor.rounds = 0;
  }
  WriteStreamed();
}

void CheckpointWriter::WriteAtHand(const Context& context, std::span<Tensor> tensors) {
  struct Unit {
    const OutputFile* output;
    int64_t offset;
    std::span<const uint8_t> bytes;
    std::span<uint64_t> digests;
  };
  std::vector<Unit> units;
  for (Tensor& tensor : tensors) {
    for (const TensorSlice& slice : tensor.slices) {
      const int64_t size = std::ssize(slice.bytes);
      if (size == 0) continue;
      DigestRun run{&tensor - tensors_.data(), slice.offset / kDigestBlockBytes, {}};
      run.digests.resize(static_cast<size_t>(DigestBlocks(size)));
      for (int64_t at = 0; at < size; at += kWriteBytes) {
        const int64_t n = std::min(kWriteBytes, size - at);
        units.push_back({&OutputOf(tensor), tensor.offset + slice.offset + at,
                         slice.bytes.subspan(at, n),
                         std::span(run.digests).subspan(DigestBlocks(at), DigestBlocks(n))});
      }
      runs_.push_back(std::move(run));
    }
    tensor.slices.clear();
  }
  context.ParallelFor(std::ssize(units), [&](int64_t i) {
    const Unit& unit = units[static_cast<size_t>(i)];
    HashBlocks(unit.bytes, unit.digests);
    unit.output->WriteAt(unit.bytes, unit.offset);
  });
}

void CheckpointWriter::WriteStreamed() {
  for (size_t t = 0; t < tensors_.size(); ++t) {
    Tensor& tensor = tensors_[t];
    if (!tensor.source.write) continue;
    const OutputFile& output = OutputOf(tensor);
    BlockHasher hasher;
    int64_t at = tensor.offset;
    WriteTensor(tensor.source, [&](std::span<const uint8_t> piece) {
      output.WriteAt(piece, at);
      hasher.Update(piece);
      at += std::ssize(piece);
    });
    runs_.push_back({static_cast<int64_t>(t), 0, hasher.Finish()});
    tensor.source.write = nullptr;
  }
}

void CheckpointWriter::Flush() {
  for (File& file : files_) {
    if (file.output) file.output->Sync();
    file.output.reset();
  }
}

uint64_t CheckpointWriter::Layout() const {
  std::string text;
  for (const Tensor& tensor : tensors_) {
    text +=
        fmt::format("{} {} {}\n", tensor.name, DTypeName(tensor.type), ShapeString(tensor.shape));
  }
  return Hash64(text);
}

std::vector<uint8_t> CheckpointWriter::Digests() const { return PackRuns(runs_, Layout()); }

std::string CheckpointWriter::Manifest(const Json& config, const Json& state,
                                       const std::vector<uint64_t>& digests) const {
  store::Manifest manifest{config, state, {}, {}};
  for (const File& file : files_) manifest.files.push_back({file.name, file.bytes, std::nullopt});
  for (const auto& [name, bytes] : extras_) {
    manifest.files.push_back({name, std::ssize(bytes), Hash64(bytes)});
  }
  for (size_t t = 0; t < tensors_.size(); ++t) {
    const Tensor& tensor = tensors_[t];
    manifest.tensors.push_back({tensor.name, tensor.type, tensor.shape, tensor.file, tensor.offset,
                                tensor.bytes, digests[t]});
  }
  return FormatManifest(manifest);
}

void CheckpointWriter::Finish(const Json& config, const Json& state,
                              std::span<const std::vector<uint8_t>> digests_of_others) {
  for (const File& file : files_) CRIA_CHECK(!file.output, "{} is not flushed", file.name);
  const std::string where = directory_.string();
  std::vector<DigestRun> runs = runs_;
  for (const auto& packed : digests_of_others) UnpackRuns(packed, Layout(), where, &runs);
  std::vector<TensorExtent> extents;
  for (const Tensor& tensor : tensors_) extents.push_back({tensor.name, tensor.bytes});
  const std::vector<uint64_t> digests = JoinRuns(std::move(runs), extents, where);
  for (const auto& [name, content] : extras_) WriteFile(unfinished_ / name, content);
  WriteFile(unfinished_ / kManifestName, Manifest(config, state, digests));
  SyncDirectory(unfinished_);
  MoveFolderIntoPlace(unfinished_, directory_, replace_);
  staging_.Release();
  SyncDirectory(directory_.parent_path());
}

void CheckpointWriter::Discard() noexcept {
  for (File& file : files_) file.output.reset();
  std::error_code ignored;
  if (staging_.fd() >= 0) fs::remove_all(unfinished_, ignored);
  staging_.Release();
}

void CheckpointWriter::Commit(const Context& context, const Json& config, const Json& state) {
  Begin();
  try {
    WriteSlices(context);
    Flush();
    Finish(config, state, {});
  } catch (...) {
    Discard();
    throw;
  }
}

}  // namespace cria::store
