// Folders of others, and folders that only sound so.
#include "corpus/formats/code/code_vendored.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

TEST(CodeVendored, Paths) {
  for (const char* path :
       {"vendor/x/a.go", "src/Third_Party/a.c", "tests/unity/src/unity.c", "deps/y/z.c",
        "a/node_modules/b/c.js", "External/q.c", "lib/googletest/x.cc", "js/jquery-3.1.1.slim.js",
        "js/jquery.js", "js/jquery.ui.tabs.js", "css/bootstrap.css", "tools/cpplint.py",
        "docs/_themes/a.css", "docs/docsets/A.docset/Contents/x.js", "docs/js/typeahead.jquery.js",
        "debian/rules.mk", "d3.v4.js", ".yarn/releases/y.cjs"}) {
    EXPECT_TRUE(IsVendored(path)) << path;
  }
  for (const char* path :
       {"vendor.c", "src/unity/a.c", "src/deps/a.c", "googletest/src/a.cc", "my_vendor/a.c", "",
        "src/external.c", "js/jqueryish.css", "src/vue.js", "src/react.js", "cache/a.c",
        "tests/fixtures/a.c", "docs/themes.md", "lib/debian/a.c", "js/d3x.js", "/", "a/"}) {
    EXPECT_FALSE(IsVendored(path)) << path;
  }
}

}  // namespace
}  // namespace cria::corpus
