// The run itself: one Runner is one call of Train. Declared here for the two files that make it:
// runner_start.cc and runner.cc.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "comm/collectives.h"
#include "data/loader.h"
#include "data/manifest.h"
#include "train/event_log.h"
#include "train/pacer.h"
#include "train/run.h"
#include "train/run_folder.h"
#include "train/run_log.h"
#include "train/saver.h"
#include "train/spike.h"

namespace cria::train {

/// Every rank has one and goes through the same steps. Rank 0 leads: it alone writes run.json and
/// the logs, tells observers, and decides whatever depends on time, memory or the folder; the
/// others follow its word.
class Runner {
 public:
  Runner(const Context& context, const RunSetup& setup, std::span<Observer* const> observers);
  /// Once.
  RunSummary Go();
  /// Go returned because somebody asked to stop; a checkpoint is there, if a step was done.
  bool stopped() const { return stopped_; }

 private:
  using Clock = std::chrono::steady_clock;
  static double SecondsSince(Clock::time_point t) {
    return std::chrono::duration<double>(Clock::now() - t).count();
  }

  // runner_start.cc
  void Prepare();
  void DescribeRun();
  void RequireSameOnAllRanks();
  void OpenFolder();
  void ReadEarlierRun();
  void CheckSettings(const RunRecord& earlier) const;
  void Start();
  void StartOrThrow();
  void StartFresh();
  void ChoosePassOfAll(int64_t seq_len, int64_t micro_rows);
  void MakeLearner(int64_t seq_len, int64_t micro_rows);
  void SetInitialWeights();
  double ExpectedTokens(int64_t seq_len, int64_t micro_rows);
  void OpenData();
  int64_t MemoryPerRank() const;
  int DeviceSharers() const;
  int64_t LeastOfRanks(int64_t own) const;
  void RequireMemoryAtHome() const;

  // runner.cc
  void Loop();
  std::vector<Batch> ReadPieces(int64_t number);
  int64_t TokensOfRank() const;
  void AfterStep(const StepOutcome& outcome, double step_s);
  void Report(const StepOutcome& outcome);
  bool WentBack(const StepOutcome& outcome);
  void GoBack(double loss);
  int64_t StepToGoBackTo();
  double ReserveSeconds() const;
  void Retime();
  void RunValidation();
  bool TimeToSave() const;
  void BeginSave();
  void FinishSave();
  void TellOfSave();
  RunSummary Summary();

  comm::Communicator& ranks() const { return *ranks_; }
  bool Leads() const { return ranks_->rank() == 0; }
  /// Rank 0's value, on every rank.
  template <class V>
  V Agree(V value) const {
    comm::Broadcast(*ranks_, 0, {reinterpret_cast<uint8_t*>(&value), sizeof value});
    return value;
  }
  int64_t CheckpointSpace(int kept) const;
  void AgreeOnPlan();
  double Elapsed() const { return earlier_s_ + SecondsSince(started_); }
  int64_t LastStep() const { return record_.plan.schedule.LastStep(); }
  template <class F>
  void Tell(const F& f) {
    for (Observer* observer : observers_) f(observer);
  }

  const Context& context_;
  const RunSetup& setup_;
  std::vector<Observer*> observers_;          // of rank 0
  std::unique_ptr<comm::Communicator> self_;  // when alone
  comm::Communicator* ranks_;
  RunRecord record_;
  RunState state_;
  std::optional<DirectoryLock> lock_;
  bool stands_ = false;  // a run in the folder
  bool made_folder_ = false;
  std::string earlier_processor_;     // of the run so far, if it is another one
  std::optional<RankMemory> memory_;  // before there is anything large
  PassPlan pass_;
  std::unique_ptr<Learner> learner_;
  ShardManifest manifest_;
  std::optional<MixtureLoader> loader_;
  std::vector<HoldoutWindow> windows_;
  std::unique_ptr<RunLog> log_;
  std::unique_ptr<EventLog> events_;
  std::optional<Pacer> pacer_;
  Clock::time_point started_ = Clock::now();
  double earlier_s_ = 0;  // of the parts before a resume
  double speed_ = 0;      // tokens/s, smoothed
  double validation_s_ = 0, save_s_ = 0, saved_at_s_ = 0;
  int64_t saved_step_ = -1;   // of the last checkpoint begun
  int64_t memory_bytes_ = 0;  // of this process, the most seen after a step
  int skipped_in_a_row_ = 0;
  std::optional<SpikeDetector> spikes_;  // where the run goes back past them
  bool spiking_ = false;                 // without a checkpoint to go back to
  bool stopped_ = false;
  int64_t steps_done_ = 0, sent_before_ = 0;  // of this call; when it began
  double waited_before_ = 0;
  std::optional<Saver> saver_;  // last: its thread reads the learner
};

}  // namespace cria::train
