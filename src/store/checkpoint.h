// cria's own checkpoint folder (docs/formats/checkpoint.md): raw tensors in one data file per
// group, a manifest written last, the whole folder renamed into place. Not the meaning of tensors
// or state.
#pragma once

#include <string>
#include <vector>

#include "store/output_tensor.h"
#include "store/tensor_set.h"

namespace cria::store {

inline constexpr const char* kManifestName = "manifest.json";

/// Collects views of tensors and writes them all at once. The bytes handed in must stay valid until
/// Commit. A tensor's name is "group/name"; each group is one data file, so that a reader of
/// weights never touches optimizer moments.
class CheckpointWriter {
 public:
  explicit CheckpointWriter(fs::path directory) : directory_(std::move(directory)) {}

  void Add(std::string name, DType type, Shape shape, std::span<const uint8_t> bytes);
  /// A tensor that is made while it is written; such go one after the other, the others in
  /// parallel.
  void AddStreamed(OutputTensor tensor);
  void AddFloats(std::string name, Shape shape, std::span<const float> values);
  /// A small whole file beside the tensors (tokenizer.model). Copied.
  void AddFile(std::string name, std::string bytes);

  /// Writes `<directory>.tmp`, flushes it to disk and renames it to `directory`; a checkpoint
  /// already there is exchanged in one step and then removed. `config` says what the model is,
  /// `state` is free. Throws Error before writing if the disk lacks space; on any failure nothing
  /// is left behind and the old checkpoint stays.
  void Commit(const Context& context, const Json& config, const Json& state);

 private:
  struct Tensor {
    std::string name;
    TensorView view;      // no bytes if streamed
    OutputTensor source;  // write is empty if not
    int64_t bytes;
    size_t file;
    int64_t offset;
    uint64_t digest;
  };
  struct File {
    std::string name;
    int64_t bytes;
  };
  void Place(std::string name, TensorView view, OutputTensor source);
  size_t FileOf(const std::string& group);
  void WriteData(const Context& context, const fs::path& folder);
  std::string Manifest(const Json& config, const Json& state) const;

  fs::path directory_;
  std::vector<Tensor> tensors_;
  std::vector<File> files_;
  std::vector<std::pair<std::string, std::string>> extras_;
};

/// An opened checkpoint folder.
struct Checkpoint {
  TensorSet tensors;  ///< names as written: "weights/norm.weight"
  Json config, state;
  fs::path directory;
};

/// True if the folder has a manifest.
bool IsCheckpoint(const fs::path& directory);

/// Opens a checkpoint: checks the manifest's own digest, the sizes of all files and the digests of
/// those without tensors. If `group` is given, only that group's tensors are mapped and the data
/// files of other groups may be absent. Tensor digests are checked by tensors.Verify().
Checkpoint OpenCheckpoint(const fs::path& directory, const std::string& group = "");

/// Folder of the checkpoint of one step in a run: <run>/checkpoints/step-00001200.
fs::path StepDirectory(const fs::path& run, int64_t step);
/// Complete checkpoints of a run, oldest first. Folders still being written are not listed.
std::vector<fs::path> ListCheckpoints(const fs::path& run);
/// The newest of them, or an empty path.
fs::path LatestCheckpoint(const fs::path& run);
/// Removes all but the newest `keep` checkpoints of a run, and leftovers of writers that were
/// killed.
void PruneCheckpoints(const fs::path& run, int keep);

}  // namespace cria::store
