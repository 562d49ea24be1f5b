// Globs, order, and that links are not followed.
#include "corpus/file_list.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cria::corpus {
namespace {

TEST(FileList, Globs) {
  EXPECT_TRUE(GlobMatch("*.html", "a/b/c.html"));
  EXPECT_FALSE(GlobMatch("a/*.html", "a/b/c.html"));
  EXPECT_TRUE(GlobMatch("a/**/*.html", "a/b/c.html"));
  EXPECT_TRUE(GlobMatch("a/**/*.html", "a/c.html"));
  EXPECT_TRUE(GlobMatch("**/man[1-9]/*", "usr/man3/x.gz"));
  EXPECT_FALSE(GlobMatch("**/man[1-9]/*", "usr/manx/x.gz"));
  EXPECT_TRUE(GlobMatch("h/{de,pt_BR}/**", "h/pt_BR/a/b"));
  EXPECT_FALSE(GlobMatch("h/{de,fr}/**", "h/es/a"));
  EXPECT_TRUE(GlobMatch("?.txt", "x/a.txt"));
  EXPECT_FALSE(GlobMatch("a", "ab"));
}

TEST(FileList, SortedAndWithoutLinks) {
  const fs::path root = fs::path(testing::TempDir()) / "file_list";
  fs::remove_all(root);
  fs::create_directories(root / "b");
  for (const char* name : {"z.txt", "b/a.txt", "a.html"}) WriteFile(root / name, "x");
  fs::create_symlink(root, root / "b/loop");
  EXPECT_EQ(ListFiles(root, {}, {}), (std::vector<std::string>{"a.html", "b/a.txt", "z.txt"}));
  EXPECT_EQ(ListFiles(root, {"*.txt"}, {"z*"}), (std::vector<std::string>{"b/a.txt"}));
  EXPECT_EQ(ListFiles(root / "z.txt", {}, {}), (std::vector<std::string>{"z.txt"}));
  EXPECT_THROW(ListFiles(root / "none", {}, {}), Error);
}

}  // namespace
}  // namespace cria::corpus
