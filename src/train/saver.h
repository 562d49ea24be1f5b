// Saves checkpoints beside the training: every rank writes its own runs of weights and moments on a
// thread of its own while the next step's gradients are computed; nothing is copied, but for a
// tensor at a time where ranks share layers. Rank 0 begins and finishes the folder.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "comm/communicator.h"
#include "store/checkpoint.h"
#include "train/learner.h"
#include "train/save_report.h"
#include "train/shard_map.h"

namespace cria::train {

class Saver {
 public:
  /// `run` keeps its newest `kept` checkpoints. `ranks` outlives this.
  Saver(fs::path run, int kept, comm::Communicator* ranks)
      : run_(std::move(run)), kept_(kept), ranks_(ranks) {}
  /// Waits for what is under way; its errors are lost, call Wait first. While an exception passes,
  /// nobody is waited for any more: the ranks are told that this one gave up.
  ~Saver();

  /// Begins to write RUN/checkpoints/step-NNNNNNNN. Every rank calls it at the same step.
  /// `learner`'s weights and moments must stay as they are until WaitUntilRead.
  void Begin(int64_t step, Json config, Json state, Learner* learner);
  /// Returns once the values are read, so that they may change. Throws what went wrong.
  void WaitUntilRead();
  /// Returns once the checkpoint is complete. Throws what went wrong.
  void Wait();
  /// Of a checkpoint that became complete since the last call.
  std::optional<SaveReport> TakeReport();

 private:
  void AddOwn(const std::string& group, const ParameterBlock& block, Learner& learner);
  void AddCollected(const std::string& group, const ParameterBlock& block, const Learner& learner);
  void Write(const Json& config, const Json& state);
  void Rethrow();

  fs::path run_;
  int kept_;
  comm::Communicator* ranks_;
  std::optional<store::CheckpointWriter> writer_;
  std::optional<ShardMap> shards_;  // where ranks share layers
  std::vector<float> collected_;    // the slice that is written
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool read_ = true, complete_ = true;  // of the one under way
  std::exception_ptr error_;
  SaveReport report_;
  bool reported_ = true;
};

}  // namespace cria::train
