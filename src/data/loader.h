// The training batches: sources mixed by proportion, documents packed, everything shuffled. Which
// ids stand in row r of step k is a pure function of (shards, seed, sizes, k, r), so a resumed run
// needs nothing but its step.
//
// The source of each sequence is drawn from the sampling proportions (LLaMA, section 2.1). An epoch
// of a source shuffles its documents, lays them end to end (BOS text EOS BOS text EOS ...), cuts
// the whole into windows of seq_len and hands those out in shuffled order; a remainder shorter than
// a window is left out of that epoch. A window reads one id further for its last target.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/batch.h"
#include "data/manifest.h"
#include "data/shard.h"

namespace cria {

/// One source to sample from.
struct LoaderSource {
  std::string name;
  double proportion = 0;  ///< relative to the others
  TokenShard shard;
};

struct LoaderOptions {
  int64_t seq_len = 0;
  int64_t batch_rows = 0;  ///< sequences per step
  uint64_t seed = 1;
  int32_t bos_id = 1;  ///< never a target: what follows EOS is no prediction; -1: no such id
};

/// How far a source was read.
struct SourceProgress {
  std::string name;
  int64_t sequences = 0, tokens = 0;
  double epochs = 0;
};

/// What stands in a row: tokens [first, first + tokens) of a document, counted in its shard from 0,
/// which is its place in the corpus's split of that source.
struct RowPart {
  std::string source;
  int64_t document = 0, first = 0, tokens = 0;
};

class MixtureLoader {
 public:
  MixtureLoader(std::vector<LoaderSource> sources, const LoaderOptions& options);
  ~MixtureLoader();
  MixtureLoader(MixtureLoader&&) noexcept;

  /// Opens the training shards of a folder. Throws Error if there is no training text.
  static MixtureLoader Open(const fs::path& folder, const ShardManifest& manifest,
                            const LoaderOptions& options);

  /// Rows [first_row, first_row + rows) of the batch of `step` (from 0). Any order of calls gives
  /// the same batches; going forward is fast, going back recounts from the start.
  Batch Read(int64_t step, int64_t first_row, int64_t rows);

  /// Which documents row `row` of a step's batch is made of, in order (with the id behind the row
  /// that is only a target).
  std::vector<RowPart> PartsOf(int64_t step, int64_t row);

  /// What the first `steps` batches read of each source.
  std::vector<SourceProgress> ProgressAfter(int64_t steps);

 private:
  class Stream;
  size_t DrawSource(int64_t sequence) const;
  void AdvanceTo(int64_t sequence);

  LoaderOptions options_;
  std::vector<Stream> streams_;
  std::vector<double> cumulative_;  // of proportions, the last is 1
  int64_t next_sequence_ = 0;
  std::vector<int64_t> counts_;  // sequences of each source before next_sequence_
};

}  // namespace cria
