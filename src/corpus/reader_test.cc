// Choice by name, compression, losses that are counted, books and crawls.
#include "corpus/reader.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/compressed_file.h"
#include "base/utf8.h"
#include "corpus/drop_log.h"
#include "corpus/formats/plain.h"
#include "test_data.h"

namespace cria::corpus {
namespace {

// Everything that a file gives.
struct FileTexts : TextSink {
  FileTexts(const fs::path& file, ReaderKind kind) { ReadTexts(file, {kind, "", ""}, this); }
  void Take(RawText text) override { texts.push_back(std::move(text)); }
  void Lose(const Loss& loss) override {
    losses[std::string(loss.reason)] += {loss.items, loss.bytes};
    if (warning.empty()) warning = loss.why;
  }
  std::vector<RawText> texts;
  Counts losses;
  std::string warning;
};

fs::path Write(const std::string& name, std::string_view bytes) {
  const fs::path path = fs::path(testing::TempDir()) / name;
  WriteFile(path, bytes);
  return path;
}

std::string Only(const fs::path& path, ReaderKind kind = ReaderKind::kAuto) {
  const FileTexts texts(path, kind);
  EXPECT_EQ(texts.texts.size(), 1u) << path << " " << texts.warning;
  return texts.texts.empty() ? "" : texts.texts[0].text;
}

TEST(Reader, ChoosesByName) {
  EXPECT_EQ(ReaderForName("a.HTML"), ReaderKind::kHtml);
  EXPECT_EQ(ReaderForName("ls.1.gz"), ReaderKind::kMan);
  EXPECT_EQ(ReaderForName("perl.3perl.gz"), ReaderKind::kMan);
  EXPECT_EQ(ReaderForName("a.jsonl.zst"), ReaderKind::kJsonLines);
  EXPECT_EQ(ReaderForName("README"), ReaderKind::kText);
  EXPECT_EQ(ReaderForName("x.py"), ReaderKind::kCode);
  EXPECT_EQ(ReaderForName("x.png"), ReaderKind::kAuto);
}

TEST(Reader, CompressedAndPlain) {
  EXPECT_EQ(Only(Write("reader_a.txt", "Gr\xfc\xdf")), "Grüß");
  const fs::path gz = fs::path(testing::TempDir()) / "reader_b.html.gz";
  const gzFile file = gzopen(gz.c_str(), "wb");
  gzputs(file, "<p>zip</p>");
  gzclose(file);
  EXPECT_EQ(Only(gz), "zip");
  const fs::path zst = fs::path(testing::TempDir()) / "reader_c.md.zst";
  ZstdWriter writer(zst);
  writer.Write("---\ntitle: x\n---\n# T\n\n![i](j.png)a<!-- c -->b\n");
  writer.Commit();
  EXPECT_EQ(Only(zst), "# T\n\nab\n");
}

TEST(Reader, LossesAreCounted) {
  const auto read = [](const char* name, std::string_view bytes) {
    return FileTexts(Write(name, bytes), ReaderKind::kAuto);
  };
  EXPECT_EQ(read("reader_d.txt", {"a\0b", 3}).losses.at("binary").bytes, 3);
  const FileTexts damaged = read("reader_e.txt.gz", "\x1f\x8b\x08 cut");
  EXPECT_EQ(damaged.losses.at("damaged_file").documents, 1);
  EXPECT_FALSE(damaged.warning.empty());
  EXPECT_EQ(read("reader_f.png", "x").losses.at("unknown_format").documents, 1);
}

TEST(Reader, JsonLines) {
  const FileTexts texts(Write("reader_g.jsonl",
                              "{\"text\":\"one\",\"id\":\"7\",\"language\":\"de-AT\"}\n\nnot json\n"
                              "{\"content\":\"two\"}\n{\"other\":1}\n{\"text\":\"cut"),
                        ReaderKind::kAuto);
  ASSERT_EQ(texts.texts.size(), 2u);
  EXPECT_EQ(texts.texts[0].part, "7");
  EXPECT_EQ(texts.texts[0].language, "de");
  EXPECT_EQ(texts.texts[1].text, "two");
  EXPECT_EQ(texts.losses.at("damaged_line").documents, 3);
  EXPECT_EQ(
      FileTexts(Write("reader_h.json", "[{\"text\":\"a\"},{\"text\":\"b\"}]"), ReaderKind::kAuto)
          .texts.size(),
      2u);
}

// Line by line: what stands before a damage counts, and each line has the encoding that it has.
TEST(Reader, JsonLinesOfOtherEncodingsAndCutFiles) {
  const FileTexts mixed(Write("reader_i.jsonl",
                              "\xef\xbb\xbf{\"text\":\"caf\xe9\"}\n"
                              "{\"text\":\"\xc3\xbc\"}\r\n"),
                        ReaderKind::kAuto);
  ASSERT_EQ(mixed.texts.size(), 2u);
  EXPECT_EQ(mixed.texts[0].text, "café");
  EXPECT_EQ(mixed.texts[1].text, "ü");
  std::string wide = "\xff\xfe";
  for (const char c : std::string("{\"text\":\"a\"}\n{\"text\":\"b\"}\n")) {
    wide += c;
    wide += '\0';
  }
  EXPECT_EQ(FileTexts(Write("reader_j.jsonl", wide), ReaderKind::kAuto).texts.size(), 2u);
  EXPECT_EQ(
      FileTexts(Write("reader_k.jsonl", std::string("{\"text\":\"a\0\"}", 14)), ReaderKind::kAuto)
          .losses.at("binary")
          .documents,
      1);
  // A list that is none is read by lines.
  const FileTexts list(Write("reader_l.jsonl", "[1,\n{\"text\":\"c\"}\n"), ReaderKind::kAuto);
  EXPECT_EQ(list.texts.size(), 1u);
  EXPECT_EQ(list.losses.at("damaged_line").documents, 1);
}

TEST(Reader, GutenbergBooks) {
  CRIA_REQUIRE_TEST_DATA("raw/gutenberg/84-0.txt");
  const std::string utf8 = Only(TestData() / "raw/gutenberg/84-0.txt");
  EXPECT_TRUE(IsValidUtf8(utf8));
  EXPECT_EQ(utf8.find("PROJECT GUTENBERG EBOOK"), std::string::npos);
  EXPECT_GT(utf8.size(), 400'000u);
  const std::string latin1 = Only(TestData() / "raw/gutenberg/2000-8.txt");
  EXPECT_TRUE(IsValidUtf8(latin1));
  EXPECT_NE(latin1.find("En un lugar de la Mancha, de cuyo nombre no quiero acordarme"),
            std::string::npos);
  EXPECT_NE(latin1.find("señor"), std::string::npos);
}

TEST(Reader, CrawlJsonLines) {
  CRIA_REQUIRE_TEST_DATA("raw/cc_net_jsonl");
  for (const char* name : {"cc_en_head-0091.jsonl.gz", "dolma_documents_000.json.gz"}) {
    const FileTexts texts(TestData() / "raw/cc_net_jsonl" / name, ReaderKind::kAuto);
    EXPECT_GT(texts.texts.size(), 3u) << name;
    EXPECT_TRUE(texts.losses.empty()) << name << texts.warning;
  }
}

}  // namespace
}  // namespace cria::corpus
