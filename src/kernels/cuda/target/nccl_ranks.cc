// Sends and receives of one tag as one group of NCCL, on a stream beside the one that computes.
#include "kernels/cuda/target/nccl_ranks.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <nccl.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "comm/collectives.h"
#include "comm/silence.h"
#include "kernels/cuda/target/runtime.h"

namespace cria::kernels::cuda {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::microseconds kPoll{20};

// The functions that are used, by name.
struct Nccl {
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
    Settle("ncclCommInitRank");
  }

  ~NcclRanks() override {
    if (comm_ != nullptr) {  // all is well
      nccl_.CommFinalize(comm_);
      const Clock::time_point begin = Clock::now();
      ncclResult_t state = ncclInProgress;
      while (nccl_.CommGetAsyncError(comm_, &state) == ncclSuccess && state == ncclInProgress &&
             Seconds(begin) < timeout_s()) {
        std::this_thread::sleep_for(kPoll);
      }
      nccl_.CommDestroy(comm_);
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
    const size_t batch = TakeBatch();
    Must(nccl_.GroupStart(), "ncclGroupStart");
    for (const auto& [id, asked] : asked_) {
      if (asked.tag != tag) continue;
      if (asked.from != nullptr) {
        Must(nccl_.Send(asked.from, asked.bytes, ncclUint8, asked.peer, comm_, stream_),
             "ncclSend");
      } else {
        Must(nccl_.Recv(asked.to, asked.bytes, ncclUint8, asked.peer, comm_, stream_), "ncclRecv");
      }
      begun_[id] = {batch, asked.peer};
      ++batches_[batch].transfers;
    }
    Must(nccl_.GroupEnd(), "ncclGroupEnd");
    Settle("ncclGroupEnd");
    std::erase_if(asked_, [&](const auto& entry) { return entry.second.tag == tag; });
    CheckCuda(cudaEventRecord(batches_[batch].done, stream_), "an event");
  }

  void Wait(comm::Transfer transfer) override {
    if (failure_) std::rethrow_exception(failure_);
    const auto found = begun_.find(transfer.id);
    CRIA_CHECK(found != begun_.end(), "transfer {} was not launched", transfer.id);
    Batch& batch = batches_[found->second.batch];
    const int peer = found->second.peer;
    begun_.erase(found);
    const Clock::time_point begin = Clock::now();
    while (true) {
      const cudaError_t state = cudaEventQuery(batch.done);
      if (state == cudaSuccess) break;
      if (state != cudaErrorNotReady) Fail(cudaGetErrorString(state), "a transfer");
      ncclResult_t asynchronous = ncclSuccess;
      Must(nccl_.CommGetAsyncError(comm_, &asynchronous), "ncclCommGetAsyncError");
      Must(asynchronous, "a transfer");
      if (Seconds(begin) > timeout_s()) {
        GiveUp(comm::Silent(peer, timeout_s()));
        std::rethrow_exception(failure_);
      }
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
  struct Begun {
    size_t batch;
    int peer;
  };
  // What was launched together; free for the next once nobody waits for it.
  struct Batch {
    cudaEvent_t done = nullptr;
    int transfers = 0;
  };

  static double Seconds(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }
  cudaStream_t Compute() const { return static_cast<cudaStream_t>(device_->stream()); }

  comm::Transfer Ask(Asked asked) {
    asked_.emplace(++last_, asked);
    return {last_};
  }

  size_t TakeBatch() {
    const auto free = std::find_if(batches_.begin(), batches_.end(),
                                   [](const Batch& batch) { return batch.transfers == 0; });
    if (free != batches_.end()) return static_cast<size_t>(free - batches_.begin());
    CheckCuda(cudaEventCreateWithFlags(&batches_.emplace_back().done, cudaEventDisableTiming),
              "an event");
    return batches_.size() - 1;
  }

  [[noreturn]] void Fail(const std::string& what, const char* call) {
    GiveUp(Error(fmt::format("NCCL: {} ({})", what, call),
                 fmt::format("rank {} of {}", rank(), size()),
                 "look at the machines and links of the ranks; NCCL_DEBUG=INFO says more"));
    std::rethrow_exception(failure_);
  }
  void Must(ncclResult_t result, const char* call) {
    if (result != ncclSuccess && result != ncclInProgress) Fail(nccl_.GetErrorString(result), call);
  }
  // Until the last call has taken effect.
  void Settle(const char* call) {
    const Clock::time_point begin = Clock::now();
    for (ncclResult_t state = ncclInProgress; state == ncclInProgress;) {
      Must(nccl_.CommGetAsyncError(comm_, &state), call);
      Must(state, call);
      if (state == ncclInProgress && Seconds(begin) > timeout_s()) {
        Fail(fmt::format("not all ranks have called it within {:.0f} s", timeout_s()), call);
      }
      if (state == ncclInProgress) std::this_thread::sleep_for(kPoll);
    }
  }
  // Nothing under way touches memory here any more. The first reason stays.
  void GiveUp(const Error& why) {
    if (!failure_) failure_ = std::make_exception_ptr(why);
    if (comm_ != nullptr) nccl_.CommAbort(std::exchange(comm_, nullptr));
  }

  comm::Communicator* ranks_;
  CudaDevice* device_;
  const Nccl& nccl_;
  ncclComm_t comm_ = nullptr;
  std::exception_ptr failure_;
  cudaStream_t stream_ = nullptr;
  cudaEvent_t computed_ = nullptr;
  std::map<int64_t, Asked> asked_;  // in the order of asking
  std::map<int64_t, Begun> begun_;
  std::vector<Batch> batches_;
  int64_t last_ = 0;
  comm::Traffic traffic_;
};

}  // namespace

bool FindNccl() { return Library().complete; }

std::unique_ptr<comm::Communicator> MakeNcclRanks(comm::Communicator* ranks, CudaDevice* device) {
  return std::make_unique<NcclRanks>(ranks, device);
}

}  // namespace cria::kernels::cuda
