// Sends and receives of one tag as one group of NCCL, on a stream beside the one that computes.
#include "kernels/cuda/target/nccl_ranks.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <nccl.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <future>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "comm/collectives.h"
#include "comm/silence.h"
#include "kernels/cuda/target/runtime.h"
#include "tensor/buffer.h"

namespace cria::kernels::cuda {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::microseconds kPoll{20};
// For an abort, whose first act ends what is under way; its last can wait for ranks that hang. And
// for an end in peace.
constexpr std::chrono::seconds kGrace{2}, kFarewell{30};
constexpr int kGreetingTag = -1;

// The functions that are used, by name.
struct Nccl {
  decltype(&ncclGetVersion) GetVersion = nullptr;
  decltype(&ncclGetUniqueId) GetUniqueId = nullptr;
  decltype(&ncclCommInitRankConfig) CommInitRankConfig = nullptr;
  decltype(&ncclCommGetAsyncError) CommGetAsyncError = nullptr;
  decltype(&ncclCommFinalize) CommFinalize = nullptr;
  decltype(&ncclCommDestroy) CommDestroy = nullptr;
  decltype(&ncclCommAbort) CommAbort = nullptr;
  decltype(&ncclGetErrorString) GetErrorString = nullptr;
  decltype(&ncclGroupStart) GroupStart = nullptr;
  decltype(&ncclGroupEnd) GroupEnd = nullptr;
  decltype(&ncclSend) Send = nullptr;
  decltype(&ncclRecv) Recv = nullptr;
  bool complete = false;

  Nccl() {
    void* const library = ::dlopen("libnccl.so.2", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return;
    complete = true;
    const auto find = [&](const char* name, auto* function) {
      *function =
          reinterpret_cast<std::remove_pointer_t<decltype(function)>>(::dlsym(library, name));
      complete = complete && *function != nullptr;
    };
    find("ncclGetVersion", &GetVersion);
    find("ncclGetUniqueId", &GetUniqueId);
    find("ncclCommInitRankConfig", &CommInitRankConfig);
    find("ncclCommGetAsyncError", &CommGetAsyncError);
    find("ncclCommFinalize", &CommFinalize);
    find("ncclCommDestroy", &CommDestroy);
    find("ncclCommAbort", &CommAbort);
    find("ncclGetErrorString", &GetErrorString);
    find("ncclGroupStart", &GroupStart);
    find("ncclGroupEnd", &GroupEnd);
    find("ncclSend", &Send);
    find("ncclRecv", &Recv);
  }
};

const Nccl& Library() {
  static const Nccl library;
  return library;
}

class NcclRanks : public comm::Communicator {
 public:
  NcclRanks(comm::Communicator* ranks, CudaDevice* device)
      : ranks_(ranks), device_(device), nccl_(Library()) {
    CheckCuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "a stream");
    CheckCuda(cudaEventCreateWithFlags(&computed_, cudaEventDisableTiming), "an event");
    ncclUniqueId id = {};
    if (rank() == 0) Must(nccl_.GetUniqueId(&id), "ncclGetUniqueId");
    comm::Broadcast(*ranks_, 0, {reinterpret_cast<uint8_t*>(&id), sizeof id});
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;  // so that a rank that is missing ends in an error, not in silence
    Must(nccl_.CommInitRankConfig(&comm_, size(), id, rank(), &config), "ncclCommInitRank");
    std::vector<int> others;
    for (int other = 0; other < size(); ++other) {
      if (other != rank()) others.push_back(other);
    }
    Settle("ncclCommInitRank", others);
    Greet(others);
  }

  // While a rank fails, the others do not come to end this in peace.
  ~NcclRanks() override {
    if (comm_ != nullptr) {
      const bool in_peace = std::uncaught_exceptions() == uncaught_ && Finalize();
      in_peace ? Within(kFarewell, nccl_.CommDestroy) : Within(kGrace, nccl_.CommAbort);
    }
    for (Batch& batch : batches_) cudaEventDestroy(batch.done);
    cudaEventDestroy(computed_);
    cudaStreamDestroy(stream_);
  }

  int rank() const override { return ranks_->rank(); }
  int size() const override { return ranks_->size(); }

  comm::Transfer Send(int to, int tag, std::span<const uint8_t> bytes) override {
    traffic_.sent_bytes += std::ssize(bytes);
    return Ask({tag, to, bytes.data(), nullptr, bytes.size()});
  }
  comm::Transfer Receive(int from, int tag, std::span<uint8_t> bytes) override {
    traffic_.received_bytes += std::ssize(bytes);
    return Ask({tag, from, nullptr, bytes.data(), bytes.size()});
  }

  void Launch(int tag) override {
    if (failure_) std::rethrow_exception(failure_);
    // What is sent was computed, and what is written over is used no more.
    CheckCuda(cudaEventRecord(computed_, Compute()), "an event");
    CheckCuda(cudaStreamWaitEvent(stream_, computed_, 0), "waiting for it");
    const size_t number = TakeBatch();
    Batch& batch = batches_[number];
    // What fails inside is only dealt with behind the group: an abort in one does nothing.
    Must(nccl_.GroupStart(), "ncclGroupStart");
    ncclResult_t result = ncclSuccess;
    for (const auto& [id, asked] : asked_) {
      if (asked.tag != tag) continue;
      if (result == ncclSuccess || result == ncclInProgress) result = Begin(asked);
      begun_[id] = number;
      batch.peers.push_back(asked.peer);
    }
    batch.transfers = std::ssize(batch.peers);
    std::sort(batch.peers.begin(), batch.peers.end());
    batch.peers.erase(std::unique(batch.peers.begin(), batch.peers.end()), batch.peers.end());
    const ncclResult_t end = nccl_.GroupEnd();
    Must(result, "ncclSend, ncclRecv");
    Must(end, "ncclGroupEnd");
    Settle("ncclGroupEnd", batch.peers);
    std::erase_if(asked_, [&](const auto& entry) { return entry.second.tag == tag; });
    CheckCuda(cudaEventRecord(batch.done, stream_), "an event");
  }

  void Wait(comm::Transfer transfer) override {
    if (failure_) std::rethrow_exception(failure_);
    const auto found = begun_.find(transfer.id);
    CRIA_CHECK(found != begun_.end(), "transfer {} was not launched", transfer.id);
    Batch& batch = batches_[found->second];
    begun_.erase(found);
    const Clock::time_point begin = Clock::now();
    while (true) {
      const cudaError_t state = cudaEventQuery(batch.done);
      if (state == cudaSuccess) break;
      if (state != cudaErrorNotReady) Fail(cudaGetErrorString(state), "a transfer");
      ncclResult_t asynchronous = ncclSuccess;
      Must(nccl_.CommGetAsyncError(comm_, &asynchronous), "ncclCommGetAsyncError");
      Must(asynchronous, "a transfer");
      if (Seconds(begin) > timeout_s()) BeSilent(batch.peers);
      std::this_thread::sleep_for(kPoll);
    }
    traffic_.waited_s += Seconds(begin);
    --batch.transfers;
  }

  void Cancel() override {
    GiveUp(comm::GaveUp(rank()));
    ranks_->Cancel();
  }

  double timeout_s() const override { return ranks_->timeout_s(); }

  comm::Traffic traffic() const override {
    comm::Traffic all = ranks_->traffic();
    all.sent_bytes += traffic_.sent_bytes;
    all.received_bytes += traffic_.received_bytes;
    all.waited_s += traffic_.waited_s;
    return all;
  }

 private:
  struct Asked {
    int tag, peer;
    const uint8_t* from;  // null: it is received
    uint8_t* to;
    size_t bytes;
  };
  // What was launched together, and ends together; free for the next once nobody waits for it.
  struct Batch {
    cudaEvent_t done = nullptr;
    std::vector<int> peers = {};  // ascending
    int64_t transfers = 0;        // not waited for
  };

  static double Seconds(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }
  cudaStream_t Compute() const { return static_cast<cudaStream_t>(device_->stream()); }

  comm::Transfer Ask(Asked asked) {
    asked_.emplace(++last_, asked);
    return {last_};
  }

  ncclResult_t Begin(const Asked& asked) {
    return asked.from != nullptr
               ? nccl_.Send(asked.from, asked.bytes, ncclUint8, asked.peer, comm_, stream_)
               : nccl_.Recv(asked.to, asked.bytes, ncclUint8, asked.peer, comm_, stream_);
  }

  size_t TakeBatch() {
    const auto free = std::find_if(batches_.begin(), batches_.end(),
                                   [](const Batch& batch) { return batch.transfers == 0; });
    if (free != batches_.end()) {
      free->peers.clear();
      return static_cast<size_t>(free - batches_.begin());
    }
    CheckCuda(cudaEventCreateWithFlags(&batches_.emplace_back().done, cudaEventDisableTiming),
              "an event");
    return batches_.size() - 1;
  }

  [[noreturn]] void Fail(const std::string& what, const char* call) {
    GiveUp(Error(
        fmt::format("NCCL: {} ({})", what, call), fmt::format("rank {} of {}", rank(), size()),
        "see what the other ranks said, and their machines and links; NCCL_DEBUG=INFO says "
        "more. Where ranks find no libnccl.so.2, the processor's memory carries the bytes"));
    std::rethrow_exception(failure_);
  }
  void Must(ncclResult_t result, const char* call) {
    if (result != ncclSuccess && result != ncclInProgress) Fail(nccl_.GetErrorString(result), call);
  }
  [[noreturn]] void BeSilent(std::span<const int> peers) {
    GiveUp(comm::Silent(peers, timeout_s()));
    std::rethrow_exception(failure_);
  }
  // Until the last call, which `peers` make too, has taken effect.
  void Settle(const char* call, std::span<const int> peers) {
    const Clock::time_point begin = Clock::now();
    for (ncclResult_t state = ncclInProgress; state == ncclInProgress;) {
      Must(nccl_.CommGetAsyncError(comm_, &state), call);
      Must(state, call);
      if (state != ncclInProgress) break;
      if (Seconds(begin) > timeout_s()) BeSilent(peers);
      std::this_thread::sleep_for(kPoll);
    }
  }
  // A byte from each to each: links are tried, and what NCCL keeps of each is taken from the GPU's
  // memory, before anybody asks how much of it is free.
  void Greet(std::span<const int> others) {
    Buffer<uint8_t> bytes(2 * size(), device_);
    std::vector<comm::Transfer> transfers;
    for (const int other : others) {
      transfers.push_back(Send(other, kGreetingTag, {bytes.data() + other, 1}));
      transfers.push_back(Receive(other, kGreetingTag, {bytes.data() + size() + other, 1}));
    }
    Launch(kGreetingTag);
    for (const comm::Transfer& transfer : transfers) Wait(transfer);
    traffic_ = {};
  }

  // Whether the others ended it too.
  bool Finalize() {
    ncclResult_t state = nccl_.CommFinalize(comm_);
    for (const Clock::time_point begin = Clock::now();
         state == ncclInProgress && Seconds(begin) < timeout_s();) {
      std::this_thread::sleep_for(kPoll);
      if (nccl_.CommGetAsyncError(comm_, &state) != ncclSuccess) return false;
    }
    return state == ncclSuccess;
  }
  void Within(std::chrono::seconds longest, ncclResult_t (*end)(ncclComm_t)) {
    std::packaged_task<void()> task(
        [end, comm = std::exchange(comm_, nullptr)] { static_cast<void>(end(comm)); });
    const std::future<void> done = task.get_future();
    std::thread(std::move(task)).detach();
    done.wait_for(longest);
  }
  // Nothing under way touches memory here any more. The first reason stays.
  void GiveUp(const Error& why) {
    if (!failure_) failure_ = std::make_exception_ptr(why);
    if (comm_ != nullptr) Within(kGrace, nccl_.CommAbort);
  }

  comm::Communicator* ranks_;
  CudaDevice* device_;
  const Nccl& nccl_;
  const int uncaught_ = std::uncaught_exceptions();
  ncclComm_t comm_ = nullptr;
  std::exception_ptr failure_;
  cudaStream_t stream_ = nullptr;
  cudaEvent_t computed_ = nullptr;
  std::map<int64_t, Asked> asked_;   // in the order of asking
  std::map<int64_t, size_t> begun_;  // and its batch
  std::vector<Batch> batches_;
  int64_t last_ = 0;
  comm::Traffic traffic_;
};

}  // namespace

bool FindNccl() { return Library().complete; }

std::string NcclName() {
  int version = 0;
  Library().GetVersion(&version);
  return fmt::format("NCCL {}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

std::unique_ptr<comm::Communicator> MakeNcclRanks(comm::Communicator* ranks, CudaDevice* device) {
  return std::make_unique<NcclRanks>(ranks, device);
}

}  // namespace cria::kernels::cuda
