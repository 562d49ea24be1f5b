// A model that knows what it was taught, kept on disk, and damaged ones.
#include "corpus/quality/language_id.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cria::corpus {
namespace {

TEST(LanguageId, TrainedOnTextsItKnowsThem) {
  LanguageSample sample, part;
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    LanguageSample& to = i % 2 == 0 ? sample : part;
    to.Add("The " + n + " house that we saw with the others was built by their fathers " + n, "en");
    to.Add("Das " + n + " Haus das wir mit den anderen sahen wurde von ihren Vätern gebaut " + n,
           "de");
  }
  LanguageSample merged = LanguageSample::FromText(part.ToText());
  sample.Merge(part);
  merged.Merge(sample);  // what is there already changes nothing
  const fs::path folder = testing::TempDir();
  const auto first = LanguageIdentifier::Train(sample);
  const auto guess = first.Identify("Wir sahen das Haus der anderen");
  EXPECT_EQ(guess.language, "de");
  EXPECT_EQ(
      guess.confidence,
      LanguageIdentifier::Train(merged).Identify("Wir sahen das Haus der anderen").confidence);
  EXPECT_EQ(first.Identify("the others saw the house").language, "en");
  EXPECT_EQ(first.report()["accuracy"].get<double>(), 1.0);

  first.Save(folder / "languages.bin");
  const auto back = LanguageIdentifier::Load(folder / "languages.bin");
  EXPECT_EQ(back.Identify("Wir sahen das Haus der anderen").confidence, guess.confidence);
  EXPECT_TRUE(back.Knows("de"));
  EXPECT_FALSE(back.Knows("fr"));
  EXPECT_EQ(back.report(), first.report());
  EXPECT_TRUE(back.MayOverrule("de"));
  EXPECT_FALSE(back.MayOverrule("fr"));
  // What it did not find in its own lines it may not deny.
  Json weak = first.report();
  weak["per_language"]["de"] = 0.25;
  WriteFile(folder / "languages.bin.json", weak.dump());
  EXPECT_FALSE(LanguageIdentifier::Load(folder / "languages.bin").MayOverrule("de"));
  EXPECT_TRUE(LanguageIdentifier::Load(folder / "languages.bin").MayOverrule("en"));
  // Whose model it is stands in the model itself.
  fs::remove(folder / "languages.bin.json");
  EXPECT_EQ(LanguageIdentifier::Load(folder / "languages.bin")
                .Identify("Wir sahen das Haus der anderen")
                .confidence,
            guess.confidence);
  EXPECT_FALSE(back.Identify("cria cria cria").language == "cria");
  // A part of a model is none.
  const std::string bytes = ReadFile(folder / "languages.bin");
  for (const size_t size : {bytes.size() - 1, bytes.size() / 2, size_t{3000}, size_t{100}}) {
    WriteFile(folder / "cut.bin", bytes.substr(0, size));
    EXPECT_THROW(LanguageIdentifier::Load(folder / "cut.bin"), Error) << size;
  }
}

TEST(LanguageId, SamplesAreBounded) {
  LanguageSample sample;
  for (int i = 0; i < 10000; ++i) {
    sample.Add("a line of text that is long enough to count, number " + std::to_string(i), "en");
  }
  sample.Add("short", "de");
  const std::string text = sample.ToText();
  EXPECT_EQ(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')),
            2 + LanguageSample::kMaxLines);
  sample.DropBelow(100);
  EXPECT_EQ(sample.languages(), 1u);
}

TEST(LanguageId, WhatIsNoModelSaysSo) {
  const fs::path path = fs::path(testing::TempDir()) / "no_model.bin";
  WriteFile(path, "this is no fastText model at all");
  EXPECT_THROW(LanguageIdentifier::Load(path), Error);
  EXPECT_THROW(LanguageIdentifier::Load(path.string() + ".none"), Error);
}

}  // namespace
}  // namespace cria::corpus
