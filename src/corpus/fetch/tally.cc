// Files of unknown size count as the mean of the known ones.
#include "corpus/fetch/tally.h"

#include <algorithm>

namespace cria::corpus {

Tally::Tally(int slots, const std::vector<int64_t>& sizes) : slots_(static_cast<size_t>(slots)) {
  progress_.files = std::ssize(sizes);
  for (const int64_t size : sizes) {
    if (size < 0) {
      ++queued_unknown_files_;
      continue;
    }
    queued_bytes_ += size;
    known_bytes_ += size;
    ++known_files_;
  }
}

void Tally::Begin(int slot, int64_t size_bytes) {
  const std::lock_guard lock(mutex_);
  slots_[slot] = {true, false, 0, size_bytes};
  if (size_bytes < 0) {
    --queued_unknown_files_;
  } else {
    queued_bytes_ -= size_bytes;
  }
}

void Tally::At(int slot, int64_t position_bytes, int64_t total_bytes) {
  const std::lock_guard lock(mutex_);
  Slot& state = slots_[slot];
  state.position = position_bytes;
  if (total_bytes < 0 || state.total == total_bytes) return;
  if (state.total >= 0) {
    known_bytes_ += total_bytes - state.total;
  } else {
    known_bytes_ += total_bytes;
    ++known_files_;
  }
  state.total = total_bytes;
}

void Tally::Wait(int slot, bool waiting) {
  const std::lock_guard lock(mutex_);
  slots_[slot].waiting = waiting;
}

void Tally::End(int slot, bool failed) {
  const std::lock_guard lock(mutex_);
  slots_[slot] = {};
  ++progress_.done_files;
  if (failed) ++progress_.failed_files;
}

void Tally::AddFetched(int64_t bytes) {
  const std::lock_guard lock(mutex_);
  progress_.fetched_bytes += bytes;
}

FetchProgress Tally::progress() const {
  const std::lock_guard lock(mutex_);
  FetchProgress now = progress_;
  if (known_files_ > 0) {
    const int64_t mean = known_bytes_ / known_files_;
    now.left_bytes = queued_bytes_ + queued_unknown_files_ * mean;
  }
  for (const Slot& slot : slots_) {
    if (!slot.active) continue;
    if (slot.waiting) ++now.waiting;
    if (known_files_ == 0) continue;
    const int64_t total = slot.total < 0 ? known_bytes_ / known_files_ : slot.total;
    now.left_bytes += std::max<int64_t>(total - slot.position, 0);
  }
  return now;
}

int64_t Tally::ActiveLeftBytes() const {
  const std::lock_guard lock(mutex_);
  int64_t left = 0;
  for (const Slot& slot : slots_) {
    if (slot.active && slot.total > slot.position) left += slot.total - slot.position;
  }
  return left;
}

}  // namespace cria::corpus
