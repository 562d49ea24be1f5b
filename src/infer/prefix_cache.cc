// Children are sorted by their tokens, so that the child with the longest common beginning stands
// beside the place where the tokens would stand.
#include "infer/prefix_cache.h"

#include <algorithm>

#include "base/error.h"

namespace cria::infer {
namespace {

int64_t CommonLength(std::span<const int32_t> a, std::span<const int32_t> b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return end.first - a.begin();
}

}  // namespace

PrefixCache::PrefixCache(int64_t blocks, bool reuse)
    : reuse_(reuse), blocks_(static_cast<size_t>(blocks)) {
  // The first blocks are given out first.
  for (int64_t b = blocks - 1; b >= 0; --b) free_.push_back(static_cast<int32_t>(b));
}

void PrefixCache::UpdateLeaf(int32_t block) {
  Block& b = At(block);
  const std::pair<uint64_t, int32_t> key{b.used, block};
  if (b.in_tree && b.holders == 0 && b.children.empty()) {
    leaves_.insert(key);
  } else {
    leaves_.erase(key);
  }
}

void PrefixCache::Hold(int32_t block) {
  Block& b = At(block);
  if (b.holders++ == 0 && b.in_tree) --unheld_;
  UpdateLeaf(block);
}

int32_t PrefixCache::Find(int32_t parent, std::span<const int32_t> tokens) {
  const Children& children = ChildrenOf(parent);
  const auto found = children.find(std::vector<int32_t>(tokens.begin(), tokens.end()));
  if (found == children.end()) return -1;
  Hold(found->second);
  return found->second;
}

std::pair<int32_t, int64_t> PrefixCache::FindPart(int32_t parent, std::span<const int32_t> tokens,
                                                  int64_t least) {
  const Children& children = ChildrenOf(parent);
  auto next = children.lower_bound(std::vector<int32_t>(tokens.begin(), tokens.end()));
  std::pair<int32_t, int64_t> best{-1, 0};
  const auto consider = [&](Children::const_iterator child) {
    const int64_t common = CommonLength(child->first, tokens);
    if (common >= least && common > best.second) best = {child->second, common};
  };
  if (next != children.end()) consider(next);
  if (next != children.begin()) consider(std::prev(next));
  if (best.first >= 0) Hold(best.first);
  return best;
}

void PrefixCache::Evict() {
  CRIA_CHECK(!leaves_.empty());
  const int32_t block = leaves_.begin()->second;
  leaves_.erase(leaves_.begin());
  Block& b = At(block);
  const int32_t parent = b.parent;
  ChildrenOf(parent).erase(b.entry);
  b.in_tree = false;
  --unheld_;
  ++statistics_.evicted_blocks;
  free_.push_back(block);
  if (parent != kRoot) UpdateLeaf(parent);
}

bool PrefixCache::Allocate(int64_t n, std::vector<int32_t>* table) {
  if (n > available()) return false;
  for (int64_t i = 0; i < n; ++i) {
    if (free_.empty()) Evict();
    const int32_t block = free_.back();
    free_.pop_back();
    At(block).holders = 1;
    table->push_back(block);
  }
  return true;
}

int32_t PrefixCache::Insert(int32_t parent, std::span<const int32_t> tokens, int32_t block) {
  Block& b = At(block);
  CRIA_CHECK(b.holders > 0 && !b.in_tree, "block {}", block);
  if (!reuse_) return block;
  CRIA_CHECK(parent == kRoot || (At(parent).in_tree && At(parent).holders > 0), "{}", parent);
  const auto [entry, is_new] =
      ChildrenOf(parent).try_emplace(std::vector<int32_t>(tokens.begin(), tokens.end()), block);
  if (!is_new) return entry->second;
  b.in_tree = true;
  b.parent = parent;
  b.entry = entry;
  return block;
}

int32_t PrefixCache::Publish(int32_t parent, std::span<const int32_t> tokens, int32_t block) {
  const int32_t there = Insert(parent, tokens, block);
  if (there == block) return block;
  Hold(there);
  Release(block);
  return there;
}

void PrefixCache::PublishPart(int32_t parent, std::span<const int32_t> tokens, int32_t block) {
  Insert(parent, tokens, block);
}

void PrefixCache::Release(int32_t block) {
  Block& b = At(block);
  CRIA_CHECK(b.holders > 0, "block {}", block);
  if (--b.holders > 0) return;
  if (!b.in_tree) {
    free_.push_back(block);
    return;
  }
  b.used = ++clock_;
  ++unheld_;
  UpdateLeaf(block);
}

void PrefixCache::Release(std::vector<int32_t>* table) {
  // The end first: it is the first to go, should room be needed.
  for (size_t i = table->size(); i > 0; --i) Release((*table)[i - 1]);
  table->clear();
}

void PrefixCache::Count(int64_t prompt_tokens, int64_t shared_tokens, int64_t copied_tokens) {
  ++statistics_.lookups;
  statistics_.prompt_tokens += prompt_tokens;
  statistics_.shared_tokens += shared_tokens;
  statistics_.copied_tokens += copied_tokens;
}

}  // namespace cria::infer
