// The folder of a run (docs/formats/run.md): run.json, log.jsonl, tokenizer.model and checkpoints.
// Written here, read by --resume, by reports and, as a model, by everybody else.
#pragma once

#include <string>
#include <vector>

#include "train/learner.h"
#include "train/observer.h"
#include "train/plan.h"

namespace cria::train {

inline constexpr const char* kRunFileName = "run.json";
inline constexpr const char* kRunLogName = "log.jsonl";
inline constexpr const char* kRunEventsName = "tensorboard";
/// Of `cria train --tasks`: what is asked, the answers, their picture.
inline constexpr const char* kRunTasksName = "tasks.json";
inline constexpr const char* kRunAnswersName = "tasks.jsonl";
inline constexpr const char* kRunAnswersPageName = "tasks.html";

/// run.json: what the run is.
struct RunRecord {
  ModelConfig config;
  TrainOptions options;                  ///< as asked for
  Plan plan;                             ///< with everything derived
  std::string data_folder, data_sha256;  ///< digest of the shards' manifest
  std::string tokenizer_sha256;
  std::string initial_weights;  ///< where they came from; empty: random
  std::string processor;        ///< what computed last: an instruction set, or an accelerator
  double ceiling_flops = 0;     ///< of the machine's matrix products; 0: not measured
  Layout layout = {1, 1, 0};    ///< of the ranks that went on with it last
  bool finished = false;
  RunSummary summary;  ///< once finished
};

void WriteRunRecord(const fs::path& run, const RunRecord& record);
/// Throws Error if `run` is no run's folder.
RunRecord ReadRunRecord(const fs::path& run);

/// Where a run stands between two steps; in the checkpoint beside weights and moments.
struct RunState {
  int64_t step = 0;
  int64_t skipped_steps = 0;
  int64_t rollbacks = 0, skipped_batches = 0;  ///< batches of the data left out after spikes
  std::vector<double> recent_losses;           ///< SpikeDetector
  /// Of the rollbacks since the last checkpoint behind all spikes: how many, the furthest step that
  /// spiked, the step gone back to.
  int64_t rollbacks_in_a_row = 0, furthest_spike = -1, gone_back_to = -1;
  double elapsed_s = 0;
  double bits_per_byte = 0;  ///< of the last validation
};

/// What a checkpoint says of the run beside its tensors.
Json CheckpointState(const RunRecord& record, const RunState& state, int64_t updates);

/// Loads the checkpoint `folder` into `learner`, on every rank what it keeps, and its plan into
/// `record`. Damage, or a checkpoint of another model or other data, throws
/// Error.
void LoadCheckpoint(const Context& context, const fs::path& folder, RunRecord* record,
                    RunState* state, Learner* learner);

}  // namespace cria::train
