// A board where sends and receives meet; whoever comes second copies.
#include "comm/local.h"

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <tuple>

#include "base/error.h"
#include "comm/silence.h"

namespace cria::comm {
namespace {

struct Posted {
  int owner = 0, peer = 0;
  bool sends = false, done = false;
  std::span<const uint8_t> from;
  std::span<uint8_t> to;
};

// Alone there is nobody to talk to.
class Self : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  Transfer Send(int to, int, std::span<const uint8_t>) override { Nobody(to); }
  Transfer Receive(int from, int, std::span<uint8_t>) override { Nobody(from); }
  void Wait(Transfer) override { Nobody(0); }
  void Cancel() override {}
  double timeout_s() const override { return 0; }
  Traffic traffic() const override { return {}; }

 private:
  [[noreturn]] static void Nobody(int rank) { CRIA_CHECK(false, "rank {} of 1", rank); }
};

}  // namespace

std::unique_ptr<Communicator> MakeSelf() { return std::make_unique<Self>(); }

struct LocalGroup::Board {
  explicit Board(int size) : gone(static_cast<size_t>(size)), traffic(gone.size()) {}
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<bool> gone;
  std::vector<Traffic> traffic;
  int64_t next_id = 0;
  std::map<int64_t, Posted> posted;
  // Unmatched, by (from, to, tag), in the order posted.
  std::map<std::tuple<int, int, int>, std::deque<int64_t>> sends, receives;
};

class LocalGroup::Rank : public Communicator {
 public:
  Rank(Board* board, int rank, double timeout_s)
      : board_(board), rank_(rank), timeout_s_(timeout_s) {}

  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(board_->gone.size()); }

  Transfer Send(int to, int tag, std::span<const uint8_t> bytes) override {
    return Post({rank_, to, true, false, bytes, {}}, {rank_, to, tag});
  }
  Transfer Receive(int from, int tag, std::span<uint8_t> bytes) override {
    return Post({rank_, from, false, false, {}, bytes}, {from, rank_, tag});
  }

  void Wait(Transfer transfer) override {
    const auto begin = std::chrono::steady_clock::now();
    std::unique_lock lock(board_->mutex);
    Posted& posted = board_->posted.at(transfer.id);
    const auto settled = [&] {
      return posted.done || board_->gone[static_cast<size_t>(posted.peer)] ||
             board_->gone[static_cast<size_t>(rank_)];
    };
    board_->changed.wait_for(lock, std::chrono::duration<double>(timeout_s_), settled);
    board_->traffic[static_cast<size_t>(rank_)].waited_s +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (posted.done) {
      board_->posted.erase(transfer.id);
      return;
    }
    const int peer = posted.peer;
    Leave(board_->gone[static_cast<size_t>(peer)] ? Gone(peer) : Silent({&peer, 1}, timeout_s_));
    std::rethrow_exception(failure_);
  }

  void Cancel() override {
    const std::lock_guard lock(board_->mutex);
    Leave(GaveUp(rank_));
  }

  double timeout_s() const override { return timeout_s_; }

  Traffic traffic() const override {
    const std::lock_guard lock(board_->mutex);
    return board_->traffic[static_cast<size_t>(rank_)];
  }

 private:
  Transfer Post(Posted posted, std::tuple<int, int, int> key) {
    CRIA_CHECK(posted.peer != rank_ && posted.peer >= 0 && posted.peer < size(), "rank {} of {}",
               posted.peer, size());
    const std::lock_guard lock(board_->mutex);
    const bool sends = posted.sends;
    const int64_t id = board_->next_id++;
    board_->posted.emplace(id, posted);
    if (board_->gone[static_cast<size_t>(rank_)]) return {id};  // Wait will say so
    auto& others = (sends ? board_->receives : board_->sends)[key];
    if (others.empty()) {
      (sends ? board_->sends : board_->receives)[key].push_back(id);
      return {id};
    }
    const int64_t other = others.front();
    others.pop_front();
    Deliver(sends ? id : other, sends ? other : id);
    return {id};
  }

  void Deliver(int64_t send, int64_t receive) {
    Posted &from = board_->posted.at(send), &to = board_->posted.at(receive);
    CRIA_CHECK(from.from.size() == to.to.size(), "rank {} sends {} bytes, rank {} expects {}",
               from.owner, from.from.size(), to.owner, to.to.size());
    if (!to.to.empty()) std::memcpy(to.to.data(), from.from.data(), to.to.size());
    from.done = to.done = true;
    board_->traffic[static_cast<size_t>(from.owner)].sent_bytes += std::ssize(to.to);
    board_->traffic[static_cast<size_t>(to.owner)].received_bytes += std::ssize(to.to);
    board_->changed.notify_all();
  }

  // With the board locked. The first reason stays.
  void Leave(const Error& why) {
    if (!failure_) failure_ = std::make_exception_ptr(why);
    board_->gone[static_cast<size_t>(rank_)] = true;
    // Nobody may touch this rank's memory any more.
    for (auto* side : {&board_->sends, &board_->receives}) {
      for (auto& [key, ids] : *side) {
        std::erase_if(ids, [&](int64_t id) { return board_->posted.at(id).owner == rank_; });
      }
    }
    board_->changed.notify_all();
  }

  Board* board_;
  int rank_;
  double timeout_s_;
  std::exception_ptr failure_;  // once gone
};

LocalGroup::LocalGroup(int size, double timeout_s) : board_(std::make_unique<Board>(size)) {
  CRIA_CHECK(size >= 1);
  for (int i = 0; i < size; ++i) {
    ranks_.push_back(std::make_unique<Rank>(board_.get(), i, timeout_s));
  }
}

LocalGroup::~LocalGroup() = default;

}  // namespace cria::comm
