// Brackets of Serbian and Chinese pages.
#include "corpus/formats/wiki/wikitext_variants.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

TEST(WikitextVariants, TheFirstTextIsShown) {
  EXPECT_EQ(WikitextVariant({"Београд"}), "Београд");
  EXPECT_EQ(WikitextVariant({"sr-ec: мајка; sr-el: majka"}), "мајка");
  EXPECT_EQ(WikitextVariant({"A", "zh-cn:打印机;zh-tw:印表機"}), "打印机");
  EXPECT_EQ(WikitextVariant({"H", "zh-cn:打印机;zh-tw:印表機"}), "");
  EXPECT_EQ(WikitextVariant({"at 10 h: rest"}), "at 10 h: rest");
  EXPECT_EQ(WikitextVariant({""}), "");
}

TEST(WikitextVariants, OnlyWhereAPageHasTwoScripts) {
  EXPECT_TRUE(HasWikitextVariants("zh"));
  EXPECT_FALSE(HasWikitextVariants("en"));
  EXPECT_FALSE(HasWikitextVariants(""));
}

}  // namespace
}  // namespace cria::corpus
