// The loop: read, step, tell, validate, save.
#include "train/runner.h"

#include <algorithm>

#include "base/cpu.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "comm/collectives.h"
#include "comm/heartbeat.h"
#include "kernels/cuda/device_ranks.h"
#include "store/checkpoint.h"
#include "train/tags.h"

namespace cria::train {
namespace {

// As many skipped steps in a row mean that the run will not recover by itself.
constexpr int kMaxSkippedInARow = 20, kMaxRollbacksInARow = 5;
// Between checkpoints at least this long, and at least 50 times what one costs: 2 % of the time.
constexpr double kMinSaveInterval_s = 30, kSaveCostFactor = 50;

// Mean of the last 1 % of the steps. From the log, so that a resumed run says the same.
double FinalLoss(const LogRecord& log, int64_t steps) {
  double sum = 0;
  int64_t count = 0;
  for (const LogStep& step : log.steps) {
    if (!step.applied || step.step <= steps - std::max<int64_t>(1, steps / 100)) continue;
    sum += step.loss;
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

// Calls f(first row, rows) for the pieces of a rank: d of D that share the batch has d, d + D, ...
template <class F>
void ForOwnPieces(const RunRecord& record, int rank, F f) {
  const Plan& plan = record.plan;
  for (int64_t piece = record.layout.DataRank(rank); piece < plan.pieces();
       piece += record.layout.data()) {
    const int64_t row = piece * plan.micro_rows;
    f(row, std::min(plan.micro_rows, plan.batch_rows - row));
  }
}

}  // namespace

RunSummary Runner::Go() {
  Prepare();
  if (record_.finished) return record_.summary;
  started_ = Clock::now();
  Start();
  if (Leads()) {
    log_ = std::make_unique<RunLog>(setup_.run / kRunLogName, state_.step, state_.rollbacks);
    observers_.push_back(log_.get());
    events_ = std::make_unique<EventLog>(setup_.run / kRunEventsName, state_.step);
    observers_.push_back(events_.get());
    if (setup_.options.seconds > 0) pacer_.emplace(setup_.options.seconds, state_.step, Elapsed());
  }
  if (setup_.options.rollback_above > 0) {
    spikes_.emplace(setup_.options.rollback_above);
    spikes_->set_recent(state_.recent_losses);
  }
  saved_at_s_ = Elapsed();
  sent_before_ = learner_->traffic().sent_bytes;
  waited_before_ = learner_->traffic().waited_s;
  Tell([&](Observer* o) {
    o->OnStart({&record_.config, &record_.options, &record_.plan, ParameterCount(record_.config),
                state_.step, &pass_, record_.layout, state_.step > 0 ? earlier_processor_ : "",
                record_.processor,
                setup_.sharing.devices != nullptr ? setup_.sharing.devices->carrier : ""});
  });
  Loop();
  if (stopped_) return {};
  FinishSave();
  record_.summary = Summary();
  record_.finished = true;
  if (Leads()) WriteRunRecord(setup_.run, record_);
  Tell([&](Observer* o) { o->OnEnd(record_.summary); });
  return record_.summary;
}

std::vector<Batch> Runner::ReadPieces(int64_t number) {
  std::vector<Batch> pieces;
  ForOwnPieces(record_, ranks().rank(), [&](int64_t row, int64_t rows) {
    pieces.push_back(loader_->Read(number, row, rows));
  });
  return pieces;
}

// Of a step, in the pieces that this rank runs.
int64_t Runner::TokensOfRank() const {
  int64_t all = 0;
  ForOwnPieces(record_, ranks().rank(), [&](int64_t, int64_t rows) { all += rows; });
  return all * record_.plan.seq_len;
}

void Runner::Loop() {
  while (LastStep() == 0 || state_.step < LastStep()) {
    const Clock::time_point begin = Clock::now();
    const std::vector<Batch> pieces = ReadPieces(state_.step + state_.skipped_batches);
    bool stopped = false;
    const StepOutcome outcome = learner_->Step(
        context_, record_.plan.schedule.LearningRate(state_.step + 1), pieces, &stopped);
    if (!stopped) AfterStep(outcome, SecondsSince(begin));
    // Several ranks stop together, at the next step's beginning.
    stopped_ = stopped || (ranks().size() == 1 && InterruptRequested());
    if (stopped_) {
      if (state_.step > 0) FinishSave();
      return;
    }
  }
}

void Runner::AfterStep(const StepOutcome& outcome, double step_s) {
  ++state_.step;
  ++steps_done_;
  memory_bytes_ = std::max(memory_bytes_, ProcessMemoryBytes());
  skipped_in_a_row_ = outcome.applied ? 0 : skipped_in_a_row_ + 1;
  state_.skipped_steps += !outcome.applied;
  const double now = static_cast<double>(record_.plan.batch_tokens()) / step_s;
  speed_ = speed_ == 0 ? now : 0.9 * speed_ + 0.1 * now;
  Retime();
  Report(outcome);
  if (WentBack(outcome)) return;
  if (skipped_in_a_row_ >= kMaxSkippedInARow) {
    throw Error(fmt::format("{} steps in a row gave a loss or gradient that is no number",
                            skipped_in_a_row_),
                fmt::format("step {}", state_.step), "lower --lr or train with --precision f32");
  }
  TellOfSave();
  const int64_t every = record_.plan.validate_every;
  const bool last = state_.step == LastStep();
  if (!windows_.empty() && (last || (every > 0 && state_.step % every == 0))) RunValidation();
  const bool sound = skipped_in_a_row_ == 0 && !spiking_;
  if (!last && sound && Agree(TimeToSave())) BeginSave();
}

// The loss and the detector are the same on every rank, and so is the answer.
bool Runner::WentBack(const StepOutcome& outcome) {
  if (!spikes_) return false;
  if (outcome.applied ? !spikes_->Add(outcome.loss) : skipped_in_a_row_ < kMaxSkippedInARow) {
    spiking_ = spiking_ && !outcome.applied;
    return false;
  }
  if (spiking_) return false;
  const int64_t seen_at = state_.step;
  GoBack(outcome.loss);
  return state_.step < seen_at;
}

// As PaLM (Chowdhery et al. 2022, section 5.1): on from a checkpoint before the spike, with the
// batches behind it.
void Runner::GoBack(double loss) {
  saver_->Wait();
  TellOfSave();
  RollbackReport report{.step = state_.step, .loss = loss, .usual = spikes_->usual()};
  int64_t to = Leads() ? StepToGoBackTo() : 0;
  to = Agree(to);
  if (to < 0) {
    spiking_ = true;
    report.to_step = -1;
    return Tell([&](Observer* o) { o->OnRollback(report); });
  }
  const RunState before = state_;
  LoadCheckpoint(context_, store::StepDirectory(setup_.run, to), &record_, &state_, learner_.get());
  state_.rollbacks = before.rollbacks + 1;
  state_.skipped_batches = before.step + before.skipped_batches - to;
  state_.rollbacks_in_a_row = Agree(before.rollbacks_in_a_row);
  state_.furthest_spike = Agree(before.furthest_spike);
  state_.gone_back_to = to;
  spikes_->set_recent(state_.recent_losses);
  skipped_in_a_row_ = 0;
  saved_step_ = -1;  // the checkpoint does not know of the batches left out
  saved_at_s_ = Elapsed();
  report.to_step = to;
  report.skipped_batches = state_.skipped_batches;
  if (Leads()) {
    store::DropCheckpointsAfter(setup_.run, to);
    if (pacer_) {
      const double step_s = static_cast<double>(record_.plan.batch_tokens()) / speed_;
      pacer_->GoneBack(to, Elapsed(), step_s, ReserveSeconds(), &record_.plan.schedule);
    }
    WriteRunRecord(setup_.run, record_);
  }
  AgreeOnPlan();
  Tell([&](Observer* o) { o->OnRollback(report); });
}

// The newest checkpoint; while no later one has come behind the furthest spike, the one before that
// which was gone back to. With checkpoints by steps only those count, so that those of a stopped
// run change nothing. -1: none. Counts in state_.
int64_t Runner::StepToGoBackTo() {
  std::vector<int64_t> all;
  const int64_t every = setup_.options.save_every_steps;
  for (const fs::path& folder : store::ListCheckpoints(setup_.run)) {
    const int64_t step = store::StepOf(folder);
    if (every == 0 || step % every == 0) all.push_back(step);
  }
  if (all.empty()) return -1;
  const bool again = all.back() <= state_.furthest_spike;
  state_.rollbacks_in_a_row = again ? state_.rollbacks_in_a_row + 1 : 1;
  state_.furthest_spike = std::max(state_.furthest_spike, state_.step);
  if (state_.rollbacks_in_a_row > kMaxRollbacksInARow) {
    throw Error(fmt::format("the loss spikes again and again behind step {}", all.back()),
                fmt::format("step {}", state_.step),
                "look at the data from there on; resume with a higher --rollback-above, or begin a "
                "new run with a lower --lr");
  }
  if (!again) return all.back();
  const auto later = std::lower_bound(all.begin(), all.end(), state_.gone_back_to);
  return later == all.begin() ? all.front() : *std::prev(later);
}

// What follows the last step: a validation and a checkpoint (at 300 MB/s until one was timed).
double Runner::ReserveSeconds() const {
  return validation_s_ +
         (save_s_ > 0 ? save_s_ : 12.0 * static_cast<double>(learner_->weights().size()) / 300e6);
}

void Runner::Report(const StepOutcome& outcome) {
  StepReport report;
  report.step = state_.step;
  report.last_step = LastStep();
  report.tokens = state_.step * record_.plan.batch_tokens();
  report.loss = outcome.loss;
  report.learning_rate = record_.plan.schedule.LearningRate(state_.step);
  report.gradient_norm = outcome.gradient_norm;
  report.applied = outcome.applied;
  report.skipped_steps = state_.skipped_steps;
  report.elapsed_s = Elapsed();
  report.tokens_per_s = speed_;
  if (record_.ceiling_flops > 0) {
    report.ceiling_share =
        speed_ * TrainFlopsPerToken(record_.config, record_.plan.seq_len) / record_.ceiling_flops;
  }
  if (LastStep() > 0) {
    report.seconds_left = static_cast<double>(LastStep() - state_.step) *
                          static_cast<double>(record_.plan.batch_tokens()) / speed_;
  }
  Tell([&](Observer* o) { o->OnStep(report); });
}

void Runner::Retime() {
  if (setup_.options.seconds == 0) return;
  bool changed = false;
  if (pacer_) {
    Plan& plan = record_.plan;
    const bool first = plan.schedule.total_steps == 0;
    changed = pacer_->AfterStep(state_.step, Elapsed(), ReserveSeconds(), &plan.schedule);
    if (changed && first) {
      plan.validate_every = ValidationInterval(setup_.options, plan, LastStep());
    }
  }
  if (!Agree(changed)) return;
  AgreeOnPlan();
  if (Leads()) WriteRunRecord(setup_.run, record_);
  Tell([&](Observer* o) { o->OnSchedule(state_.step, record_.plan.schedule); });
}

void Runner::RunValidation() {
  const Clock::time_point begin = Clock::now();
  ValidationReport report;
  report.step = state_.step;
  report.tokens = state_.step * record_.plan.batch_tokens();
  report.score = Validate(context_, &learner_->model(), windows_, record_.plan.micro_rows,
                          &learner_->data_ranks());
  report.model = learner_->model_is_whole() ? &learner_->model() : nullptr;
  state_.bits_per_byte = report.score.total.bits_per_byte();
  report.elapsed_s = Elapsed();
  // Observers may take their time: samples, questions.
  if (ranks().size() == 1) {
    Tell([&](Observer* o) { o->OnValidation(report); });
  } else if (Leads()) {
    const comm::Heartbeat heartbeat(ranks_, kObserveTag);
    Tell([&](Observer* o) { o->OnValidation(report); });
  } else {
    comm::AwaitHeartbeats(ranks_, 0, kObserveTag);
  }
  validation_s_ = SecondsSince(begin);
}

bool Runner::TimeToSave() const {
  const int64_t steps = setup_.options.save_every_steps;
  if (steps > 0) return state_.step % steps == 0;
  const double interval = setup_.options.save_every_s > 0
                              ? setup_.options.save_every_s
                              : std::max(kMinSaveInterval_s, kSaveCostFactor * save_s_);
  return Elapsed() - saved_at_s_ >= interval;
}

void Runner::BeginSave() {
  saver_->Wait();
  TellOfSave();
  state_.elapsed_s = Elapsed();
  if (spikes_) state_.recent_losses = spikes_->recent();
  learner_->BringHome(context_);
  saver_->Begin(state_.step, ConfigToJson(record_.config),
                CheckpointState(record_, state_, learner_->updates()), learner_.get());
  saved_at_s_ = Elapsed();
  saved_step_ = state_.step;
}

// The checkpoint of this step is complete afterwards, on every rank.
void Runner::FinishSave() {
  if (saved_step_ != state_.step) BeginSave();
  saver_->Wait();
  TellOfSave();
  comm::Barrier(ranks());
}

void Runner::TellOfSave() {
  const std::optional<SaveReport> report = saver_->TakeReport();
  if (!report) return;
  save_s_ = report->seconds;
  Tell([&](Observer* o) { o->OnCheckpoint(*report); });
}

RunSummary Runner::Summary() {
  RunSummary s;
  s.steps = state_.step;
  s.tokens = state_.step * record_.plan.batch_tokens();
  s.skipped_steps = state_.skipped_steps;
  s.rollbacks = state_.rollbacks;
  s.skipped_batches = state_.skipped_batches;
  s.seconds = Elapsed();
  if (ranks().size() > 1 && steps_done_ > 0) {
    const comm::Traffic traffic = learner_->traffic();
    s.planned_sent_bytes = learner_->SentBytesPerStep(record_.plan.pieces(), TokensOfRank());
    s.sent_bytes = (traffic.sent_bytes - sent_before_) / steps_done_;
    s.waited_share = (traffic.waited_s - waited_before_) / SecondsSince(started_);
  }
  s.planned_memory_bytes = pass_.bytes;
  s.memory_bytes = memory_bytes_;
  s.tokens_per_s = static_cast<double>(s.tokens) / s.seconds;
  if (record_.ceiling_flops > 0) {
    s.ceiling_share = s.tokens_per_s * TrainFlopsPerToken(record_.config, record_.plan.seq_len) /
                      record_.ceiling_flops;
  }
  if (Leads()) s.loss = FinalLoss(ReadRunLog(setup_.run / kRunLogName), s.steps);
  s.bits_per_byte = state_.bits_per_byte;
  s.sources = loader_->ProgressAfter(state_.step + state_.skipped_batches);
  s.checkpoint = fs::relative(store::StepDirectory(setup_.run, state_.step), setup_.run);
  return s;
}

}  // namespace cria::train
