// Rows in any form, cut anywhere, and damaged ones.
#include "corpus/formats/stack_exchange/post_rows.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

// Each row as "id/type/parent/score/title/body", or "!" for a damaged one.
std::string Scan(std::string_view xml, size_t piece) {
  std::string out;
  const std::string_view whole = xml;
  PostRowScanner scanner(
      [&](const PostRow& row, int64_t) {
        out += std::to_string(row.id) + "/" + std::to_string(row.type) + "/" +
               std::to_string(row.parent_id) + "/" + std::to_string(row.score) + "/";
        out.append(row.title).append("/").append(row.body).append(" ");
      },
      [&](std::string_view bytes, int64_t offset, const std::string& why) {
        EXPECT_FALSE(bytes.empty());
        EXPECT_EQ(whole.substr(static_cast<size_t>(offset), bytes.size()), bytes);
        EXPECT_FALSE(why.empty());
        out += "! ";
      });
  while (!xml.empty()) {
    scanner.Feed(xml.substr(0, piece));
    xml.remove_prefix(std::min(piece, xml.size()));
  }
  scanner.Finish();
  return out;
}

constexpr std::string_view kXml =
    "<?xml version=\"1.0\"?>\n<posts>\n"
    "<row Id=\"1\" PostTypeId=\"1\" Score=\"-3\" Title=\"a > b\" Body='say \"x\"' New=\"?\" />\n"
    "<row Body=\"two\nlines\" Score = \"5\"\n\tParentId=\"1\" PostTypeId=\"2\" Id=\"2\"></row>"
    "<rows/><row/>"                                    // no post
    "<row Id=\"3\" PostTypeId=\"2\" />"                // an answer to nothing
    "<row Id=\"x\" PostTypeId=\"1\" />"                // no number
    "<row Id=\"4\" PostTypeId=\"1\" Body=\"open />\n"  // no closing quote
    "<row Id=\"5\" PostTypeId=\"1\" junk />"           // no value
    "<row Id=\"6\" PostTypeId=\"1\" Score=\"\" ParentId=\"\"/></posts>\n<row Id=\"7\" Pos";

TEST(PostRows, GoodAndDamagedRowsForAnyPieces) {
  const std::string expected =
      "1/1/0/-3/a > b/say \"x\" 2/2/1/5//two\nlines ! ! ! ! ! 6/1/0/0// ! ";
  for (const size_t piece : {1, 2, 3, 7, 50, 100000}) {
    EXPECT_EQ(Scan(kXml, piece), expected) << piece;
  }
}

TEST(PostRows, HugeRowsAreDamagedAndForgotten) {
  std::string xml = "<row Id=\"1\" PostTypeId=\"1\" Body=\"";
  xml.append(kMaxPostRowBytes + 10, 'x');
  xml += "\" /><row Id=\"2\" PostTypeId=\"1\" />";
  for (const size_t piece : {size_t{4096}, size_t{1} << 20, size_t{1} << 30}) {
    EXPECT_TRUE(Scan(xml, piece) == "! 2/1/0/0// ") << piece;
  }
}

}  // namespace
}  // namespace cria::corpus
