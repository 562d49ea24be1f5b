// Where the newest tokens stood before.
#include "infer/prompt_lookup.h"

#include <gtest/gtest.h>

namespace cria::infer {
namespace {

using Ids = std::vector<int32_t>;

TEST(PromptLookup, TakesTheLongestMatchAndOfThoseTheLast) {
  //                0  1  2  3  4  5  6  7  8  9
  const Ids tokens{7, 8, 9, 1, 8, 9, 2, 0, 8, 9};
  EXPECT_EQ(LookUp(tokens, 4, 2, 3), (Ids{2, 0, 8}));
  EXPECT_EQ(LookUp(tokens, 4, 2, 1), (Ids{2}));
  const Ids longer{7, 8, 9, 1, 8, 9, 2, 7, 8, 9};
  EXPECT_EQ(LookUp(longer, 4, 2, 2), (Ids{1, 8}));  // 7 8 9 beats the nearer 8 9
  EXPECT_EQ(LookUp(longer, 2, 2, 2), (Ids{2, 7}));
}

TEST(PromptLookup, FindsNothingWhereNothingRepeats) {
  EXPECT_TRUE(LookUp(Ids{1, 2, 3, 4}, 4, 2, 3).empty());
  EXPECT_TRUE(LookUp(Ids{5, 2, 3, 6, 3}, 4, 2, 3).empty());  // one token is too little
  EXPECT_TRUE(LookUp(Ids{5}, 4, 2, 3).empty());
  EXPECT_TRUE(LookUp(Ids{}, 4, 1, 3).empty());
}

TEST(PromptLookup, MatchesMayOverlapTheEnd) {
  EXPECT_EQ(LookUp(Ids{4, 4, 4, 4}, 4, 2, 5), (Ids{4}));
  EXPECT_EQ(LookUp(Ids{1, 2, 1, 2, 1, 2}, 4, 2, 9), (Ids{1, 2}));
}

}  // namespace
}  // namespace cria::infer
