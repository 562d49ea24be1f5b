// Sharing, copies of parts, the order of eviction, and that no block is ever lost.
#include "infer/prefix_cache.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace cria::infer {
namespace {

using Ids = std::vector<int32_t>;

TEST(PrefixCache, SharesWholeBlocksBehindTheSameTokens) {
  PrefixCache cache(4, true);
  Ids a;
  ASSERT_TRUE(cache.Allocate(2, &a));
  a[0] = cache.Publish(PrefixCache::kRoot, Ids{1, 2}, a[0]);
  a[1] = cache.Publish(a[0], Ids{3, 4}, a[1]);
  EXPECT_EQ(cache.Find(PrefixCache::kRoot, Ids{3, 4}), -1);  // behind other tokens
  Ids b = {cache.Find(PrefixCache::kRoot, Ids{1, 2})};
  EXPECT_EQ(b[0], a[0]);
  EXPECT_EQ(cache.held(), 2);
  // Computed twice at once: the second gets the first's.
  Ids own;
  ASSERT_TRUE(cache.Allocate(1, &own));
  EXPECT_EQ(cache.Publish(b[0], Ids{3, 4}, own[0]), a[1]);
  b.push_back(a[1]);
  EXPECT_EQ(cache.held(), 2);
  cache.Release(&a);
  EXPECT_EQ(cache.held(), 2);
  cache.Release(&b);
  EXPECT_EQ(cache.held(), 0);
  EXPECT_EQ(cache.available(), 4);
}

TEST(PrefixCache, FindsTheLongestPart) {
  PrefixCache cache(6, true);
  Ids a;
  ASSERT_TRUE(cache.Allocate(4, &a));
  cache.Publish(PrefixCache::kRoot, Ids{1, 2, 3, 4}, a[0]);
  cache.Publish(PrefixCache::kRoot, Ids{1, 2, 9, 9}, a[1]);
  cache.Publish(PrefixCache::kRoot, Ids{5, 0, 0, 0}, a[2]);
  cache.PublishPart(PrefixCache::kRoot, Ids{1, 2, 3}, a[3]);
  const auto part = [&](const Ids& tokens, int64_t least) {
    const auto found = cache.FindPart(PrefixCache::kRoot, tokens, least);
    if (found.first >= 0) cache.Release(found.first);
    return found;
  };
  EXPECT_EQ(part({1, 2, 9, 7}, 2), (std::pair<int32_t, int64_t>{a[1], 3}));
  EXPECT_EQ(part({1, 2, 3, 7}, 2).second, 3);
  EXPECT_EQ(part({1, 2, 3, 4}, 2), (std::pair<int32_t, int64_t>{a[0], 4}));
  EXPECT_EQ(part({5, 1}, 2).first, -1);
  EXPECT_EQ(part({5, 1}, 1).second, 1);
  EXPECT_EQ(part({0, 1}, 1).first, -1);
  // A part that is there already leaves the block alone.
  Ids b;
  ASSERT_TRUE(cache.Allocate(1, &b));
  cache.PublishPart(PrefixCache::kRoot, Ids{1, 2, 3}, b[0]);
  cache.Release(&b);
  cache.Release(&a);
  EXPECT_EQ(cache.available(), 6);
}

TEST(PrefixCache, EvictsTheLeastRecentlyUsedLeafFirst) {
  PrefixCache cache(4, true);
  Ids a, b, c;
  ASSERT_TRUE(cache.Allocate(2, &a) && cache.Allocate(2, &b));
  for (Ids* chain : {&a, &b}) {
    const int32_t first = chain == &a ? 1 : 2;
    (*chain)[0] = cache.Publish(PrefixCache::kRoot, Ids{first, 0}, (*chain)[0]);
    (*chain)[1] = cache.Publish((*chain)[0], Ids{7, 7}, (*chain)[1]);
  }
  const Ids a_was = a, b_was = b;
  cache.Release(&a);
  cache.Release(&b);
  // a is used once more, so b is the older.
  a = {cache.Find(PrefixCache::kRoot, Ids{1, 0})};
  a.push_back(cache.Find(a[0], Ids{7, 7}));
  EXPECT_EQ(a, a_was);
  cache.Release(&a);
  ASSERT_TRUE(cache.Allocate(1, &c));
  EXPECT_EQ(c[0], b_was[1]);  // its end, then what it stands on
  ASSERT_TRUE(cache.Allocate(1, &c));
  EXPECT_EQ(c[1], b_was[0]);
  EXPECT_EQ(cache.statistics().evicted_blocks, 2);
  // Held blocks stay.
  a = {cache.Find(PrefixCache::kRoot, Ids{1, 0})};
  EXPECT_EQ(cache.available(), 1);
  EXPECT_FALSE(cache.Allocate(2, &c));
  EXPECT_EQ(c.size(), 2);
  ASSERT_TRUE(cache.Allocate(1, &c));
  EXPECT_EQ(c[2], a_was[1]);
  EXPECT_FALSE(cache.Allocate(1, &c));
}

TEST(PrefixCache, WithoutReuseNothingIsKept) {
  PrefixCache cache(2, false);
  Ids a;
  ASSERT_TRUE(cache.Allocate(1, &a));
  EXPECT_EQ(cache.Publish(PrefixCache::kRoot, Ids{1}, a[0]), a[0]);
  EXPECT_EQ(cache.Find(PrefixCache::kRoot, Ids{1}), -1);
}

// Random prompts come and go; a model of the tree that keeps every prompt's tokens says what a
// block must hold.
TEST(PrefixCache, RandomUseLosesNoBlockAndMixesNothingUp) {
  constexpr int64_t kBlocks = 20;
  PrefixCache cache(kBlocks, true);
  std::vector<Ids> content(kBlocks);  // whole prompt up to the end of each block
  std::vector<Ids> tables;
  RandomStream random(1, RandomPurpose::kTest);
  int64_t found_blocks = 0;
  for (int round = 0; round < 5000; ++round) {
    if (!tables.empty() && random.NextBelow(2) == 0) {
      const size_t which = random.NextBelow(tables.size());
      cache.Release(&tables[which]);
      tables.erase(tables.begin() + static_cast<std::ptrdiff_t>(which));
      continue;
    }
    Ids table, prompt;
    for (int b = 0; b < 4; ++b) {
      const Ids tokens = {static_cast<int32_t>(random.NextBelow(3)), 5};
      prompt.insert(prompt.end(), tokens.begin(), tokens.end());
      const int32_t parent = table.empty() ? PrefixCache::kRoot : table.back();
      const int32_t found = cache.Find(parent, tokens);
      if (found >= 0) {
        EXPECT_EQ(content[static_cast<size_t>(found)], prompt);
        table.push_back(found);
        ++found_blocks;
        continue;
      }
      if (!cache.Allocate(1, &table)) break;
      content[static_cast<size_t>(table.back())] = prompt;
      EXPECT_EQ(cache.Publish(parent, tokens, table.back()), table.back());
    }
    tables.push_back(table);
    std::set<int32_t> held;
    for (const Ids& t : tables) held.insert(t.begin(), t.end());
    ASSERT_EQ(cache.held(), std::ssize(held));
  }
  EXPECT_GT(found_blocks, 500);
  EXPECT_GT(cache.statistics().evicted_blocks, 100);
  for (Ids& table : tables) cache.Release(&table);
  Ids all;
  EXPECT_TRUE(cache.Allocate(kBlocks, &all));
}

}  // namespace
}  // namespace cria::infer
