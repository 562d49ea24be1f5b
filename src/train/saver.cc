// The phases of a checkpoint (store/checkpoint.h), each on the rank that it belongs to.
#include "train/saver.h"

#include <algorithm>
#include <chrono>

#include "data/manifest.h"
#include "train/tags.h"

namespace cria::train {
namespace {

using Clock = std::chrono::steady_clock;
double SecondsSince(Clock::time_point t) {
  return std::chrono::duration<double>(Clock::now() - t).count();
}

// The parts of a tensor that this rank writes: its runs, also where it keeps everything.
std::vector<store::TensorSlice> OwnSlices(const ParameterBlock& block, const ParameterSpec& spec,
                                          const std::vector<ParameterRange>& runs) {
  std::vector<store::TensorSlice> slices;
  const int64_t end = spec.offset + spec.elements();
  for (const ParameterRange& run : runs) {
    const int64_t first = std::max(run.offset, spec.offset), last = std::min(run.end(), end);
    if (first >= last) continue;
    const std::span<const float> values = block.values(ParameterRange{first, last - first});
    slices.push_back({(first - spec.offset) * int64_t{sizeof(float)},
                      {reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes()}});
  }
  return slices;
}

// Rank 0's word that the folder is there.
void Release(comm::Communicator* ranks) {
  const uint8_t word = 1;
  for (int rank = 1; rank < ranks->size(); ++rank) {
    ranks->Wait(ranks->Send(rank, kSaveTag, {&word, 1}));
  }
}

void AwaitRelease(comm::Communicator* ranks) {
  uint8_t word = 0;
  ranks->Wait(ranks->Receive(0, kSaveTag, {&word, 1}));
}

void SendDigests(comm::Communicator* ranks, const std::vector<uint8_t>& digests) {
  const int64_t size = std::ssize(digests);
  ranks->Wait(ranks->Send(0, kSaveTag, {reinterpret_cast<const uint8_t*>(&size), sizeof size}));
  ranks->Wait(ranks->Send(0, kSaveTag, digests));
}

std::vector<std::vector<uint8_t>> ReceiveDigests(comm::Communicator* ranks) {
  std::vector<std::vector<uint8_t>> all;
  for (int rank = 1; rank < ranks->size(); ++rank) {
    int64_t size = 0;
    ranks->Wait(ranks->Receive(rank, kSaveTag, {reinterpret_cast<uint8_t*>(&size), sizeof size}));
    std::vector<uint8_t>& digests = all.emplace_back(static_cast<size_t>(size));
    ranks->Wait(ranks->Receive(rank, kSaveTag, digests));
  }
  return all;
}

}  // namespace

Saver::~Saver() {
  if (!thread_.joinable()) return;
  if (std::uncaught_exceptions() > 0) ranks_->Cancel();
  thread_.join();
}

// A rank that keeps whole layers, or whole blocks of them, writes what it has.
void Saver::AddOwn(const std::string& group, const ParameterBlock& block, Learner& learner) {
  const std::vector<ParameterRange> runs = learner.partition().Held(ranks_->rank());
  for (const ParameterSpec& spec : block.specs()) {
    writer_->AddSlices(group + "/" + spec.name, DType::kF32, spec.shape,
                       OwnSlices(block, spec, runs));
  }
}

// Where ranks share layers, the parts of a block are brought together first.
void Saver::AddCollected(const std::string& group, const ParameterBlock& block,
                         const Learner& learner) {
  if (!shards_) shards_.emplace(learner.config(), learner.layout());
  for (size_t p = 0; p < shards_->whole().size(); ++p) {
    const ParameterSpec& spec = shards_->whole()[p];
    const auto make = [this, p, &block](int round) {
      const ShardMap::Turn turn{p, round};
      collected_.clear();
      collected_ = shards_->Collect(ranks_, block, turn, kCollectTag);
      return store::TensorSlice{
          shards_->RunOf(turn, ranks_->rank()).offset * int64_t{sizeof(float)},
          {reinterpret_cast<const uint8_t*>(collected_.data()), collected_.size() * sizeof(float)}};
    };
    writer_->AddMadeSlices(group + "/" + spec.name, DType::kF32, spec.shape, shards_->RoundsOf(p),
                           make);
  }
}

void Saver::Begin(int64_t step, Json config, Json state, Learner* learner) {
  Wait();
  writer_.emplace(store::StepDirectory(run_, step));
  const std::pair<const char*, const ParameterBlock*> groups[] = {
      {"weights", &learner->weights()},
      {"adam_m", &learner->first_moments()},
      {"adam_v", &learner->second_moments()}};
  for (const auto& [group, block] : groups) {
    if (learner->layout().tensor > 1) {
      AddCollected(group, *block, *learner);
    } else {
      AddOwn(group, *block, *learner);
    }
  }
  const fs::path tokenizer = run_ / kShardTokenizerName;
  if (fs::exists(tokenizer)) writer_->AddFile(kShardTokenizerName, ReadFile(tokenizer));
  read_ = complete_ = reported_ = false;
  report_ = {.step = step};
  thread_ = std::thread([this, config = std::move(config), state = std::move(state)] {
    const Clock::time_point begin = Clock::now();
    std::exception_ptr error;
    try {
      Write(config, state);
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    report_.seconds = SecondsSince(begin);
    error_ = error;
    read_ = complete_ = true;
    changed_.notify_all();
  });
}

void Saver::Write(const Json& config, const Json& state) {
  const Context context(1);
  const bool leads = ranks_->rank() == 0;
  try {
    if (leads) {
      writer_->Begin();
      Release(ranks_);
    } else {
      AwaitRelease(ranks_);
    }
    writer_->WriteSlices(context);
    {
      const std::lock_guard lock(mutex_);
      read_ = true;
      changed_.notify_all();
    }
    writer_->Flush();
    if (!leads) return SendDigests(ranks_, writer_->Digests());
    writer_->Finish(config, state, ReceiveDigests(ranks_));
  } catch (...) {
    if (leads) writer_->Discard();
    throw;
  }
  try {
    store::PruneCheckpoints(run_, kept_);
  } catch (const std::exception&) {
    // The checkpoint is complete; older ones stay for the next time.
  }
}

void Saver::Rethrow() {
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void Saver::WaitUntilRead() {
  if (!thread_.joinable()) return;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return read_; });
  Rethrow();
}

void Saver::Wait() {
  if (!thread_.joinable()) return;
  thread_.join();
  Rethrow();
}

std::optional<SaveReport> Saver::TakeReport() {
  {
    const std::lock_guard lock(mutex_);
    if (reported_ || !complete_) return std::nullopt;
  }
  if (thread_.joinable()) thread_.join();
  Rethrow();
  reported_ = true;
  return report_;
}

}  // namespace cria::train
