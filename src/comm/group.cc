// Other numbers for the same ranks, and a count of what they say.
#include "comm/group.h"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "base/error.h"

namespace cria::comm {
namespace {

class Group : public Communicator {
 public:
  Group(Communicator* all, std::vector<int> members) : all_(all), members_(std::move(members)) {
    const auto own = std::find(members_.begin(), members_.end(), all->rank());
    CRIA_CHECK(own != members_.end(), "rank {} is not of the group", all->rank());
    rank_ = static_cast<int>(own - members_.begin());
  }

  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(members_.size()); }

  Transfer Send(int to, int tag, std::span<const uint8_t> bytes) override {
    Count(&Traffic::sent_bytes, bytes.size());
    return all_->Send(members_.at(static_cast<size_t>(to)), tag, bytes);
  }
  Transfer Receive(int from, int tag, std::span<uint8_t> bytes) override {
    Count(&Traffic::received_bytes, bytes.size());
    return all_->Receive(members_.at(static_cast<size_t>(from)), tag, bytes);
  }

  void Wait(Transfer transfer) override {
    const auto begin = std::chrono::steady_clock::now();
    all_->Wait(transfer);
    const std::lock_guard lock(mutex_);
    traffic_.waited_s +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

  void Launch(int tag) override { all_->Launch(tag); }
  void Cancel() override { all_->Cancel(); }
  double timeout_s() const override { return all_->timeout_s(); }

  Traffic traffic() const override {
    const std::lock_guard lock(mutex_);
    return traffic_;
  }

 private:
  void Count(int64_t Traffic::*counter, size_t bytes) {
    const std::lock_guard lock(mutex_);
    traffic_.*counter += static_cast<int64_t>(bytes);
  }

  Communicator* all_;
  std::vector<int> members_;
  int rank_ = 0;
  mutable std::mutex mutex_;
  Traffic traffic_;
};

}  // namespace

std::unique_ptr<Communicator> MakeGroup(Communicator* all, std::vector<int> members) {
  return std::make_unique<Group>(all, std::move(members));
}

}  // namespace cria::comm
