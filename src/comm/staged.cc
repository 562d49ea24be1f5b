// A piece of the processor's memory for each transfer under way, kept for the next ones.
#include "comm/staged.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "base/error.h"

namespace cria::comm {
namespace {

class Staged : public Communicator {
 public:
  Staged(Communicator* ranks, Accelerator* accelerator)
      : ranks_(ranks), accelerator_(accelerator) {}

  int rank() const override { return ranks_->rank(); }
  int size() const override { return ranks_->size(); }

  Transfer Send(int to, int tag, std::span<const uint8_t> bytes) override {
    Piece piece = Take(bytes.size());
    accelerator_->Download(piece.data(), bytes.data(), std::ssize(bytes));
    const Transfer inner = ranks_->Send(to, tag, {piece.data(), bytes.size()});
    return Keep({inner, std::move(piece), nullptr, std::ssize(bytes)});
  }

  Transfer Receive(int from, int tag, std::span<uint8_t> bytes) override {
    Piece piece = Take(bytes.size());
    const Transfer inner = ranks_->Receive(from, tag, {piece.data(), bytes.size()});
    return Keep({inner, std::move(piece), bytes.data(), std::ssize(bytes)});
  }

  void Wait(Transfer transfer) override {
    Open open;
    {
      const std::lock_guard lock(mutex_);
      const auto found = open_.find(transfer.id);
      CRIA_CHECK(found != open_.end(), "transfer {} is not under way", transfer.id);
      open = std::move(found->second);  // its bytes stay where they are
      open_.erase(found);
    }
    ranks_->Wait(open.inner);
    if (open.to != nullptr) accelerator_->Upload(open.to, open.piece.data(), open.bytes);
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(open.piece));
  }

  void Launch(int tag) override { ranks_->Launch(tag); }
  void Cancel() override { ranks_->Cancel(); }
  double timeout_s() const override { return ranks_->timeout_s(); }
  Traffic traffic() const override { return ranks_->traffic(); }

 private:
  using Piece = std::vector<uint8_t>;
  struct Open {
    Transfer inner = {};
    Piece piece = {};
    uint8_t* to = nullptr;  // on the accelerator; null: it was sent
    int64_t bytes = 0;
  };

  // The smallest that is large enough.
  Piece Take(size_t bytes) {
    const std::lock_guard lock(mutex_);
    auto best = free_.end();
    for (auto at = free_.begin(); at != free_.end(); ++at) {
      if (at->size() >= bytes && (best == free_.end() || at->size() < best->size())) best = at;
    }
    if (best == free_.end()) return Piece(bytes);
    Piece piece = std::move(*best);
    free_.erase(best);
    return piece;
  }

  Transfer Keep(Open open) {
    const std::lock_guard lock(mutex_);
    open_.emplace(++last_, std::move(open));
    return {last_};
  }

  Communicator* ranks_;
  Accelerator* accelerator_;
  std::mutex mutex_;  // of what follows
  std::map<int64_t, Open> open_;
  std::vector<Piece> free_;
  int64_t last_ = 0;
};

}  // namespace

std::unique_ptr<Communicator> MakeStaged(Communicator* ranks, Accelerator* accelerator) {
  return std::make_unique<Staged>(ranks, accelerator);
}

}  // namespace cria::comm
