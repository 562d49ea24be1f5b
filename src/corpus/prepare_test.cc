// Parts of long texts: programs are judged as a whole, prose by its parts.
#include "corpus/prepare.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

class PrepareTest : public testing::Test {
 protected:
  void Run(const std::string& kind, const std::string& text) {
    const Recipe recipe = ParseRecipe("name = \"r\"\n[[source]]\nname = \"s\"\nkind = \"" + kind +
                                          "\"\npath = \".\"\nreader = \"text\"\n"
                                          "[corpus.filters]\nmax_document_bytes = 4000\n",
                                      testing::TempDir(), "r.toml");
    Document document;
    document.text = text;
    document.meta = {{"origin", "a"}};
    parts_ = 0;
    kept_.clear();
    DropLog drops;
    Preparer(recipe).Prepare(0, document, &drops, [&](Document part) {
      ++parts_;
      kept_ += part.text;
    });
  }
  int parts_ = 0;
  std::string kept_;
};

std::string Lines(int n, const std::string& line) {
  std::string text;
  for (int i = 0; i < n; ++i) text += line + std::to_string(i) + ";\n" + (i % 8 == 7 ? "\n" : "");
  return text;
}

TEST_F(PrepareTest, APartOfAProgramSharesItsFate) {
  const std::string good = Lines(600, "int some_variable_or_other = ");
  // One part alone would be too long in its lines, the whole is not.
  const std::string wide = Lines(20, "auto x = \"" + std::string(180, 'a') + "\" + ");
  Run("code", good + wide + good);
  EXPECT_GT(parts_, 8);
  EXPECT_NE(kept_.find(std::string(180, 'a')), std::string::npos);
  // A line that no program has refuses all of it, and so does a table of signs.
  Run("code", good + std::string(1200, 'x') + "\n" + good);
  EXPECT_EQ(parts_, 0);
  Run("code", good + Lines(2500, "{{{{{{{{{{,,,,,,,,,,}}}}}}}}}}"));
  EXPECT_EQ(parts_, 0);
  Run("code", "x = 1\n");
  EXPECT_EQ(parts_, 0);
}

}  // namespace
}  // namespace cria::corpus
