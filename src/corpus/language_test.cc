// Codes, languages from paths, and a model that knows what it was taught.
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

TEST(Language, TrainedOnTextsItKnowsThem) {
  std::string english, german;
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    english +=
        "The " + n + " house that we saw with the others was built by their fathers " + n + "\n";
    german += "Das " + n + " Haus das wir mit den anderen sahen wurde von ihren Vätern gebaut " +
              n + "\n";
  }
  const std::vector<LabelledText> texts = {{english, "en"}, {german, "de"}};
  const LanguageIdentifier first(texts, testing::TempDir()), second(texts, testing::TempDir());
  const auto guess = first.Identify("Wir sahen das Haus der anderen");
  EXPECT_EQ(guess.language, "de");
  EXPECT_EQ(guess.confidence, second.Identify("Wir sahen das Haus der anderen").confidence);
  EXPECT_EQ(first.Identify("the others saw the house").language, "en");
  EXPECT_EQ(first.report()["accuracy"].get<double>(), 1.0);
  EXPECT_FALSE(fs::exists(fs::path(testing::TempDir()) / "language_id_training.tmp"));
}

}  // namespace
}  // namespace cria::corpus
