// One limit of memory for all sorters of a language model's estimation, and the scratch folder
// where they put what does not fit.
#pragma once

#include <cstdint>
#include <vector>

#include "base/context.h"
#include "base/file.h"

namespace cria::corpus {

/// What can move its records from memory to a scratch file.
class NgramSpillable {
 public:
  virtual ~NgramSpillable() = default;
  virtual int64_t memory_bytes() const = 0;
  virtual bool can_spill() const = 0;
  virtual void Spill() = 0;
};

/// Not for several threads: the sorters of one estimation are driven by one.
class NgramMemory {
 public:
  /// `limit_bytes` holds for records; vocabulary and small buffers come on top. The context and its
  /// threads must outlive this.
  NgramMemory(const Context& context, int64_t limit_bytes, fs::path scratch_folder);

  const Context& context() const { return context_; }
  const fs::path& scratch_folder() const { return scratch_folder_; }
  int64_t limit_bytes() const { return limit_bytes_; }
  /// Bytes of one chunk of records: small beside the limit, so that several sorters live together.
  int64_t chunk_bytes() const;

  void Join(NgramSpillable* sorter) { sorters_.push_back(sorter); }
  void Leave(NgramSpillable* sorter);
  /// Called before `sorter` grows by `bytes`: makes room by letting the largest sorters spill. Each
  /// may hold half of the limit, so that the next stage always finds room.
  void MakeRoom(NgramSpillable* sorter, int64_t bytes);
  /// Called before `sorter` is read, when it can no more spill: what is read at one time may hold
  /// half of the limit, else the sorter spills first.
  void BeforeReading(NgramSpillable* sorter);

  /// Whether anything was written to the scratch folder.
  int64_t spills() const { return spills_; }

 private:
  void SpillOne(NgramSpillable* sorter);
  int64_t Used() const;
  const Context& context_;
  int64_t limit_bytes_;
  fs::path scratch_folder_;
  std::vector<NgramSpillable*> sorters_;
  int64_t spills_ = 0;
};

}  // namespace cria::corpus
