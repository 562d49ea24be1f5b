// One thread makes all calls of MPI: it starts what was posted, asks after what is under way, and
// naps while nothing happens, so that a core is left to those who compute.
#include "comm/mpi.h"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "comm/silence.h"

namespace cria::comm {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::microseconds kNoNap(0), kShortestNap(20), kLongestNap(200);
// Counts of MPI are ints; a longer message goes in pieces.
constexpr int64_t kPieceBytes = int64_t{1} << 30;
// How long one who gives up waits for a call of MPI to return.
constexpr std::chrono::seconds kGrace(1);

// Held during calls of MPI, so that AbortMpi does not come into the middle of one.
std::timed_mutex calling;

void Must(int code, const std::string& call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(fmt::format("{}: {}", call, text), "MPI",
              "see what the other ranks said; then go on from the last checkpoint");
}

struct Message {
  int peer = 0, tag = 0;
  bool sends = false;
  uint8_t* bytes = nullptr;
  int64_t size = 0;
  int64_t pieces_left = 0;  // 0 once it is done
};

// A part of a message that MPI carries now.
struct Piece {
  int64_t id = 0;
  int peer = 0, bytes = 0;
  bool sends = false;
};

void MustBeWhole(const Piece& piece, MPI_Status* status) {
  if (piece.sends) return;
  int bytes = 0;
  Must(MPI_Get_count(status, MPI_BYTE, &bytes), "MPI_Get_count");
  if (bytes == piece.bytes) return;
  throw Error(
      fmt::format("rank {} sent {} bytes where {} were expected", piece.peer, bytes, piece.bytes),
      fmt::format("rank {}", piece.peer), "start the same program on every rank");
}

class MpiRank : public Communicator {
 public:
  explicit MpiRank(const MpiOptions& options) : timeout_s_(options.timeout_s) {
    int provided = 0;
    Must(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided), "MPI_Init_thread");
    if (provided < MPI_THREAD_SERIALIZED) {
      throw Error("this MPI serves no programs with threads", "MPI",
                  "use an MPI that was built with threads, Debian's Open MPI for one");
    }
    Must(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    Must(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
    Must(MPI_Comm_size(MPI_COMM_WORLD, &size_), "MPI_Comm_size");
    thread_ = std::thread([this] { Serve(); });
  }

  ~MpiRank() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      posted_.notify_all();
    }
    thread_.join();
    // MPI_Finalize waits for every rank: not while this one fails, the caller ends them all.
    if (std::uncaught_exceptions() == 0 && !failure_) MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  Transfer Send(int to, int tag, std::span<const uint8_t> bytes) override {
    return Post({to, tag, true, const_cast<uint8_t*>(bytes.data()), std::ssize(bytes)});
  }
  Transfer Receive(int from, int tag, std::span<uint8_t> bytes) override {
    return Post({from, tag, false, bytes.data(), std::ssize(bytes)});
  }

  void Wait(Transfer transfer) override {
    const Clock::time_point begin = Clock::now();
    std::unique_lock lock(mutex_);
    const Message& message = messages_.at(transfer.id);
    const auto settled = [&] { return message.pieces_left == 0 || failure_; };
    done_.wait_for(lock, std::chrono::duration<double>(timeout_s_), settled);
    traffic_.waited_s += std::chrono::duration<double>(Clock::now() - begin).count();
    if (message.pieces_left == 0) {
      messages_.erase(transfer.id);
      return;
    }
    GiveUp(lock, Silent({&message.peer, 1}, timeout_s_));
    std::rethrow_exception(failure_);
  }

  void Cancel() override {
    std::unique_lock lock(mutex_);
    GiveUp(lock, GaveUp(rank_));
  }

  double timeout_s() const override { return timeout_s_; }

  Traffic traffic() const override {
    const std::lock_guard lock(mutex_);
    return traffic_;
  }

 private:
  Transfer Post(Message message) {
    CRIA_CHECK(message.peer >= 0 && message.peer < size_ && message.peer != rank_, "rank {} of {}",
               message.peer, size_);
    message.pieces_left = std::max<int64_t>(1, (message.size + kPieceBytes - 1) / kPieceBytes);
    const std::lock_guard lock(mutex_);
    (message.sends ? traffic_.sent_bytes : traffic_.received_bytes) += message.size;
    const int64_t id = next_id_++;
    messages_.emplace(id, message);
    waiting_.push_back(id);
    posted_.notify_all();
    return {id};
  }

  // The first reason stays. Returns when the serving thread touches nobody's bytes any more.
  void GiveUp(std::unique_lock<std::mutex>& lock, const Error& why) {
    if (!failure_) failure_ = std::make_exception_ptr(why);
    posted_.notify_all();
    done_.notify_all();
    done_.wait_for(lock, kGrace, [this] { return stopped_; });
  }

  // The serving thread.
  void Serve() {
    std::exception_ptr failure;
    try {
      while (ServeOnce()) {
      }
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = failure;
    stopped_ = true;
    done_.notify_all();
  }

  // False when there is no more to do.
  bool ServeOnce() {
    {
      std::unique_lock lock(mutex_);
      const auto wanted = [this] { return ending_ || failure_ || !waiting_.empty(); };
      if (active_.empty()) {
        posted_.wait(lock, wanted);
      } else {
        posted_.wait_for(lock, nap_, wanted);
      }
      if (failure_ || (ending_ && waiting_.empty())) return false;
    }
    const std::lock_guard call(calling);
    const bool started = StartWaiting();
    nap_ = Progress() || started ? kNoNap : std::clamp(2 * nap_, kShortestNap, kLongestNap);
    return true;
  }

  // True if there was something to start.
  bool StartWaiting() {
    const std::lock_guard lock(mutex_);
    const bool any = !waiting_.empty();
    for (; !waiting_.empty(); waiting_.pop_front()) Start(waiting_.front());
    return any;
  }

  void Start(int64_t id) {
    const Message& m = messages_.at(id);
    int64_t at = 0;
    do {
      const int count = static_cast<int>(std::min(kPieceBytes, m.size - at));
      MPI_Request request = MPI_REQUEST_NULL;
      if (m.sends) {
        Must(MPI_Isend(m.bytes + at, count, MPI_BYTE, m.peer, m.tag, MPI_COMM_WORLD, &request),
             "MPI_Isend");
      } else {
        Must(MPI_Irecv(m.bytes + at, count, MPI_BYTE, m.peer, m.tag, MPI_COMM_WORLD, &request),
             "MPI_Irecv");
      }
      active_.push_back(request);
      pieces_.push_back({id, m.peer, count, m.sends});
      at += count;
    } while (at < m.size);
  }

  // True if something was done.
  bool Progress() {
    if (active_.empty()) return false;
    std::vector<int> ready(active_.size());
    std::vector<MPI_Status> statuses(active_.size());
    int count = 0;
    const int code = MPI_Testsome(static_cast<int>(active_.size()), active_.data(), &count,
                                  ready.data(), statuses.data());
    if (code != MPI_ERR_IN_STATUS) Must(code, "MPI_Testsome");
    if (count == 0 || count == MPI_UNDEFINED) return false;
    for (int i = 0; i < count; ++i) {
      const Piece& piece = pieces_[static_cast<size_t>(ready[i])];
      // MPI fills the field only where it reports errors.
      if (code == MPI_ERR_IN_STATUS) {
        Must(statuses[i].MPI_ERROR,
             fmt::format("a message {} rank {}", piece.sends ? "to" : "from", piece.peer));
      }
      MustBeWhole(piece, &statuses[i]);
    }
    {
      const std::lock_guard lock(mutex_);
      for (int i = 0; i < count; ++i) {
        --messages_.at(pieces_[static_cast<size_t>(ready[i])].id).pieces_left;
      }
      done_.notify_all();
    }
    DropDone();
    return true;
  }

  void DropDone() {
    size_t kept = 0;
    for (size_t i = 0; i < active_.size(); ++i) {
      if (active_[i] == MPI_REQUEST_NULL) continue;
      active_[kept] = active_[i];
      pieces_[kept++] = pieces_[i];
    }
    active_.resize(kept);
    pieces_.resize(kept);
  }

  const double timeout_s_;
  int rank_ = 0, size_ = 1;
  mutable std::mutex mutex_;
  std::condition_variable posted_, done_;
  std::map<int64_t, Message> messages_;  // not yet waited for
  std::deque<int64_t> waiting_;          // to be started
  int64_t next_id_ = 0;
  bool ending_ = false, stopped_ = false;
  std::exception_ptr failure_;  // why this rank gave up
  Traffic traffic_;
  // Of the serving thread.
  std::vector<MPI_Request> active_;
  std::vector<Piece> pieces_;  // one per request
  std::chrono::microseconds nap_ = kNoNap;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Communicator> MakeMpi(const MpiOptions& options) {
  return std::make_unique<MpiRank>(options);
}

void AbortMpi(int status) {
  const std::unique_lock call(calling, kGrace);
  MPI_Abort(MPI_COMM_WORLD, status);
  std::_Exit(status);
}

}  // namespace cria::comm
