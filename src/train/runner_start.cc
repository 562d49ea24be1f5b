// Everything before the first step: what can be known to be wrong is found here, before long work
// starts.
#include <unistd.h>

#include <algorithm>

#include "base/cpu.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/units.h"
#include "comm/collectives.h"
#include "comm/local.h"
#include "data/holdout.h"
#include "kernels/cuda/device_ranks.h"
#include "store/checkpoint.h"
#include "train/runner.h"

namespace cria::train {
namespace {

// With rollbacks: what a stopped run saved must not push out those that may be gone back to.
constexpr int kKeptCheckpoints = 2, kKeptForRollbacks = 4;

void RequireRanks(const ModelConfig& config, const Layout& layout) {
  if (layout.tensor < 1 || layout.ranks % layout.tensor != 0) {
    throw Error(fmt::format("{} ranks are not groups of {}", layout.ranks, layout.tensor),
                "--tensor", "start a multiple of --tensor with mpirun -n");
  }
  RequireDivisible(config, layout.tensor, "--tensor");
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

}  // namespace

Runner::Runner(const Context& context, const RunSetup& setup, std::span<Observer* const> observers)
    : context_(context),
      setup_(setup),
      self_(setup.sharing.ranks == nullptr ? comm::MakeSelf() : nullptr),
      ranks_(setup.sharing.ranks == nullptr ? self_.get() : setup.sharing.ranks) {
  if (Leads()) observers_.assign(observers.begin(), observers.end());
}

void Runner::CheckSettings(const RunRecord& earlier) const {
  const std::string where = (setup_.run / kRunFileName).string();
  const char* remedy = "repeat the command as it was, or choose another --out";
  if (earlier.config != record_.config) {
    throw Error("the run that stands here trains another model", where, remedy);
  }
  const Json before = OptionsToJson(earlier.options), now = OptionsToJson(record_.options);
  for (const auto& [key, value] : now.items()) {
    // How a run is kept may change.
    if (key == "rollback_above" || key == "save_every_s" || key == "save_every_steps") continue;
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

void Runner::Prepare() {
  DescribeRun();
  RequireSameOnAllRanks();
  if (Leads()) OpenFolder();
  stands_ = Agree(stands_);
  if (stands_ && setup_.resume) {
    ReadEarlierRun();
    record_.finished = Agree(record_.finished);
    AgreeOnPlan();
  }
}

// Ranks that differ would train a mixture of two runs.
void Runner::RequireSameOnAllRanks() {
  struct Digests {
    uint64_t isa, processor, settings;
  };
  const Digests own{
      Hash64(IsaName(DetectIsa())), Hash64(record_.processor),
      Hash64(ConfigToJson(record_.config).dump() + OptionsToJson(record_.options).dump() +
             record_.data_sha256 +
             fmt::format("{} {} {}", setup_.sharing.zero, setup_.sharing.tensor, setup_.resume))};
  std::vector<Digests> all(static_cast<size_t>(ranks().size()));
  comm::AllGather(ranks(), own, std::span<Digests>(all));
  for (size_t rank = 1; rank < all.size(); ++rank) {
    const std::string where = fmt::format("rank {}", rank);
    if (all[rank].isa != all[0].isa) {
      throw Error("its processor has other instructions than rank 0's, so its sums other bits",
                  where,
                  "give all ranks the lesser set with --isa (cria bench machine names them)");
    }
    if (all[rank].processor != all[0].processor) {
      throw Error("it computes on something else than rank 0, so its sums have other bits", where,
                  "give all ranks GPUs of one kind");
    }
    if (all[rank].settings != all[0].settings) {
      throw Error("it was started with other settings or data than rank 0", where,
                  "start all ranks with one command line");
    }
  }
}

void Runner::DescribeRun() {
  ValidateOptions(setup_.options);
  ValidateConfig(setup_.config, "the model's sizes");
  RequireRanks(setup_.config, setup_.sharing.layout());
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
  record_.processor = context_.accelerator() != nullptr ? context_.accelerator()->name()
                                                        : std::string(IsaName(DetectIsa()));
  record_.layout = setup_.sharing.layout();
}

void Runner::OpenFolder() {
  stands_ = fs::exists(setup_.run / kRunFileName);
  if (stands_ && !setup_.resume && !setup_.force) {
    throw Error("a run stands here", setup_.run.string(),
                "--resume to go on with it, --force to replace it, or another --out");
  }
  if (!stands_) RequireNoForeignFiles(setup_.run);
  made_folder_ = fs::create_directories(setup_.run);
  lock_.emplace(setup_.run);
}

void Runner::ReadEarlierRun() {
  const RunRecord earlier = ReadRunRecord(setup_.run);
  CheckSettings(earlier);
  if (earlier.processor != record_.processor) earlier_processor_ = earlier.processor;
  record_.finished = earlier.finished;
  record_.summary = earlier.summary;
  record_.plan = earlier.plan;
  const fs::path last = setup_.run / record_.summary.checkpoint;
  if (record_.finished && !store::IsCheckpoint(last)) {
    throw Error("the finished run has lost its checkpoint", last.string(),
                "put it back, or train again with --force");
  }
}

// Free memory of this rank's machine, shared with the other ranks there; the least of all ranks.
int64_t Runner::MemoryPerRank() const {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  struct Host {
    uint64_t name;
    int64_t bytes;
  };
  const Host own{Hash64(name), AvailableMemoryBytes()};
  std::vector<Host> all(static_cast<size_t>(ranks().size()));
  comm::AllGather(ranks(), own, std::span<Host>(all));
  const auto here = std::count_if(all.begin(), all.end(),
                                  [&](const Host& host) { return host.name == own.name; });
  return LeastOfRanks(own.bytes / here);
}

int64_t Runner::LeastOfRanks(int64_t own) const {
  std::vector<int64_t> all(static_cast<size_t>(ranks().size()));
  comm::AllGather(ranks(), own, std::span<int64_t>(all));
  return *std::min_element(all.begin(), all.end());
}

int Runner::DeviceSharers() const {
  return setup_.sharing.devices != nullptr ? setup_.sharing.devices->sharers : 1;
}

void Runner::AgreeOnPlan() {
  const std::string plan = comm::BroadcastText(ranks(), 0, PlanToJson(record_.plan).dump());
  record_.plan = PlanFromJson(ParseJson(plan, "the plan"), "the plan");
}

void Runner::SetInitialWeights() {
  if (setup_.initial_weights != nullptr) {
    const auto copy = [&](const ParameterSpec& spec, int64_t first, std::span<float> to) {
      const auto from =
          setup_.initial_weights->values(ParameterRange{spec.offset + first, std::ssize(to)});
      std::copy(from.begin(), from.end(), to.begin());
    };
    ForEachHeld(setup_.config, learner_->share(), &learner_->weights(), copy);
    learner_->WeightsChanged(context_);
  } else if (!setup_.initial_from.empty()) {
    throw Error("the run has no checkpoint yet and needs the weights it began with",
                setup_.initial_from, "name them with --init");
  } else {
    learner_->Initialize(context_, setup_.options.seed);
  }
}

// Of a run bounded by time.
double Runner::ExpectedTokens(int64_t seq_len, int64_t micro_rows) {
  const double seconds = setup_.options.seconds;
  if (seconds == 0) return 0;
  MixtureLoader probe = MixtureLoader::Open(
      setup_.shards, manifest_, {seq_len, micro_rows, setup_.options.seed, manifest_.bos_id});
  return seconds * MeasureSpeed(context_, probe.Read(0, 0, micro_rows),
                                std::min(3.0, 0.02 * seconds), learner_.get());
}

// Beside an accelerator: weights and moments that this rank keeps, to save them, and what is on its
// way to other ranks.
void Runner::RequireMemoryAtHome() const {
  const Layout& layout = record_.layout;
  const int64_t kept = 12 * ParameterCount(setup_.config) / (layout.zero > 0 ? layout.data() : 1);
  const int64_t sent =
      layout.data() > 1 ? 2 * GradientSum::BufferBytes(setup_.config, layout.data()) : 0;
  const int64_t free = MemoryPerRank();
  if (kept + sent <= free) return;
  throw Error(fmt::format("{} of the processor's memory are needed to save the run, {} are free",
                          FormatBytes(static_cast<double>(kept + sent)),
                          FormatBytes(static_cast<double>(free))),
              "--device", "take a machine with more memory, or a smaller model");
}

// `micro_rows` 0: as many as go.
void Runner::ChoosePassOfAll(int64_t seq_len, int64_t micro_rows) {
  if (!memory_) {
    const Accelerator* const device = context_.accelerator();
    if (device != nullptr) RequireMemoryAtHome();
    memory_ = RankMemory{
        .available_bytes = device != nullptr
                               ? LeastOfRanks(device->memory().free_bytes / DeviceSharers())
                               : MemoryPerRank(),
        .limit_bytes = setup_.memory_bytes,
        .base_bytes = device != nullptr ? kDeviceScratchBytes
                                        : ProcessMemoryBytes() + context_.threads() * kThreadBytes,
        .accelerated = device != nullptr,
        .layout = record_.layout};
  }
  if (Leads()) {
    pass_ = ChoosePass(setup_.config, setup_.options.precision, setup_.options.optimizer.kind,
                       seq_len, micro_rows, *memory_);
  }
  pass_ = Agree(pass_);
}

void Runner::MakeLearner(int64_t seq_len, int64_t micro_rows) {
  ChoosePassOfAll(seq_len, micro_rows);
  if (setup_.measure_ceiling && record_.ceiling_flops == 0) {  // the run fits
    record_.ceiling_flops = setup_.measure_ceiling();
    started_ = Clock::now();
    memory_.reset();  // some stays with the process
    ChoosePassOfAll(seq_len, micro_rows);
  }
  Sharing sharing = setup_.sharing;
  sharing.ranks = ranks_;
  learner_ =
      std::make_unique<Learner>(setup_.config, setup_.options.optimizer, setup_.options.precision,
                                sharing, pass_.memory, context_.accelerator());
}

void Runner::StartFresh() {
  const TrainOptions& options = setup_.options;
  if (stands_ && setup_.resume) {  // killed before its first checkpoint: the plan stands
    RequirePieces(record_.plan, record_.layout.data());
    MakeLearner(record_.plan.seq_len, record_.plan.micro_rows);
    SetInitialWeights();
    return;
  }
  const int64_t seq_len = options.seq_len > 0 ? options.seq_len : setup_.config.max_seq_len;
  MakeLearner(seq_len, options.micro_rows);
  SetInitialWeights();
  const double tokens = ExpectedTokens(seq_len, pass_.micro_rows);
  if (Leads()) {
    record_.plan =
        MakePlan(setup_.config, options, pass_.micro_rows, tokens, record_.layout.data());
  }
  AgreeOnPlan();
  if (record_.plan.micro_rows < pass_.micro_rows) {
    // Shorter passes need less memory, and perhaps no saving of it.
    const TrainingMemory before = pass_.memory;
    ChoosePassOfAll(record_.plan.seq_len, record_.plan.micro_rows);
    // One that was timed has grown for the longer pass.
    if (pass_.memory != before || options.seconds > 0) {
      learner_.reset();
      MakeLearner(record_.plan.seq_len, record_.plan.micro_rows);
      SetInitialWeights();
    }
  }
  // A step holds the ids and targets of its own pieces, 8 bytes a token.
  if (record_.plan.batch_tokens() / record_.layout.data() > AvailableMemoryBytes() / 16) {
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
    if (Leads() && !fs::exists(setup_.run / kRunFileName)) {
      lock_.reset();
      if (made_folder_) fs::remove_all(setup_.run);
      fs::remove(setup_.run / kLockName);
    }
    throw;
  }
}

// Bytes that the checkpoints will need beside those that stand: one more is written while the
// others are kept.
int64_t Runner::CheckpointSpace(int kept) const {
  const int64_t one = 12 * ParameterCount(setup_.config) +
                      static_cast<int64_t>(fs::file_size(setup_.shards / kShardTokenizerName));
  int64_t standing = 0;
  const fs::path folder = setup_.run / "checkpoints";
  if (fs::exists(folder)) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) standing += static_cast<int64_t>(entry.file_size());
    }
  }
  return std::max<int64_t>(0, (kept + 1) * one + store::kManifestReserve - standing);
}

void Runner::StartOrThrow() {
  // Rank 0's view of the folder counts: another machine may see an older one.
  fs::path latest;
  if (Leads() && stands_ && setup_.resume) latest = store::LatestCheckpoint(setup_.run);
  const bool resumes = Agree(!latest.empty());
  if (resumes) {
    RequirePieces(record_.plan, record_.layout.data());
    MakeLearner(record_.plan.seq_len, record_.plan.micro_rows);
    const fs::path folder = comm::BroadcastText(ranks(), 0, latest.string());
    LoadCheckpoint(context_, folder, &record_, &state_, learner_.get());
    earlier_s_ = state_.elapsed_s;
    saved_step_ = state_.step;
  } else {
    StartFresh();
  }
  OpenData();
  const int kept = setup_.options.rollback_above > 0 ? kKeptForRollbacks : kKeptCheckpoints;
  saver_.emplace(setup_.run, kept, ranks_);
  // What an accelerator changes is not what is being saved.
  if (context_.accelerator() == nullptr) {
    learner_->set_before_update([this] { saver_->WaitUntilRead(); });
  }
  if (!Leads()) return;
  RequireFreeSpace(setup_.run, CheckpointSpace(kept));
  if (resumes) return WriteRunRecord(setup_.run, record_);
  if (stands_) {  // only now that the new run is known to start
    fs::remove_all(setup_.run / "checkpoints");
    for (const char* file : {kRunLogName, kRunTasksName, kRunAnswersName, kRunAnswersPageName}) {
      fs::remove(setup_.run / file);
    }
  }
  fs::copy_file(setup_.shards / kShardTokenizerName, setup_.run / kShardTokenizerName,
                fs::copy_options::overwrite_existing);
  WriteRunRecord(setup_.run, record_);
}

}  // namespace cria::train
