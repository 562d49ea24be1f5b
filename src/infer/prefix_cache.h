// Blocks of the paged KV cache: who holds them, and which hold the beginning of a prompt that
// another request may share. Knows numbers of blocks and ids of tokens; no keys, no values.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

namespace cria::infer {

struct PrefixStatistics {
  int64_t lookups = 0;
  int64_t prompt_tokens = 0;   ///< of the prompts looked up
  int64_t shared_tokens = 0;   ///< of them found in whole blocks
  int64_t copied_tokens = 0;   ///< of them found in part of a block
  int64_t evicted_blocks = 0;  ///< reusable once, given up for room
};

/// A tree of blocks: a block's children go on where its tokens end, so that a path from the root is
/// a whole prompt and keys and values are only shared behind the same tokens, compared one by one.
/// A block that nobody holds stays in the tree until room is needed; the one not used for the
/// longest time goes first, leaves before what they stand on.
class PrefixCache {
 public:
  static constexpr int32_t kRoot = -1;

  /// Without `reuse` nothing is ever found or kept.
  PrefixCache(int64_t blocks, bool reuse);

  int64_t blocks() const { return static_cast<int64_t>(blocks_.size()); }
  /// Blocks that Allocate can give out.
  int64_t available() const { return static_cast<int64_t>(free_.size()) + unheld_; }
  /// Blocks held by somebody.
  int64_t held() const { return blocks() - available(); }
  const PrefixStatistics& statistics() const { return statistics_; }

  /// The block behind `parent` (kRoot: a prompt's first) with exactly these tokens, held from now
  /// on, or -1.
  int32_t Find(int32_t parent, std::span<const int32_t> tokens);
  /// The block behind `parent` that shares most of its first tokens with `tokens`, held from now
  /// on, and their number; {-1, 0} if fewer than `least`.
  std::pair<int32_t, int64_t> FindPart(int32_t parent, std::span<const int32_t> tokens,
                                       int64_t least);
  /// Appends n blocks, held, to `table`. False, and nothing done, if there are not enough.
  bool Allocate(int64_t n, std::vector<int32_t>* table);
  /// `block`, held by the caller, now has the keys and values of the prompt tokens `tokens` behind
  /// `parent`. Returns the block the caller holds from now on: another one if it was there already.
  int32_t Publish(int32_t parent, std::span<const int32_t> tokens, int32_t block);
  /// The same for a block that its holder goes on filling: only its first tokens are a prompt's.
  /// The caller keeps its block.
  void PublishPart(int32_t parent, std::span<const int32_t> tokens, int32_t block);
  /// Gives up one hold on each; the table is left empty.
  void Release(std::vector<int32_t>* table);
  void Release(int32_t block);

  /// Counts what a prompt found.
  void Count(int64_t prompt_tokens, int64_t shared_tokens, int64_t copied_tokens);

 private:
  using Children = std::map<std::vector<int32_t>, int32_t, std::less<>>;
  struct Block {
    int32_t holders = 0;
    bool in_tree = false;
    int32_t parent = kRoot;
    uint64_t used = 0;  // the clock when it was last held
    Children::iterator entry;
    Children children;
  };

  Block& At(int32_t block) { return blocks_[static_cast<size_t>(block)]; }
  Children& ChildrenOf(int32_t parent) { return parent == kRoot ? root_ : At(parent).children; }
  /// The block that has these tokens: `block`, or the one that was there before.
  int32_t Insert(int32_t parent, std::span<const int32_t> tokens, int32_t block);
  void Hold(int32_t block);
  void UpdateLeaf(int32_t block);
  void Evict();

  bool reuse_;
  std::vector<Block> blocks_;
  std::vector<int32_t> free_;
  Children root_;
  int64_t unheld_ = 0;                             // in the tree, held by nobody
  std::set<std::pair<uint64_t, int32_t>> leaves_;  // of those, without children, by age
  uint64_t clock_ = 0;
  PrefixStatistics statistics_;
};

}  // namespace cria::infer
