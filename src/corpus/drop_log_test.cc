// Samples and fates: bounded, in any order the same, and as they were counted.
#include "corpus/drop_log.h"

#include <gtest/gtest.h>

#include "base/utf8.h"
#include "corpus/excerpt.h"

namespace cria::corpus {
namespace {

Document Numbered(int n, std::string text = "text") {
  Document document;
  document.id = std::to_string(n);
  document.text = std::move(text);
  document.meta = {{"origin", "file#" + std::to_string(n)}};
  return document;
}

std::string Shown(const DropLog& log) {
  std::string shown;
  for (const Document& sample : log.Samples()) shown += ToJsonLine(sample) + "\n";
  return shown;
}

TEST(DropLog, SamplesAreTheSameInAnyOrderAndBounded) {
  DropLog forward, backward, first, second;
  for (int i = 0; i < 5000; ++i) {
    forward.Add("short", Numbered(i));
    backward.Add("short", Numbered(4999 - i));
    (i % 3 == 0 ? first : second).Add("short", Numbered(i));
  }
  EXPECT_EQ(forward.Samples().size(), DropLog::kSamples);
  EXPECT_EQ(Shown(backward), Shown(forward));
  second.Merge(first);
  EXPECT_EQ(Shown(second), Shown(forward));
  EXPECT_EQ(second.counts(), forward.counts());
  DropLog restored;
  restored.Restore(forward.counts(), forward.Samples());
  EXPECT_EQ(Shown(restored), Shown(forward));
  EXPECT_EQ(restored.counts(), forward.counts());
}

// Asked before each Add, Wants says whether the text was needed.
TEST(DropLog, WantsOnlyWhatItKeeps) {
  DropLog log, blind(0);
  int wanted = 0;
  for (int i = 0; i < 2000; ++i) {
    const bool wants = log.Wants("lost", Numbered(i));
    wanted += wants;
    log.Add({"lost", 1, 4}, Numbered(i, wants ? "text" : "not to be seen"));
    EXPECT_FALSE(blind.Wants("lost", Numbered(i)));
  }
  EXPECT_LT(wanted, 500);  // 50 (1 + ln(2000 / 50)), and some
  for (const Document& sample : log.Samples()) EXPECT_EQ(sample.text, "text");
}

TEST(DropLog, FatesAndSamplesSayWhatBefell) {
  const fs::path path = fs::path(testing::TempDir()) / "drop_log.jsonl.zst";
  DropLog log;
  FateWriter fates(path);
  log.WriteFatesTo(&fates);
  log.Add("too_short", Numbered(1, "abc"));
  log.Add({"duplicate_line", 3, 70}, Numbered(2, std::string(30'000, 'x') + "\xc3\xa4"));
  log.Add({"http_status", 1, 900, "record 5: \"404\"", "a.warc", "uuid"}, Numbered(3, ""));
  fates.Commit();
  EXPECT_EQ(TextReader(path).ReadAll(),
            R"({"id":"1","origin":"file#1","reason":"too_short","items":1,"bytes":3})"
            "\n"
            R"({"id":"2","origin":"file#2","reason":"duplicate_line","items":3,"bytes":70})"
            "\n"
            R"({"id":"3","origin":"file#3","reason":"http_status","items":1,"bytes":900,)"
            R"("why":"record 5: \"404\"","file":"a.warc","part":"uuid"})"
            "\n");
  const std::vector<Document> samples = log.Samples();
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(samples[0].text.size(), DropLog::kSampleBytes);
  EXPECT_EQ(samples[1].meta["why"], "record 5: \"404\"");
  EXPECT_EQ(samples[1].meta["part"], "uuid");
}

TEST(Excerpt, AnyBytesCanBeLookedAt) {
  EXPECT_EQ(Excerpt("Gr\xfc\xdf"
                    "e\r\n\x07!"),
            "Grüße\n!");
  const std::string binary = Excerpt(std::string("\x1f\x8b\0\xff", 4) + std::string(1000, 'a'));
  EXPECT_TRUE(binary.starts_with("00000000  1f 8b 00 ff 61 ")) << binary;
  EXPECT_NE(binary.find("|....aaaaaaaaaaaa|"), std::string::npos) << binary;
  EXPECT_LT(binary.size(), 2000u);
  // Cut within a character, and where decoding makes more bytes of it.
  std::string long_text = "x";
  while (long_text.size() < 2 * kMaxExcerptBytes) long_text += "ж";
  EXPECT_LE(Excerpt(long_text).size(), kMaxExcerptBytes);
  EXPECT_TRUE(IsValidUtf8(Excerpt(long_text)));
  EXPECT_EQ(Excerpt(long_text).find("\xef\xbf\xbd"), std::string::npos);
  const std::string latin = Excerpt(std::string(2 * kMaxExcerptBytes, '\xe9'));
  EXPECT_LE(latin.size(), kMaxExcerptBytes);
  EXPECT_TRUE(IsValidUtf8(latin));
  EXPECT_TRUE(latin.starts_with("éé"));
  EXPECT_EQ(Excerpt(""), "");
}

}  // namespace
}  // namespace cria::corpus
