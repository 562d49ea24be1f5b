// Duplicates by buckets against a plain table, in memory, on disk and over ranks.
#include "corpus/duplicates/exact.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "comm/local_ranks.h"
#include "corpus/duplicates/units.h"

namespace cria::corpus {
namespace {

using PartKeys = std::vector<std::vector<uint64_t>>;

// Keys over the whole range, of which many are equal; within a part none.
PartKeys SomeKeys(int parts, int per_part) {
  RandomStream random(3, RandomPurpose::kTest);
  PartKeys all(static_cast<size_t>(parts));
  for (auto& keys : all) {
    std::set<uint64_t> seen;
    while (static_cast<int>(keys.size()) < per_part) {
      const uint64_t key =
          1 + random.NextBelow(uint64_t(parts) * per_part / 2) * 0x9e3779b97f4a7c15;
      if (seen.insert(key).second) keys.push_back(key);
    }
  }
  return all;
}

std::vector<std::vector<bool>> Expected(const PartKeys& parts) {
  std::map<uint64_t, int> count, seen;
  for (const auto& keys : parts) {
    for (const uint64_t key : keys) ++count[key];
  }
  std::vector<std::vector<bool>> removed;
  for (const auto& keys : parts) {
    removed.emplace_back();
    for (const uint64_t key : keys) {
      removed.back().push_back(DropsEvery(key) ? count[key] > 1 : seen[key]++ > 0);
    }
  }
  return removed;
}

fs::path Scratch(const char* name) { return fs::path(testing::TempDir()) / name; }

TEST(ExactDuplicates, EqualsAPlainTable) {
  const PartKeys parts = SomeKeys(9, 500);
  const auto expected = Expected(parts);
  for (const int64_t memory_bytes : {int64_t{1} << 30, int64_t{10'000}}) {
    ExactDuplicates duplicates(Scratch("exact"), 9, memory_bytes, {});
    for (int64_t part : {4, 0, 8, 1, 7, 2, 3, 6, 5}) duplicates.Add(part, parts[part]);
    duplicates.Resolve(Context(2));
    EXPECT_EQ(duplicates.spilled_bytes() > 0, memory_bytes < 100'000);
    for (size_t part = 0; part < parts.size(); ++part) {
      EXPECT_EQ(duplicates.Removed(static_cast<int64_t>(part), 500), expected[part]) << part;
    }
  }
  EXPECT_FALSE(fs::exists(Scratch("exact") / "keys-0"));
}

TEST(ExactDuplicates, OverRanks) {
  const PartKeys parts = SomeKeys(9, 300);
  const auto expected = Expected(parts);
  for (const int size : {2, 3}) {
    comm::RunRanks(size, [&](comm::Communicator& own) {
      const Team team{&own};
      ExactDuplicates duplicates(Scratch("ranks"), 9, 20'000, team);
      for (int64_t part = 0; part < 9; ++part) {
        if (team.Has(part)) duplicates.Add(part, parts[part]);
      }
      duplicates.Resolve(Context(1));
      for (int64_t part = 0; part < 9; ++part) {
        if (!team.Has(part)) continue;
        CRIA_CHECK(duplicates.Removed(part, 300) == expected[part], "part {}", part);
      }
    });
  }
}

TEST(ExactDuplicates, MorePartsThanGroups) {
  ExactDuplicates duplicates(Scratch("many"), 5000, 1 << 20, {});
  for (int64_t part = 0; part < 5000; ++part) {
    duplicates.Add(part, {42, 2 * (static_cast<uint64_t>(part) + 100)});
  }
  duplicates.Resolve(Context(1));
  EXPECT_EQ(duplicates.Removed(0, 2), (std::vector<bool>{false, false}));
  for (const int64_t part : {1, 77, 4999}) {
    EXPECT_EQ(duplicates.Removed(part, 2), (std::vector<bool>{true, false})) << part;
  }
}

}  // namespace
}  // namespace cria::corpus
