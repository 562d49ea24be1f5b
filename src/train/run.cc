// The loop: read, step, tell, validate, save; everything that can fail early does so in Prepare
// and Start.
#include "train/run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "base/cpu.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "data/holdout.h"
#include "data/manifest.h"
#include "store/checkpoint.h"
#include "train/event_log.h"
#include "train/pacer.h"
#include "train/run_folder.h"
#include "train/run_log.h"

namespace cria::train {
namespace {

using Clock = std::chrono::steady_clock;
double SecondsSince(Clock::time_point t) {
  return std::chrono::duration<double>(Clock::now() - t).count();
}

// As many skipped steps in a row mean that the run will not recover by itself.
constexpr int kMaxSkippedInARow = 20;
// Between checkpoints at least this long, and at least 50 times what one costs: 2 % of the time.
constexpr double kMinSaveInterval_s = 30, kSaveCostFactor = 50;

class Runner {
 public:
  Runner(const Context& context, const RunSetup& setup, std::span<Observer* const> observers)
      : context_(context), setup_(setup), observers_(observers.begin(), observers.end()) {}

  RunSummary Go();

 private:
  void Prepare();
  void CheckSettings(const RunRecord& earlier) const;
  void Start();
  void StartOrThrow();
  void StartFresh();
  void OpenData();
  void Loop();
  std::vector<Batch> ReadPieces(int64_t step);
  void AfterStep(const StepOutcome& outcome, double step_s);
  void Retime();
  void RunValidation();
  void Save();
  RunSummary Summary();

  double Elapsed() const { return earlier_s_ + SecondsSince(started_); }
  int64_t LastStep() const { return record_.plan.schedule.LastStep(); }
  template <class F>
  void Tell(const F& f) {
    for (Observer* observer : observers_) f(observer);
  }

  const Context& context_;
  const RunSetup& setup_;
  std::vector<Observer*> observers_;
  RunRecord record_;
  RunState state_;
  std::optional<DirectoryLock> lock_;
  bool made_folder_ = false;
  bool replaces_ = false;  // the run that stands in the folder
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
  int64_t saved_step_ = -1;
  int skipped_in_a_row_ = 0;
};

void Runner::CheckSettings(const RunRecord& earlier) const {
  const std::string where = (setup_.run / kRunFileName).string();
  const char* remedy = "repeat the command as it was, or choose another --out";
  if (earlier.config != record_.config) {
    throw Error("the run that stands here trains another model", where, remedy);
  }
  const Json before = OptionsToJson(earlier.options), now = OptionsToJson(record_.options);
  for (const auto& [key, value] : now.items()) {
    if (before.contains(key) && before[key] == value) continue;
    throw Error(fmt::format("the run that stands here has another {}: {}, not {}", key,
                            before.contains(key) ? before[key].dump() : "none", value.dump()),
                where, remedy);
  }
  if (!record_.initial_weights.empty() && earlier.initial_weights != record_.initial_weights) {
    throw Error("the run that stands here began with other weights", where, remedy);
  }
  if (earlier.data_sha256 != record_.data_sha256) {
    throw Error("the run that stands here was trained on other data", where, remedy);
  }
}

// A folder without run.json may hold what a run leaves that was killed before it wrote one.
void RequireNoForeignFiles(const fs::path& run) {
  if (!fs::exists(run)) return;
  if (fs::is_directory(run) && fs::exists(run / kLockName)) {
    const auto ours = [](const fs::directory_entry& entry) {
      const std::string name = entry.path().filename().string();
      return name == kLockName || name.starts_with(kShardTokenizerName) ||
             name.starts_with(kRunFileName);
    };
    if (std::all_of(fs::directory_iterator(run), fs::directory_iterator(), ours)) return;
  }
  if (fs::is_directory(run) && fs::is_empty(run)) return;
  throw Error("the folder is not empty and holds no run", run.string(), "choose another --out");
}

// Everything that can be known to be wrong is found here, before long work starts.
void Runner::Prepare() {
  ValidateOptions(setup_.options);
  ValidateConfig(setup_.config, "the model's sizes");
  manifest_ = ReadShardManifest(setup_.shards);
  if (manifest_.vocab_size != setup_.config.vocab_size) {
    throw Error(fmt::format("the shards have a vocabulary of {}, the model of {}",
                            manifest_.vocab_size, setup_.config.vocab_size),
                setup_.shards.string(), "use the tokenizer that made the shards");
  }
  record_.config = setup_.config;
  record_.options = setup_.options;
  if (Sha256File(setup_.shards / kShardTokenizerName) != manifest_.tokenizer_sha256) {
    throw Error("the tokenizer beside the shards did not make them",
                (setup_.shards / kShardTokenizerName).string(),
                "put the right one there, or tokenize the corpus again");
  }
  record_.data_folder = fs::absolute(setup_.shards).string();
  record_.data_sha256 = Sha256File(setup_.shards / kShardManifestName);
  record_.tokenizer_sha256 = manifest_.tokenizer_sha256;
  record_.initial_weights = setup_.initial_from;
  record_.ceiling_flops = setup_.ceiling_flops;

  const bool stands = fs::exists(setup_.run / kRunFileName);
  if (stands && !setup_.resume && !setup_.force) {
    throw Error("a run stands here", setup_.run.string(),
                "--resume to go on with it, --force to replace it, or another --out");
  }
  if (!stands) RequireNoForeignFiles(setup_.run);
  made_folder_ = fs::create_directories(setup_.run);
  lock_.emplace(setup_.run);
  replaces_ = stands && !setup_.resume;
  if (stands && setup_.resume) {
    const RunRecord earlier = ReadRunRecord(setup_.run);
    CheckSettings(earlier);
    record_.finished = earlier.finished;
    record_.summary = earlier.summary;
    record_.plan = earlier.plan;
    if (record_.finished && !fs::exists(setup_.run / record_.summary.checkpoint)) {
      throw Error("the finished run has lost its checkpoint",
                  (setup_.run / record_.summary.checkpoint).string(),
                  "put it back, or train again with --force");
    }
  }
}

void Runner::StartFresh() {
  const TrainOptions& options = setup_.options;
  const int64_t seq_len = options.seq_len > 0 ? options.seq_len : setup_.config.max_seq_len;
  const int64_t micro_rows = ChooseMicroRows(setup_.config, options.precision, seq_len,
                                             options.micro_rows, AvailableMemoryBytes());
  learner_ = std::make_unique<Learner>(setup_.config, options.optimizer, options.precision);
  if (setup_.initial_weights != nullptr) {
    CRIA_CHECK(setup_.initial_weights->size() == learner_->weights().size());
    std::copy_n(setup_.initial_weights->data(), learner_->weights().size(),
                learner_->weights().data());
    learner_->WeightsChanged(context_);
  } else if (!setup_.initial_from.empty()) {
    throw Error("the run has no checkpoint yet and needs the weights it began with",
                setup_.initial_from, "name them with --init");
  } else {
    learner_->Initialize(context_, options.seed);
  }
  double expected_tokens = 0;
  if (options.seconds > 0) {
    MixtureLoader probe = MixtureLoader::Open(
        setup_.shards, manifest_, {seq_len, micro_rows, options.seed, manifest_.bos_id});
    const double probe_s = std::min(3.0, 0.02 * options.seconds);
    expected_tokens = options.seconds *
                      MeasureSpeed(context_, probe.Read(0, 0, micro_rows), probe_s, learner_.get());
  }
  record_.plan = MakePlan(setup_.config, options, micro_rows, expected_tokens);
  // A step holds its ids and targets, 8 bytes a token.
  if (record_.plan.batch_tokens() > AvailableMemoryBytes() / 16) {
    throw Error(
        fmt::format("a batch of {} tokens is larger than memory", record_.plan.batch_tokens()),
        "--batch", "lower it; the paper's batch is 4M tokens");
  }
}

void Runner::OpenData() {
  const Plan& plan = record_.plan;
  loader_.emplace(
      MixtureLoader::Open(setup_.shards, manifest_,
                          {plan.seq_len, plan.batch_rows, setup_.options.seed, manifest_.bos_id}));
  if (setup_.options.validation_tokens > 0 && !setup_.token_bytes.empty()) {
    windows_ =
        ReadHoldoutWindows(setup_.shards, manifest_, setup_.token_bytes, plan.seq_len,
                           std::max<int64_t>(1, setup_.options.validation_tokens / plan.seq_len));
  }
}

// Loads or makes the learner, opens the data and writes run.json. A new run that cannot start
// leaves no folder behind.
void Runner::Start() {
  try {
    StartOrThrow();
  } catch (...) {
    if (!fs::exists(setup_.run / kRunFileName)) {
      lock_.reset();
      if (made_folder_) fs::remove_all(setup_.run);
      fs::remove(setup_.run / kLockName);
    }
    throw;
  }
}

void Runner::StartOrThrow() {
  bool resumed = false;
  if (setup_.resume && !store::LatestCheckpoint(setup_.run).empty()) {
    ChooseMicroRows(setup_.config, setup_.options.precision, record_.plan.seq_len,
                    record_.plan.micro_rows, AvailableMemoryBytes());
    learner_ = std::make_unique<Learner>(setup_.config, setup_.options.optimizer,
                                         setup_.options.precision);
    resumed = LoadCheckpoint(context_, setup_.run, &record_, &state_, learner_.get());
    earlier_s_ = state_.elapsed_s;
    saved_step_ = state_.step;
  } else {
    StartFresh();
  }
  OpenData();
  // Two checkpoints are kept while a third is written.
  RequireFreeSpace(setup_.run, 3 * 12 * ParameterCount(setup_.config));
  if (!resumed) {
    if (replaces_) {  // only now that the new run is known to start
      fs::remove_all(setup_.run / "checkpoints");
      fs::remove(setup_.run / kRunLogName);
    }
    fs::copy_file(setup_.shards / kShardTokenizerName, setup_.run / kShardTokenizerName,
                  fs::copy_options::overwrite_existing);
    WriteRunRecord(setup_.run, record_);
  }
}

RunSummary Runner::Go() {
  Prepare();
  if (record_.finished) return record_.summary;
  started_ = Clock::now();
  Start();
  log_ = std::make_unique<RunLog>(setup_.run / kRunLogName, state_.step);
  observers_.push_back(log_.get());
  events_ = std::make_unique<EventLog>(setup_.run / kRunEventsName, state_.step);
  observers_.push_back(events_.get());
  if (setup_.options.seconds > 0) pacer_.emplace(setup_.options.seconds, state_.step, Elapsed());
  saved_at_s_ = Elapsed();
  Tell([&](Observer* o) {
    o->OnStart({&record_.config, &record_.options, &record_.plan, ParameterCount(record_.config),
                state_.step});
  });
  Loop();
  if (saved_step_ != state_.step) Save();
  record_.summary = Summary();
  record_.finished = true;
  WriteRunRecord(setup_.run, record_);
  Tell([&](Observer* o) { o->OnEnd(record_.summary); });
  return record_.summary;
}

std::vector<Batch> Runner::ReadPieces(int64_t step) {
  std::vector<Batch> pieces;
  const Plan& plan = record_.plan;
  for (int64_t row = 0; row < plan.batch_rows; row += plan.micro_rows) {
    pieces.push_back(loader_->Read(step, row, std::min(plan.micro_rows, plan.batch_rows - row)));
  }
  return pieces;
}

void Runner::Loop() {
  while (LastStep() == 0 || state_.step < LastStep()) {
    const Clock::time_point begin = Clock::now();
    const std::vector<Batch> pieces = ReadPieces(state_.step);
    bool stopped = false;
    const StepOutcome outcome = learner_->Step(
        context_, record_.plan.schedule.LearningRate(state_.step + 1), pieces, &stopped);
    if (!stopped) AfterStep(outcome, SecondsSince(begin));
    if (stopped || InterruptRequested()) {
      if (saved_step_ != state_.step && state_.step > 0) Save();
      throw Interrupted();
    }
  }
}

void Runner::AfterStep(const StepOutcome& outcome, double step_s) {
  ++state_.step;
  skipped_in_a_row_ = outcome.applied ? 0 : skipped_in_a_row_ + 1;
  state_.skipped_steps += !outcome.applied;
  const double now = static_cast<double>(record_.plan.batch_tokens()) / step_s;
  speed_ = speed_ == 0 ? now : 0.9 * speed_ + 0.1 * now;
  Retime();
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
  if (setup_.ceiling_flops > 0) {
    report.ceiling_share =
        speed_ * TrainFlopsPerToken(record_.config, record_.plan.seq_len) / setup_.ceiling_flops;
  }
  if (LastStep() > 0) {
    report.seconds_left = static_cast<double>(LastStep() - state_.step) *
                          static_cast<double>(record_.plan.batch_tokens()) / speed_;
  }
  Tell([&](Observer* o) { o->OnStep(report); });
  if (skipped_in_a_row_ >= kMaxSkippedInARow) {
    throw Error(fmt::format("{} steps in a row gave a loss or gradient that is no number",
                            skipped_in_a_row_),
                fmt::format("step {}", state_.step), "lower --lr or train with --precision f32");
  }
  const int64_t every = record_.plan.validate_every;
  const bool last = state_.step == LastStep();
  if (!windows_.empty() && (last || (every > 0 && state_.step % every == 0))) RunValidation();
  const double interval = setup_.options.save_every_s > 0
                              ? setup_.options.save_every_s
                              : std::max(kMinSaveInterval_s, kSaveCostFactor * save_s_);
  if (!last && Elapsed() - saved_at_s_ >= interval) Save();
}

void Runner::Retime() {
  if (!pacer_) return;
  // What follows the last step: a validation and a checkpoint (at 300 MB/s until one was timed).
  const double save_s =
      save_s_ > 0 ? save_s_ : 12.0 * static_cast<double>(learner_->weights().size()) / 300e6;
  Plan& plan = record_.plan;
  const bool first = plan.schedule.total_steps == 0;
  if (!pacer_->AfterStep(state_.step, Elapsed(), validation_s_ + save_s, &plan.schedule)) return;
  if (first) plan.validate_every = ValidationInterval(setup_.options, plan, LastStep());
  WriteRunRecord(setup_.run, record_);
  Tell([&](Observer* o) { o->OnSchedule(state_.step, plan.schedule); });
}

void Runner::RunValidation() {
  const Clock::time_point begin = Clock::now();
  ValidationReport report;
  report.step = state_.step;
  report.tokens = state_.step * record_.plan.batch_tokens();
  report.score = Validate(context_, &learner_->model(), windows_, record_.plan.micro_rows);
  report.model = &learner_->model();
  state_.bits_per_byte = report.score.total.bits_per_byte();
  validation_s_ = SecondsSince(begin);
  report.elapsed_s = Elapsed();
  Tell([&](Observer* o) { o->OnValidation(report); });
}

void Runner::Save() {
  const Clock::time_point begin = Clock::now();
  state_.elapsed_s = Elapsed();
  SaveCheckpoint(context_, setup_.run, record_, state_, learner_.get());
  save_s_ = SecondsSince(begin);
  saved_at_s_ = Elapsed();
  saved_step_ = state_.step;
  Tell([&](Observer* o) { o->OnCheckpoint(state_.step, save_s_); });
}

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

RunSummary Runner::Summary() {
  RunSummary s;
  s.steps = state_.step;
  s.tokens = state_.step * record_.plan.batch_tokens();
  s.skipped_steps = state_.skipped_steps;
  s.seconds = Elapsed();
  s.tokens_per_s = static_cast<double>(s.tokens) / s.seconds;
  if (setup_.ceiling_flops > 0) {
    s.ceiling_share = s.tokens_per_s * TrainFlopsPerToken(record_.config, record_.plan.seq_len) /
                      setup_.ceiling_flops;
  }
  s.loss = FinalLoss(ReadRunLog(setup_.run / kRunLogName), s.steps);
  s.bits_per_byte = state_.bits_per_byte;
  s.sources = loader_->ProgressAfter(state_.step);
  s.checkpoint = fs::relative(store::StepDirectory(setup_.run, state_.step), setup_.run);
  return s;
}

}  // namespace

RunSummary Train(const Context& context, const RunSetup& setup,
                 std::span<Observer* const> observers) {
  return Runner(context, setup, observers).Go();
}

double MeasureSpeed(const Context& context, const Batch& batch, double seconds, Learner* learner) {
  const std::span<const Batch> one(&batch, 1);
  learner->Step(context, 0.0, one);  // touches all memory once
  const Clock::time_point begin = Clock::now();
  int64_t steps = 0;
  do {
    learner->Step(context, 0.0, one);
    ++steps;
    ThrowIfInterrupted();
  } while (SecondsSince(begin) < seconds);
  const double speed =
      static_cast<double>(steps * batch.rows * batch.seq_len) / SecondsSince(begin);
  learner->ResetMoments(context);
  return speed;
}

}  // namespace cria::train
