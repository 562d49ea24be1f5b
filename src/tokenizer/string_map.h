// A map from strings that someone else owns to their index: open addressing over a vector of
// strings. Not a general container: no removal, indices are positions in that vector.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"

namespace cria::tokenizer {

class StringMap {
 public:
  /// Index of `key` in `strings`, or -1.
  int32_t Find(std::string_view key, const std::vector<std::string>& strings) const {
    if (slots_.empty()) return -1;
    for (size_t at = Hash64(key) & mask_;; at = (at + 1) & mask_) {
      const int32_t index = slots_[at];
      if (index < 0 || strings[static_cast<size_t>(index)] == key) return index;
    }
  }

  /// Adds strings[index]; false if an equal string is there.
  bool Insert(int32_t index, const std::vector<std::string>& strings) {
    if (2 * (size_ + 1) > slots_.size()) Grow(strings);
    const std::string& key = strings[static_cast<size_t>(index)];
    size_t at = Hash64(key) & mask_;
    for (; slots_[at] >= 0; at = (at + 1) & mask_) {
      if (strings[static_cast<size_t>(slots_[at])] == key) return false;
    }
    slots_[at] = index;
    ++size_;
    return true;
  }

 private:
  void Grow(const std::vector<std::string>& strings) {
    std::vector<int32_t> old(std::max<size_t>(1024, 2 * slots_.size()), -1);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const int32_t index : old) {
      if (index < 0) continue;
      size_t at = Hash64(strings[static_cast<size_t>(index)]) & mask_;
      while (slots_[at] >= 0) at = (at + 1) & mask_;
      slots_[at] = index;
    }
  }

  std::vector<int32_t> slots_;
  size_t mask_ = 0, size_ = 0;
};

}  // namespace cria::tokenizer
