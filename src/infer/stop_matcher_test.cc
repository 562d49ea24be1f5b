// Stop strings across borders of pieces, and what is held back.
#include "infer/stop_matcher.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace cria::infer {
namespace {

TEST(StopMatcher, HoldsBackWhatMayStillBecomeOne) {
  StopMatcher matcher({"</s>", "\n\n"});
  EXPECT_EQ(matcher.Feed("a<"), "a");
  EXPECT_EQ(matcher.Feed("b</"), "<b");
  EXPECT_EQ(matcher.Feed("s"), "");
  EXPECT_EQ(matcher.Feed("x\n"), "</sx");
  EXPECT_FALSE(matcher.stopped());
  EXPECT_EQ(matcher.Feed("\nrest"), "");
  EXPECT_TRUE(matcher.stopped());
  EXPECT_EQ(matcher.match(), "\n\n");
  EXPECT_EQ(matcher.Feed("more"), "");
  EXPECT_EQ(matcher.Flush(), "");
}

TEST(StopMatcher, FlushGivesWhatBecameNone) {
  StopMatcher matcher({"stop"});
  EXPECT_EQ(matcher.Feed("don't sto"), "don't ");
  EXPECT_EQ(matcher.Flush(), "sto");
}

TEST(StopMatcher, WithoutStringsNothingIsHeld) {
  StopMatcher matcher;
  EXPECT_EQ(matcher.Feed("abc"), "abc");
  EXPECT_EQ(matcher.Flush(), "");
}

// The rule said plainly: byte by byte, the first place where some stop string ends.
std::pair<std::string, std::string> Plain(const std::string& text,
                                          const std::vector<std::string>& stops) {
  for (size_t end = 1; end <= text.size(); ++end) {
    std::string best;
    for (const std::string& stop : stops) {
      if (text.substr(0, end).ends_with(stop) && stop.size() > best.size()) best = stop;
    }
    if (!best.empty()) return {text.substr(0, end - best.size()), best};
  }
  return {text, ""};
}

TEST(StopMatcher, DoesNotDependOnHowTheTextIsCut) {
  RandomStream random(1, RandomPurpose::kTest);
  const auto word = [&](uint64_t most) {
    std::string w;
    for (uint64_t n = 1 + random.NextBelow(most); n > 0; --n)
      w += static_cast<char>('a' + random.NextBelow(2));
    return w;
  };
  int stopped = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::vector<std::string> stops = {word(5) + "a", word(6) + "b", word(7)};
    const std::string text = word(20);
    StopMatcher matcher(stops);
    std::string out;
    for (size_t at = 0; at < text.size();) {
      const size_t n = 1 + random.NextBelow(4);
      out += matcher.Feed(text.substr(at, n));
      at += n;
    }
    out += matcher.Flush();
    const auto expected = Plain(text, stops);
    ASSERT_EQ(out, expected.first) << text;
    ASSERT_EQ(matcher.match(), expected.second) << text;
    stopped += matcher.stopped() ? 1 : 0;
  }
  EXPECT_GT(stopped, 500);
  EXPECT_LT(stopped, 2900);
}

}  // namespace
}  // namespace cria::infer
