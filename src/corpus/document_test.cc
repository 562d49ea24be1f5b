// Lines survive the round trip, damage is named.
#include "corpus/document.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cria::corpus {
namespace {

TEST(Document, LineRoundTrip) {
  Document document{DocumentId("a/b", "Grüße\n\n\"x\""),
                    "Grüße\n\n\"x\"",
                    "s",
                    "de",
                    {{"origin", "a/b"}, {"licence", "MIT"}}};
  const std::string line = ToJsonLine(document);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Document back = FromJsonLine(line, "test");
  EXPECT_EQ(back.id, document.id);
  EXPECT_EQ(back.text, document.text);
  EXPECT_EQ(back.meta, document.meta);
  EXPECT_EQ(ToJsonLine(back), line);
}

TEST(Document, IdDependsOnOriginAndText) {
  EXPECT_EQ(DocumentId("o", "t").size(), 32u);
  EXPECT_EQ(DocumentId("o", "t"), DocumentId("o", "t"));
  EXPECT_NE(DocumentId("o", "t"), DocumentId("p", "t"));
  EXPECT_NE(DocumentId("o", "t"), DocumentId("o", "u"));
}

TEST(Document, DamagedLineNamesItsPlace) {
  const fs::path shard = fs::path(testing::TempDir()) / "damaged.jsonl";
  Document good{"1", "t", "s", "", {}};
  WriteFile(shard, ToJsonLine(good) + "\n{\"id\":\"2\"}\n");
  DocumentReader reader(shard);
  Document document;
  ASSERT_TRUE(reader.Next(&document));
  try {
    reader.Next(&document);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("damaged.jsonl:2"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace cria::corpus
