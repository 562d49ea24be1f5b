// Sources and proportions, faults by line, and that the shipped recipe parses.
#include "corpus/recipe.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cria::corpus {
namespace {

Recipe Parse(const std::string& text) { return ParseRecipe(text, "/recipes", "r.toml"); }

std::string Fault(const std::string& text) {
  try {
    Parse(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Recipe, ReadsSourcesAndProportions) {
  const Recipe recipe = Parse(R"(
name = "r"
seed = 7
[train]
minutes = 10
[corpus.holdout]
share = 0.02
[[source]]
name = "a"
kind = "books"
weight = 3
path = "texts"
[[source]]
name = "b"
kind = "code"
[[source.input]]
debian = ["pkg-one", "pkg2"]
files = ["*.py"]
licence = "PSF"
)");
  ASSERT_EQ(recipe.sources.size(), 2u);
  EXPECT_EQ(recipe.seed, 7u);
  EXPECT_DOUBLE_EQ(recipe.holdout.share, 0.02);
  EXPECT_DOUBLE_EQ(recipe.sources[0].proportion, 0.75);
  EXPECT_EQ(recipe.sources[0].inputs[0].path, "/recipes/texts");
  EXPECT_EQ(recipe.sources[1].kind, SourceKind::kCode);
  EXPECT_EQ(recipe.sources[1].inputs[0].debian.size(), 2u);
  EXPECT_EQ(RecipeToJson(recipe)["sources"][1]["inputs"][0]["licence"], "PSF");
}

TEST(Recipe, OfAModelAloneHasNoSourceAndBuildsNoCorpus) {
  const Recipe recipe = ParseRecipe("name = \"llama\"\n[model]\npreset = \"7B\"\n", "/", "r.toml");
  EXPECT_TRUE(recipe.sources.empty());
  try {
    RequireSources(recipe, "r.toml");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("names no source"), std::string::npos);
  }
}

TEST(Recipe, FaultsNameTheLine) {
  EXPECT_NE(Fault("[[source]\n").find("r.toml:1"), std::string::npos);
  EXPECT_NE(Fault("[[source]]\nname = \"a\"\n").find("no input"), std::string::npos);
  EXPECT_NE(Fault("[[source]]\nname = \"a\"\npath = \"x\"\nwieght = 1\n").find("\"wieght\""),
            std::string::npos);
  EXPECT_NE(Fault("[[source]]\nname = \"../a\"\npath = \"x\"\n").find("needs a name"),
            std::string::npos);
  EXPECT_NE(Fault("[[source]]\nname = \"a\"\npath = \"x\"\nweight = -1\n").find("weight"),
            std::string::npos);
  EXPECT_NE(Fault("[[source]]\nname = \"a\"\npath = \"x\"\nreader = \"pdf\"\n").find("choose one"),
            std::string::npos);
  EXPECT_NE(Fault("[[source]]\nname = \"a\"\ndebian = [\"-x; rm\"]\n").find("package name"),
            std::string::npos);
  EXPECT_NE(Fault("[[source]]\nname=\"a\"\npath=\"x\"\n[[source]]\nname=\"a\"\npath=\"y\"\n")
                .find("two sources"),
            std::string::npos);
}

TEST(Recipe, ShippedDemoParses) {
  const fs::path demo = fs::path(CRIA_SOURCE_DIR) / "recipes/demo.toml";
  const Recipe recipe = ReadRecipe(demo);
  EXPECT_GE(recipe.sources.size(), 6u);
}

}  // namespace
}  // namespace cria::corpus
