// cria's own checkpoint folder (docs/formats/checkpoint.md): raw tensors in one data file per
// group, a manifest written last, the whole folder renamed into place. Not the meaning of tensors
// or state.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "store/digest_run.h"
#include "store/output_file.h"
#include "store/output_tensor.h"
#include "store/tensor_set.h"

namespace cria::store {

inline constexpr const char* kManifestName = "manifest.json";
/// What a checkpoint is asked to have room for beside its tensors.
inline constexpr int64_t kManifestReserve = int64_t{4} << 20;

/// Bytes [offset, offset + bytes.size()) of a tensor's contiguous row-major bytes. Both ends are
/// multiples of kDigestBlockBytes, or the tensor's end.
struct TensorSlice {
  int64_t offset = 0;
  std::span<const uint8_t> bytes;
};

/// Collects views of tensors and writes them all at once, as one checkpoint. A tensor's name is
/// "group/name"; each group is one data file, so that a reader of weights never touches optimizer
/// moments.
///
/// One process calls Commit. Several processes (ranks) that share a file system add the same
/// tensors in the same order, each the slices it holds, and call the phases that Commit is made of:
///
///     rank 0                       the others, once Begin has returned
///     Begin
///     WriteSlices, Flush           WriteSlices, Flush, Digests -> rank 0
///     Finish, or Discard
///
/// The folder is the same, to the byte, for any number of ranks.
class CheckpointWriter {
 public:
  /// Without `replace`, a checkpoint that has come to `directory` meanwhile is an Error.
  explicit CheckpointWriter(const fs::path& directory, bool replace = true);

  /// The bytes must stay valid and unchanged until WriteSlices or Commit returns.
  void Add(std::string name, DType type, Shape shape, std::span<const uint8_t> bytes);
  /// A tensor of which this rank holds some slices, or none.
  void AddSlices(std::string name, DType type, Shape shape, std::vector<TensorSlice> slices);
  /// A tensor of which this rank writes slices (perhaps empty ones) that are made when their turn
  /// comes, make(0) to make(rounds - 1). Such go one after the other in the order added, behind the
  /// rest, on every rank: `make` may talk to the others. Its bytes stay until the next call.
  void AddMadeSlices(std::string name, DType type, Shape shape, int rounds,
                     std::function<TensorSlice(int)> make);
  /// A tensor that is made while it is written; such go one after the other, the others in
  /// parallel.
  void AddStreamed(OutputTensor tensor);
  void AddFloats(std::string name, Shape shape, std::span<const float> values);
  /// A small whole file beside the tensors (tokenizer.model), of the rank that finishes. Copied.
  void AddFile(std::string name, std::string bytes);

  /// Writes StagingName(directory), flushes it to disk and renames it to `directory`; a checkpoint
  /// already there is exchanged in one step and then removed. `config` says what the model is,
  /// `state` is free. Throws Error before writing if the disk lacks space; on any failure nothing
  /// is left behind and the old checkpoint stays.
  void Commit(const Context& context, const Json& config, const Json& state);

  /// One rank: checks the space and makes StagingName(directory), with data files of their size;
  /// what a writer that was killed has left there goes first. Throws Error if another process
  /// writes there. Leaves nothing behind if it throws.
  void Begin();
  /// Every rank, once Begin has returned on its: writes and digests what this rank added, on the
  /// threads of `context`. The added bytes are not used afterwards.
  void WriteSlices(const Context& context);
  /// Every rank: returns when the data files it wrote are on the disk.
  void Flush();
  /// Digests of the blocks that this rank wrote, for the one that finishes.
  std::vector<uint8_t> Digests() const;
  /// One rank, once all have flushed: the small files, the manifest, the new name. Throws Error
  /// that names tensor and bytes if a block has no digest or two; then, as after any failed phase,
  /// call Discard.
  void Finish(const Json& config, const Json& state,
              std::span<const std::vector<uint8_t>> digests_of_others);
  /// One rank: removes what Begin made. The checkpoint at `directory` stays.
  void Discard() noexcept;

 private:
  struct Tensor {
    std::string name;
    DType type;
    Shape shape;
    int64_t bytes;
    size_t file;
    int64_t offset;
    std::vector<TensorSlice> slices = {};
    OutputTensor source = {};  // write is empty if not streamed
    int rounds = 0;            // of slices to be made; 0 if they are at hand
    std::function<TensorSlice(int)> make = {};
  };
  struct File {
    std::string name;
    int64_t bytes;
    std::optional<OutputFile> output;  // while this rank writes
  };
  Tensor& Place(std::string name, DType type, Shape shape);
  static void CheckSlice(const Tensor& tensor, const TensorSlice& slice);
  void WriteAtHand(const Context& context, std::span<Tensor> tensors);
  size_t FileOf(const std::string& group);
  const OutputFile& OutputOf(const Tensor& tensor);
  void WriteStreamed();
  uint64_t Layout() const;
  std::string Manifest(const Json& config, const Json& state,
                       const std::vector<uint64_t>& digests) const;

  fs::path directory_, unfinished_;
  bool replace_;
  Staging staging_;  // of the rank that began
  std::vector<Tensor> tensors_;
  std::vector<File> files_;
  std::vector<std::pair<std::string, std::string>> extras_;
  std::vector<DigestRun> runs_;  // of what this rank wrote
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
/// The step of such a folder.
int64_t StepOf(const fs::path& directory);
/// Complete checkpoints of a run, oldest first. Folders still being written are not listed.
std::vector<fs::path> ListCheckpoints(const fs::path& run);
/// The newest of them, or an empty path.
fs::path LatestCheckpoint(const fs::path& run);
/// Removes the checkpoints of steps after `step`, the newest first.
void DropCheckpointsAfter(const fs::path& run, int64_t step);
/// Removes all but the newest `keep` checkpoints of a run, and leftovers of writers that were
/// killed.
void PruneCheckpoints(const fs::path& run, int keep);

}  // namespace cria::store
