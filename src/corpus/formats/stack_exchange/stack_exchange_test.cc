// Questions with their answers, what is lost, files that are none, and a real archive.
#include "corpus/formats/stack_exchange/stack_exchange.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/compressed_file.h"
#include "base/error.h"
#include "test_data.h"

namespace cria::corpus {
namespace {

struct Texts : TextSink {
  std::vector<RawText> texts;
  std::map<std::string, int64_t, std::less<>> lost;
  void Take(RawText text) override { texts.push_back(std::move(text)); }
  void Lose(const Loss& loss) override { lost[std::string(loss.reason)] += loss.items; }
};

Texts Read(std::string_view rows, int64_t memory_bytes = 1 << 20) {
  Texts texts;
  StackExchangeOptions options;
  options.scratch = testing::TempDir();
  options.memory_bytes = memory_bytes;
  ReadStackExchangeBytes(
      "\xef\xbb\xbf<?xml version=\"1.0\"?>\n<posts>" + std::string(rows) + "</posts>", "site",
      "test", options, &texts);
  return texts;
}

TEST(StackExchange, AnswersByScoreAsNumbers) {
  const Texts got = Read(
      "<row Id='12' PostTypeId='2' ParentId='7' Score='9' Body='&lt;p&gt;nine&lt;/p&gt;'/>"
      "<row Id='11' PostTypeId='2' ParentId='7' Score='10' Body='ten'/>"
      "<row Id='14' PostTypeId='2' ParentId='7' Score='-2' Body='low'/>"
      "<row Id='10' PostTypeId='2' ParentId='7' Score='9' Body='nine, older'/>"
      "<row Id='7' PostTypeId='1' AcceptedAnswerId='14' Score='3' Title='Why &amp;lt; &amp;\nhow?' "
      "Tags='&lt;c++&gt;&lt;x&gt;' CreationDate='2020-01-02T03:04:05.678' Body='Body.'/>"
      "<row Id='3' PostTypeId='1' Title='Alone' Body='' Tags='|a|b|'/>");
  ASSERT_EQ(got.texts.size(), 2u);
  EXPECT_EQ(got.texts[0].text, "Q: Alone");
  EXPECT_EQ(got.texts[0].meta["tags"], Json({"a", "b"}));
  EXPECT_EQ(got.texts[1].text,
            "Q: Why &lt; & how?\n\nBody.\n\nA: ten\n\nA: nine, older\n\nA: nine\n\nA: low");
  EXPECT_EQ(got.texts[1].part, "7");
  EXPECT_EQ(got.texts[1].meta.dump(),
            R"({"question_id":7,"score":3,"answers":4,"tags":["c++","x"],"site":"site",)"
            R"("date":"2020-01-02T03:04:05.678"})");
  EXPECT_TRUE(got.lost.empty());
}

TEST(StackExchange, LossesAreCounted) {
  const Texts got = Read(
      "<row Id='1' PostTypeId='1' Title='T' Body='b'/><row Id='1' PostTypeId='1' Title='U'/>"
      "<row Id='2' PostTypeId='2' ParentId='1' Body='&lt;img src=&quot;x&quot;&gt;'/>"
      "<row Id='3' PostTypeId='2' ParentId='9' Body='lost'/><row Id='4' PostTypeId='5' Body='w'/>"
      "<row Id='5' PostTypeId='1' Body='open/>");
  ASSERT_EQ(got.texts.size(), 1u);
  EXPECT_EQ(got.texts[0].text, "Q: T\n\nb");
  const std::map<std::string, int64_t, std::less<>> expected = {{"repeated_post", 1},
                                                                {"empty_post", 1},
                                                                {"orphan_answer", 1},
                                                                {"other_post", 1},
                                                                {"damaged_row", 1}};
  EXPECT_EQ(got.lost, expected);
}

TEST(StackExchange, InvalidBytesBecomeValidText) {
  const Texts got = Read("<row Id='1' PostTypeId='1' Title='a\xff' Body='&#xD800;\xc3'/>");
  ASSERT_EQ(got.texts.size(), 1u);
  EXPECT_EQ(got.texts[0].text, "Q: a\ufffd\n\n\ufffd");
}

TEST(StackExchange, ThreadsLongerThanATextMayBe) {
  std::string rows = "<row Id='1' PostTypeId='1' Title='T' Body='b'/>";
  for (int i = 2; i < 6; ++i) {
    rows += "<row Id='" + std::to_string(i) + "' PostTypeId='2' ParentId='1' Body='";
    rows.append(1000, 'x');
    rows += "'/>";
  }
  rows = "<posts>" + rows + "<row Id='9' PostTypeId='1' Title='N' Body='b'/></posts>";
  StackExchangeOptions options;
  options.max_text_bytes = 4000;
  Texts got;
  ReadStackExchangeBytes(rows, "s", "f", options, &got);
  ASSERT_EQ(got.texts.size(), 1u);
  EXPECT_EQ(got.texts[0].part, "9");
  EXPECT_EQ(got.lost.at("too_long"), 1);
}

std::string Fault(std::string_view bytes) {
  Texts texts;
  try {
    ReadStackExchangeBytes(bytes, "s", "f", {}, &texts);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// A document type is no fault; one that declares entities is, however the file goes on.
TEST(StackExchange, DocumentTypes) {
  const std::string posts = "<posts><row Id='1' PostTypeId='1' Title='T' Body='b'/></posts>";
  for (const char* type :
       {"<!DOCTYPE posts>", "<!DOCTYPE posts SYSTEM 'posts.dtd'>",
        "<!DOCTYPE posts [<!ELEMENT posts (row*)>\n<!ATTLIST row Id CDATA #IMPLIED>]>"}) {
    Texts got;
    ReadStackExchangeBytes(type + posts, "s", "f", {}, &got);
    EXPECT_EQ(got.texts.size(), 1u) << type;
    EXPECT_TRUE(got.lost.empty());
  }
  const std::string bomb = "<!DOCTYPE posts [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]>" + posts;
  for (const std::string& file : {bomb, bomb + std::string(3 << 20, '\n')}) {
    Texts got;
    ReadStackExchangeBytes(file, "s", "f", {}, &got);
    EXPECT_TRUE(got.texts.empty());
    EXPECT_EQ(got.lost, (std::map<std::string, int64_t, std::less<>>{{"entities_declared", 1}}));
  }
}

TEST(StackExchange, FilesThatAreNoPosts) {
  EXPECT_NE(Fault("7z\xbc\xaf\x27\x1c....").find("7z x"), std::string::npos);
  EXPECT_NE(Fault("<?xml version='1.0'?><comments>").find("<comments>"), std::string::npos);
  EXPECT_NE(Fault("").find("no XML"), std::string::npos);
  EXPECT_NE(Fault("\x89PNG").find("no XML"), std::string::npos);
  EXPECT_NE(Fault("<?xml").find("no XML"), std::string::npos);
  EXPECT_EQ(Fault("<!-- c -->\n<posts/>"), "");
}

TEST(StackExchange, RealArchiveFromFileAndThroughScratch) {
  CRIA_REQUIRE_TEST_DATA("raw/stackexchange/beer.meta/Posts.xml");
  const fs::path path = TestData() / "raw/stackexchange/beer.meta/Posts.xml";
  Texts whole;
  ReadStackExchange(path, {}, &whole);
  ASSERT_EQ(whole.texts.size(), 24u);
  EXPECT_TRUE(whole.lost.empty());
  EXPECT_EQ(whole.texts[0].meta["site"], "beer.meta");
  EXPECT_TRUE(whole.texts[0].text.starts_with("Q: Is Homebrewing on topic?\n\nI've already seen"));
  EXPECT_NE(whole.texts[0].text.find("\n\nA: I would say that if"), std::string::npos);
  int64_t answers = 0;
  for (const RawText& text : whole.texts) {
    answers += text.meta["answers"].get<int64_t>();
    EXPECT_EQ(text.text.find("<p>"), std::string::npos);
    EXPECT_EQ(text.text.find("&quot;"), std::string::npos);
  }
  EXPECT_EQ(answers, 49);

  const fs::path packed = fs::path(testing::TempDir()) / "packed" / "Posts.xml.zst";
  fs::create_directories(packed.parent_path());
  ZstdWriter writer(packed);
  writer.Write(ReadFile(path));
  writer.Commit();
  StackExchangeOptions options;
  options.scratch = testing::TempDir();
  options.memory_bytes = 1;
  Texts again;
  ReadStackExchange(packed, options, &again);
  ASSERT_EQ(again.texts.size(), whole.texts.size());
  for (size_t i = 0; i < again.texts.size(); ++i) {
    EXPECT_EQ(again.texts[i].text, whole.texts[i].text);
    EXPECT_EQ(again.texts[i].meta["site"], "packed");
  }
}

}  // namespace
}  // namespace cria::corpus
