// Shares and their stability.
#include "corpus/holdout.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace cria::corpus {
namespace {

struct Offered {
  std::vector<HoldoutCandidates::Candidate> all;
  int64_t bytes = 0;
};

Offered Documents(int n) {
  RandomStream random(5, RandomPurpose::kTest);
  Offered offered;
  for (int i = 0; i < n; ++i) {
    const auto size = static_cast<int64_t>(100 + random.NextBelow(400));
    offered.all.push_back({HoldoutHash(std::to_string(i), 1), size});
    offered.bytes += size;
  }
  return offered;
}

std::unordered_set<uint64_t> Choose(const Holdout& rule, const Offered& offered, int groups = 1) {
  std::vector<HoldoutCandidates> parts(static_cast<size_t>(groups), HoldoutCandidates(rule));
  for (size_t i = 0; i < offered.all.size(); ++i) {
    parts[i % parts.size()].Offer(offered.all[i].hash, offered.all[i].bytes);
  }
  HoldoutCandidates all(rule);
  for (size_t p = parts.size(); p > 0; --p) all.Merge(parts[p - 1]);
  return all.Choose();
}

int64_t Bytes(const Offered& offered, const std::unordered_set<uint64_t>& chosen) {
  int64_t bytes = 0;
  for (const auto& candidate : offered.all) {
    if (chosen.contains(candidate.hash)) bytes += candidate.bytes;
  }
  return bytes;
}

TEST(Holdout, SharesAndBounds) {
  const Offered offered = Documents(500);
  const auto tenth = Choose({0.1, 0, 1'000'000}, offered);
  EXPECT_LE(Bytes(offered, tenth), offered.bytes / 10);
  EXPECT_GE(Bytes(offered, tenth), offered.bytes / 10 - 500);
  EXPECT_EQ(Choose({0.5, 0, 1'000'000}, offered), tenth);  // a tenth is the most
  EXPECT_LE(Bytes(offered, Choose({0.5, 0, 3000}, offered)), 3000);
  const int64_t least = Bytes(offered, Choose({0.001, 5000, 1'000'000}, offered));
  EXPECT_LE(least, 5000);
  EXPECT_GE(least, 4500);
  EXPECT_TRUE(Choose({0, 0, 0}, offered).empty());
}

// Sources of any number of documents, of like lengths and with giants among them.
TEST(Holdout, NeverPassesShareNorATenth) {
  RandomStream random(7, RandomPurpose::kTest);
  for (int n = 1; n < 60; ++n) {
    Offered offered = Documents(n);
    for (int i = 0; i < n; i += 5) {
      const auto more = static_cast<int64_t>(random.NextBelow(5000));
      offered.all[static_cast<size_t>(i)].bytes += more;
      offered.bytes += more;
    }
    for (const double share : {0.01, 0.05, 0.1, 0.3}) {
      EXPECT_LE(static_cast<double>(Bytes(offered, Choose({share, 0, 1 << 20}, offered))),
                std::min(share, 0.1) * static_cast<double>(offered.bytes));
    }
    const auto small = Choose({0.01, 200'000, 400'000}, offered);
    EXPECT_LE(Bytes(offered, small), offered.bytes / 10);
    // The shortest of ten is no longer than a tenth of them.
    EXPECT_TRUE(n < 10 || !small.empty()) << n;
  }
  EXPECT_TRUE(Choose({0.1, 1000, 1000}, Documents(2)).empty());
}

TEST(Holdout, TheSameHoweverItIsOffered) {
  const Offered offered = Documents(2000);
  const Holdout rule = {0.05, 0, 20'000};
  const auto chosen = Choose(rule, offered);
  EXPECT_EQ(Choose(rule, offered, 7), chosen);
  // Other documents beside them change little: what was chosen stays chosen up to the bound.
  Offered more = offered;
  for (int i = 0; i < 50; ++i) more.all.push_back({HoldoutHash("new" + std::to_string(i), 1), 300});
  const auto again = Choose(rule, more);
  size_t kept = 0;
  for (const uint64_t hash : chosen) kept += again.contains(hash);
  EXPECT_GT(kept, chosen.size() * 8 / 10);
}

// More candidates than are remembered: the choice does not depend on what was forgotten.
TEST(Holdout, ForgetsWhatCannotBeChosen) {
  const Holdout rule = {0.01, 0, 2000};
  HoldoutCandidates all(rule);
  Offered offered;
  for (int i = 0; i < 1'300'000; ++i) {
    offered.all.push_back({HoldoutHash(std::to_string(i), 1), 100});
    all.Offer(offered.all.back().hash, 100);
  }
  EXPECT_LT(all.candidates().size(), offered.all.size());
  std::sort(offered.all.begin(), offered.all.end());
  const auto chosen = all.Choose();
  EXPECT_EQ(chosen.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(chosen.contains(offered.all[i].hash));
}

// Where nothing can be forgotten, trims stay few.
TEST(Holdout, LargeShares) {
  HoldoutCandidates all({0.5, 0, int64_t{1} << 40});
  for (int i = 0; i < 1'200'000; ++i) all.Offer(HoldoutHash(std::to_string(i), 1), 100);
  EXPECT_EQ(all.candidates().size(), 1'200'000u);
  EXPECT_EQ(all.Choose().size(), 120'000u);
}

}  // namespace
}  // namespace cria::corpus
