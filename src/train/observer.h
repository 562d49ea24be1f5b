// What a run tells while it goes on. The progress line, the log, samples and whatever an app plugs
// in are observers; they change nothing of the run.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "data/loader.h"
#include "model/llama.h"
#include "train/plan.h"
#include "train/save_report.h"
#include "train/validation.h"

namespace cria::train {

struct RunStart {
  const ModelConfig* config = nullptr;
  const TrainOptions* options = nullptr;
  const Plan* plan = nullptr;
  int64_t parameters = 0;
  int64_t step = 0;  ///< steps that lie behind; above 0: a resumed run
  const PassPlan* pass = nullptr;
  Layout layout = {};
  /// Of a resumed run what computed so far and what does now, if they differ: so do the last bits
  /// from here on. Empty: as before.
  std::string earlier_processor = {}, processor = {};
  std::string carrier = {};  ///< of bytes between the ranks' accelerators; empty: there are none
};

struct StepReport {
  int64_t step = 0;
  int64_t last_step = 0;  ///< 0: not known yet
  int64_t tokens = 0;     ///< read so far
  double loss = 0;        ///< nats per token, this step's batch
  double learning_rate = 0, gradient_norm = 0;
  bool applied = true;        ///< false: skipped, not finite
  int64_t skipped_steps = 0;  ///< so far
  double elapsed_s = 0;       ///< of the whole run, earlier parts included
  double tokens_per_s = 0;    ///< of the last few steps
  double ceiling_share = 0;   ///< of the machine's product ceiling; 0: not measured
  double seconds_left = 0;    ///< 0: not known yet
};

struct ValidationReport {
  int64_t step = 0, tokens = 0;
  double elapsed_s = 0;
  Validation score;
  Llama* model = nullptr;  ///< with the weights of this step, for samples; null: on no rank whole
};

/// A loss spike, and what became of it.
struct RollbackReport {
  int64_t step = 0;             ///< where it was seen
  double loss = 0, usual = 0;   ///< of that step; median of those before. NaN: not finite
  int64_t to_step = 0;          ///< of the checkpoint gone back to; -1: there is none yet
  int64_t skipped_batches = 0;  ///< that the run has left out so far
};

struct RunSummary {
  int64_t steps = 0, tokens = 0, skipped_steps = 0;
  int64_t rollbacks = 0, skipped_batches = 0;  ///< after loss spikes
  double seconds = 0, tokens_per_s = 0, ceiling_share = 0;
  double loss = 0;                                     ///< mean of the last 1 % of the steps
  int64_t planned_memory_bytes = 0, memory_bytes = 0;  ///< of rank 0, before and as it was
  /// By rank 0 in a step, by the layout and as it was; 0: alone.
  int64_t planned_sent_bytes = 0, sent_bytes = 0;
  double waited_share = 0;   ///< of rank 0's time, waiting for others
  double bits_per_byte = 0;  ///< of the last validation; 0: none
  std::vector<SourceProgress> sources;
  fs::path checkpoint;  ///< the last one
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnStart(const RunStart&) {}
  virtual void OnStep(const StepReport&) {}
  virtual void OnValidation(const ValidationReport&) {}
  virtual void OnCheckpoint(const SaveReport&) {}
  virtual void OnRollback(const RollbackReport&) {}
  virtual void OnSchedule(int64_t /*step*/, const Schedule&) {}
  virtual void OnEnd(const RunSummary&) {}
};

}  // namespace cria::train
