// Tokens along texts, counted by hand.
#include "eval/remote/token_alignment.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cria::eval {
namespace {

constexpr const char* kFace = "\xF0\x9F\x99\x82";  // U+1F642
constexpr const char* kUnknown = "\xEF\xBF\xBD";   // U+FFFD
constexpr const char* kBlank = "\xE2\x96\x81";     // U+2581

std::vector<RemoteToken> Tokens(const std::vector<std::string>& texts,
                                const std::vector<int64_t>& offsets = {}) {
  std::vector<RemoteToken> tokens;
  for (size_t i = 0; i < texts.size(); ++i) {
    tokens.push_back({.text = texts[i], .logprob = -1.0});
    if (!offsets.empty()) tokens.back().offset = offsets[i];
  }
  return tokens;
}

// "first end", or "error".
std::string Find(const std::vector<RemoteToken>& tokens, const std::string& context,
                 const std::string& continuation, size_t generated = 0) {
  try {
    const CountedTokens counted =
        FindContinuation(tokens, context + continuation, context.size(), generated, "test");
    return fmt::format("{} {}", counted.first, counted.end);
  } catch (const Error&) {
    return "error";
  }
}

TEST(TokenAlignment, PlainTokens) {
  EXPECT_EQ(Find(Tokens({"The", " cat", " sat"}), "The", " cat sat"), "1 3");
  EXPECT_EQ(Find(Tokens({"The", " cat", " sat"}), "The cat", " sat"), "2 3");
  EXPECT_EQ(Find(Tokens({"The"}), "", "The"), "0 1");
  // One that straddles the border.
  EXPECT_EQ(Find(Tokens({"a", "bc", "d"}), "ab", "cd"), "1 3");
  EXPECT_EQ(Find(Tokens({"abcd"}), "ab", "cd"), "0 1");
  // Offsets that are wrong do not matter where the strings are clear.
  EXPECT_EQ(Find(Tokens({"a", "bc", "d"}, {0, 7, -1}), "ab", "cd"), "1 3");
}

TEST(TokenAlignment, BeginningOfText) {
  EXPECT_EQ(Find(Tokens({"<s>", "The", " cat"}), "The", " cat"), "2 3");
  EXPECT_EQ(Find(Tokens({"<s>", "The", " cat"}), "", "The cat"), "1 3");
  EXPECT_EQ(Find(Tokens({"", "The", " cat"}), "", "The cat"), "1 3");
  EXPECT_EQ(Find(Tokens({"<s>", std::string(kBlank) + "The", std::string(kBlank) + "cat"}), "The",
                 " cat"),
            "2 3");
  // A text that says so itself.
  EXPECT_EQ(Find(Tokens({"<s>", " x"}), "<s>", " x"), "1 2");
  // Only in front.
  EXPECT_EQ(Find(Tokens({"The", "</s>", " cat"}), "The", " cat"), "error");
}

TEST(TokenAlignment, BlanksLeftOut) {
  EXPECT_EQ(Find(Tokens({"The", "cat", "sat", "."}), "The cat", " sat."), "2 4");
  // Strings as they stand go before those with blanks put in.
  EXPECT_EQ(Find(Tokens({"a", " ", " b"}), "a ", " b"), "2 3");
  EXPECT_EQ(Find(Tokens({"a", " ", "b"}), "a ", " b"), "error");
  EXPECT_EQ(Find(Tokens({"a", " ", "b", "c"}), "a  b", " c"), "3 4");
}

TEST(TokenAlignment, PartsOfCharacters) {
  const std::string face = kFace;
  EXPECT_EQ(Find(Tokens({"a", "bytes:\\xf0\\x9f", "bytes:\\x99\\x82"}), "a", face), "1 3");
  EXPECT_EQ(Find(Tokens({"a", "bytes: \\xf0\\x9f", "bytes:\\x99\\x82b"}), "a", " " + face + "b"),
            "1 3");
  EXPECT_EQ(Find(Tokens({"a", "<0xF0>", "<0x9F>", "<0x99>", "<0x82>", "b"}), "a" + face, "b"),
            "5 6");
  // A text in which such a thing stands.
  EXPECT_EQ(Find(Tokens({"<0x0A>", " x"}), "<0x0A>", " x"), "1 2");
  EXPECT_EQ(Find(Tokens({"bytes:\\x41", " x"}), "bytes:\\x41", " x"), "1 2");
  // Held back until the last byte: the empty ones belong to it.
  EXPECT_EQ(Find(Tokens({"a", "", "", face}), "a", face), "1 4");
  EXPECT_EQ(Find(Tokens({"a", "", "", face, "b"}), "a" + face, "b"), "4 5");
}

TEST(TokenAlignment, UnknownParts) {
  const std::string face = kFace, u = kUnknown;
  EXPECT_EQ(Find(Tokens({u, u, u, u, " b"}), face, " b"), "4 5");
  EXPECT_EQ(Find(Tokens({"a", u, u, " b"}), "a", face + " b"), "1 4");
  // Six parts of 4 + 2 bytes: only one way.
  EXPECT_EQ(Find(Tokens({"x", u, u, u, u, u, u}), "x" + face, "\xC3\xA9"), "5 7");
  // Six of 4 + 4 bytes: three ways, so that offsets must tell.
  EXPECT_EQ(Find(Tokens({u, u, u, u, u, u}), face, face), "error");
  EXPECT_EQ(Find(Tokens({u, u, u, u, u, u}, {0, 0, 0, 1, 1, 1}), face, face), "3 6");
  EXPECT_EQ(Find(Tokens({u, u, u, u, u, u}, {0, 1, 4, 5, 6, 7}), face, face), "2 6");
  // One token over the border and back.
  EXPECT_EQ(Find(Tokens({"a" + u, u + "b"}), "a" + face, "b"), "1 2");
  // A whole character is not unknown; a text may hold U+FFFD.
  EXPECT_EQ(Find(Tokens({"a", u}), "a", "\xC3\xA9"), "error");
  EXPECT_EQ(Find(Tokens({"a", u, "b"}), "a" + u, "b"), "2 3");
}

TEST(TokenAlignment, OffsetsWhereStringsDoNotFit) {
  const std::string e = "\xC3\xA9";  // 2 bytes
  // The second token's string is a repair of some kind that is not known here.
  EXPECT_EQ(
      Find(Tokens({e, std::string(kUnknown) + kUnknown + kUnknown, " b"}, {0, 1, 2}), e + e, " b"),
      "2 3");
  EXPECT_EQ(
      Find(Tokens({e, std::string(kUnknown) + kUnknown + kUnknown, " b"}, {0, 2, 4}), e + e, " b"),
      "2 3");
  EXPECT_EQ(
      Find(Tokens({e, std::string(kUnknown) + kUnknown + kUnknown, " b"}, {0, 3, 4}), e + e, " b"),
      "error");
  EXPECT_EQ(Find(Tokens({"a", "X", "b"}, {0, 1, 2}), "a", "cb"), "error");
  EXPECT_EQ(Find(Tokens({"a", "b"}, {0, 1}), "a", "cb"), "error");
  EXPECT_EQ(Find({}, "a", "b"), "error");
}

TEST(TokenAlignment, GeneratedTokens) {
  EXPECT_EQ(Find(Tokens({"The", " cat", " sat"}), "The", " cat", 1), "1 2");
  EXPECT_EQ(Find(Tokens({"The", " cat"}), "The", " cat", 1), "1 2");
  EXPECT_EQ(Find(Tokens({"The", " cat", " sat"}), "The", " cat", 0), "error");
  const std::string u = kUnknown;
  EXPECT_EQ(Find(Tokens({"a", u, u, u, u, u}), "a", kFace, 1), "1 5");
  EXPECT_EQ(Find(Tokens({"x"}), "a", "b", 1), "error");
}

// Endless ways are given up, not followed.
TEST(TokenAlignment, HostileTokens) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += kFace;
  const std::vector<std::string> parts(15000, kUnknown);
  EXPECT_EQ(Find(Tokens(parts), text, "b"), "error");
  std::string all;
  for (int i = 0; i < 15000; ++i) all += kUnknown;
  EXPECT_EQ(Find(Tokens({all}), text, "b"), "error");
  EXPECT_EQ(Find(Tokens(std::vector<std::string>(100000, "")), "a", "b"), "error");
  EXPECT_EQ(Find(Tokens({"bytes:", "bytes:\\x", "<0x>", "<0xZZ>"}), "a", "b"), "error");
}

}  // namespace
}  // namespace cria::eval
