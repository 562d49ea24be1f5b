// Codes, and languages from paths.
#include "corpus/language.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

TEST(Language, Codes) {
  EXPECT_TRUE(IsLanguageCode("de"));
  EXPECT_FALSE(IsLanguageCode("xx"));
  EXPECT_FALSE(IsLanguageCode(" d"));
  EXPECT_EQ(NormalizeLanguage("pt_BR"), "pt");
  EXPECT_EQ(NormalizeLanguage("sr@latin"), "sr");
  EXPECT_EQ(NormalizeLanguage("EN-us"), "en");
  EXPECT_EQ(NormalizeLanguage("C"), "en");
  EXPECT_EQ(NormalizeLanguage("german"), "");
  EXPECT_EQ(NormalizeLanguage(""), "");
}

TEST(Language, FromPath) {
  EXPECT_EQ(LanguageFromPath("usr/share/man/de/man1/ls.1.gz"), "de");
  EXPECT_EQ(LanguageFromPath("usr/share/help/pt_BR/x/y.page"), "pt");
  EXPECT_EQ(LanguageFromPath("usr/share/help/C/x/y.page"), "en");
  EXPECT_EQ(LanguageFromPath("faq/basics.fr.html"), "fr");
  EXPECT_EQ(LanguageFromPath("usr/share/man/man1/ls.1.gz"), "");
}

}  // namespace
}  // namespace cria::corpus
