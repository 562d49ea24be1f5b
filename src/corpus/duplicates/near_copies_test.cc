// Documents and paragraphs that are nearly held-out text.
#include "corpus/duplicates/near_copies.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace cria::corpus {
namespace {

std::string Words(uint64_t seed, int n) {
  RandomStream random(seed, RandomPurpose::kTest);
  std::string text;
  for (int i = 0; i < n; ++i)
    text += (i == 0 ? "w" : " w") + std::to_string(random.NextBelow(5000));
  return text;
}

TEST(NearCopies, DocumentsParagraphsAndCode) {
  const std::string secret = Words(7, 100), other = Words(8, 100), third = Words(9, 100);
  std::string near = secret;
  near.replace(near.find(' '), 1, " changed ");  // one word differs
  NearCopies copies(0.5);
  EXPECT_TRUE(copies.empty());
  copies.HoldOut(secret);
  EXPECT_TRUE(copies.Judge(near, NearCopies::Unit::kParagraph).document);
  const auto mixed =
      copies.Judge(near + "\n\n" + other + "\n\n" + third, NearCopies::Unit::kParagraph);
  EXPECT_FALSE(mixed.document);
  EXPECT_EQ(mixed.paragraphs, 1);
  EXPECT_EQ(mixed.kept, other + "\n\n" + third);
  const std::string question = near + "\n\n" + other + "\n\n" + third;
  EXPECT_TRUE(copies.Judge(question, NearCopies::Unit::kTitled).document);
  EXPECT_FALSE(copies.Judge(other + "\n\n" + question, NearCopies::Unit::kTitled).document);
  EXPECT_FALSE(copies.Judge(other, NearCopies::Unit::kParagraph).document);
  EXPECT_EQ(copies.Judge(other, NearCopies::Unit::kParagraph).paragraphs, 0);
  EXPECT_TRUE(copies.Judge(secret, NearCopies::Unit::kText).document);
  EXPECT_FALSE(copies.Judge(secret + " " + other + " " + third, NearCopies::Unit::kText).document);
  EXPECT_FALSE(copies.Judge("too few words", NearCopies::Unit::kParagraph).document);
  // A list of short lines around one paragraph.
  std::string list = Words(20, 17);
  for (int i = 0; i < 40; ++i) list += "\n\n" + Words(100 + static_cast<uint64_t>(i), 4);
  copies.HoldOut(list);
  EXPECT_TRUE(copies.Judge(list, NearCopies::Unit::kParagraph).document);
}

TEST(NearCopies, HeadingsGoWithTheirText) {
  const std::string secret = Words(7, 40), other = Words(8, 100), third = Words(9, 100);
  NearCopies copies(0.5);
  copies.HoldOut(secret);
  const auto kept = [&](const std::string& text) {
    return copies.Judge(text, NearCopies::Unit::kParagraph).kept;
  };
  const std::string middle = other + "\n\nTheatres\n\n" + secret;
  const auto verdict = copies.Judge(middle + "\n\nParks\n\n" + third, NearCopies::Unit::kParagraph);
  EXPECT_FALSE(verdict.document);
  EXPECT_EQ(verdict.paragraphs, 2);
  EXPECT_EQ(verdict.kept, other + "\n\nParks\n\n" + third);
  EXPECT_EQ(kept(middle), other);
  // It heads what stays as well.
  EXPECT_EQ(kept(middle + "\n\n" + third), other + "\n\nTheatres\n\n" + third);
  EXPECT_EQ(kept(other + ".\n\n" + secret + "\n\nParks\n\n" + third),
            other + ".\n\nParks\n\n" + third);
  EXPECT_EQ(kept("Theatres\n\n" + secret + "\n\nParks\n\n" + third), "Parks\n\n" + third);
}

}  // namespace
}  // namespace cria::corpus
