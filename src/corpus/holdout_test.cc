// Duplicates, shares and their stability, and near-copies of held-out text.
#include "corpus/holdout.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "corpus/dedup.h"

namespace cria::corpus {
namespace {

std::string Words(uint64_t seed, int n) {
  RandomStream random(seed, RandomPurpose::kTest);
  std::string text;
  for (int i = 0; i < n; ++i)
    text += (i == 0 ? "w" : " w") + std::to_string(random.NextBelow(5000));
  return text;
}

Draft Make(const std::string& text, bool code = false) {
  Draft draft;
  draft.code = code;
  draft.document.text = text;
  draft.document.id = DocumentId("origin", text);
  return draft;
}

TEST(Dedup, ParagraphsAndDocuments) {
  Filters filters;
  filters.min_document_bytes = 50;
  const std::string a = Words(1, 20), b = Words(2, 20), c = Words(3, 20);
  std::vector<Draft> drafts = {Make(a + "\n\nHead\n\n" + b),
                               Make(a + "\n\nHead\n\n" + b),
                               Make(b + "\n\nHead\n\n" + c),
                               Make(b),
                               Make(a, true),
                               Make(a, true)};
  drafts[3].document.text = b + "\n\nEnd";
  Drops drops(1);
  DropDuplicates(Context(2), filters, &drafts, &drops);
  EXPECT_EQ(drafts[0].document.text, a + "\n\nHead\n\n" + b);
  EXPECT_TRUE(drafts[1].dropped);
  EXPECT_EQ(drafts[2].document.text, "Head\n\n" + c);
  EXPECT_TRUE(drafts[3].dropped);
  EXPECT_FALSE(drafts[4].dropped);  // code is compared as a whole
  EXPECT_TRUE(drafts[5].dropped);
  EXPECT_EQ(drops[0]["duplicate_document"].documents, 2);
  EXPECT_EQ(drops[0]["duplicate_paragraph"].documents, 2);
  EXPECT_EQ(drops[0]["short_after_dedup"].documents, 1);
}

TEST(Holdout, ShareBoundsAndStability) {
  Recipe recipe;
  recipe.sources.resize(1);
  recipe.holdout = {0.1, 0, 1'000'000};
  std::vector<Draft> drafts;
  int64_t bytes = 0;
  for (int i = 0; i < 500; ++i) {
    drafts.push_back(Make(Words(100 + i, 50)));
    bytes += int64_t(drafts.back().document.text.size());
  }
  const auto held = [&] {
    std::set<std::string> ids;
    int64_t sum = 0;
    for (Draft& draft : drafts) {
      if (draft.holdout) ids.insert(draft.document.id), sum += int64_t(draft.document.text.size());
      draft.holdout = false;
    }
    return std::pair(ids, sum);
  };
  ChooseHoldout(recipe, &drafts);
  const auto [ids, sum] = held();
  EXPECT_NEAR(double(sum), 0.1 * double(bytes), 500);
  std::reverse(drafts.begin(), drafts.end());
  ChooseHoldout(recipe, &drafts);
  EXPECT_EQ(held().first, ids);
  recipe.seed = 2;
  ChooseHoldout(recipe, &drafts);
  EXPECT_NE(held().first, ids);
  recipe.holdout = {0.1, 0, 5000};
  ChooseHoldout(recipe, &drafts);
  EXPECT_LE(held().second, 5000);
  recipe.holdout = {0.0001, 10'000, 20'000};
  ChooseHoldout(recipe, &drafts);
  EXPECT_NEAR(double(held().second), 10'000, 500);
}

TEST(Holdout, NearCopiesLeaveTheTrainingPart) {
  const std::string secret = Words(7, 100), other = Words(8, 100), third = Words(9, 100);
  std::string near = secret;
  near.replace(near.find(' '), 1, " changed ");  // one word differs
  std::vector<Draft> drafts = {Make(secret), Make(near),
                               Make(near + "\n\n" + other + "\n\n" + third), Make(other),
                               Make(secret, true)};
  drafts[0].holdout = true;
  Drops drops(1);
  DropNearCopies(Context(2), Filters(), &drafts, &drops);
  EXPECT_EQ(drafts[0].document.text, secret);
  EXPECT_TRUE(drafts[1].dropped);
  EXPECT_EQ(drafts[2].document.text, other + "\n\n" + third);
  EXPECT_EQ(drafts[3].document.text, other);
  EXPECT_TRUE(drafts[4].dropped);
  EXPECT_EQ(drops[0]["near_copy_document"].documents, 2);
  EXPECT_EQ(drops[0]["near_copy_paragraph"].documents, 1);
}

}  // namespace
}  // namespace cria::corpus
