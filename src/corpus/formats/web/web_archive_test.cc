// Pages out of archives: which records are texts, under which name, and in which character set.
#include "corpus/formats/web/web_archive.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/error.h"
#include "base/utf8.h"
#include "test_data.h"

namespace cria::corpus {
namespace {

using Counts = std::map<std::string, int64_t>;

struct Archive : TextSink {
  void Take(RawText text) override {
    EXPECT_TRUE(IsValidUtf8(text.text)) << text.part;
    EXPECT_TRUE(IsValidUtf8(text.title)) << text.part;
    EXPECT_TRUE(parts.insert(text.part).second) << "not unique: " << text.part;
    texts.push_back(std::move(text));
  }
  void Lose(const Loss& loss) override {
    lost[std::string(loss.reason)] += loss.items;
    words += loss.why + "\n";
  }
  std::vector<RawText> texts;
  std::set<std::string> parts;
  Counts lost;
  std::string words;
};

// The page as it came, so that tests see what an HTML reader is given.
RawText AsItIs(std::string_view html) {
  RawText text;
  text.text = html;
  return text;
}

Archive Read(std::string_view bytes, const HtmlReader& html = AsItIs) {
  Archive archive;
  ReadWebArchiveBytes(bytes, &archive, html);
  return archive;
}

Archive ReadReal(const std::string& name) {
  Archive archive;
  ReadWebArchive(TestData() / "raw/warc" / name, &archive, AsItIs);
  return archive;
}

std::string Record(const std::string& type, const std::string& fields, std::string_view block) {
  return "WARC/1.0\r\nWARC-Type: " + type + "\r\n" + fields +
         "Content-Length: " + std::to_string(block.size()) + "\r\n\r\n" + std::string(block) +
         "\r\n\r\n";
}

std::string Response(const std::string& fields, const std::string& body,
                     const std::string& status = "200 OK") {
  return Record("response",
                "Content-Type: application/http; msgtype=response\r\n"
                "WARC-Target-URI: <http://a/>\r\nWARC-Date: 2024-05-18T01:58:10Z\r\n",
                "HTTP/1.1 " + status + "\r\n" + fields + "\r\n" + body);
}

TEST(WebArchiveTest, ConversionAsCcNetTakesIt) {
  const std::string fields =
      "WARC-Target-URI: http://a/b\r\nWARC-Date: 2019-03-18T00:00:00Z\r\n"
      "WARC-Record-ID: <urn:uuid:cd61b0b3-d9b0-466c-9a5e-99c191f8d2e1>\r\n"
      "Content-Type: text/plain\r\nWARC-Identified-Content-Language: ";
  const std::string block =
      "\n The title\t\r\n  first line \n\n\u3000second\u00a0\nthird\xff\n\n\n";
  const Archive archive = Read(Record("conversion", fields + "deu\r\n", block) +
                               Record("conversion", fields + "arg,spa\r\n", block) +
                               Record("conversion", fields + "ceb\r\n", block) +
                               Record("conversion", fields + "eng\r\n", "only a title\n") +
                               Record("conversion", "Content-Type: image/png\r\n", "\x89PNG"));
  ASSERT_EQ(archive.texts.size(), 3u);
  const RawText& text = archive.texts[0];
  EXPECT_EQ(text.title, "The title");
  EXPECT_EQ(text.text, "first line\n\nsecond\nthird\uFFFD");
  EXPECT_EQ(text.part, "cd61b0b3-d9b0-466c-9a5e-99c191f8d2e1");
  EXPECT_EQ(text.language, "de");
  EXPECT_EQ(text.meta.dump(), R"({"url":"http://a/b","date":"2019-03-18T00:00:00Z"})");
  EXPECT_EQ(archive.texts[1].part, text.part + "#2") << "the same UUID again";
  EXPECT_EQ(archive.texts[1].language, "");
  EXPECT_EQ(archive.texts[1].meta["languages"], "arg,spa");
  EXPECT_EQ(archive.texts[2].language, "") << "Cebuano has no two-letter code";
  EXPECT_EQ(archive.lost, (Counts{{"no_text", 1}, {"not_html", 1}}));
}

TEST(WebArchiveTest, WhichRecordsAreTexts) {
  const std::string html = "<html><p>text</p>", type = "Content-Type: text/html\r\n";
  const Archive archive = Read(
      Record("warcinfo", "", "a: b") + Record("request", "", "GET / HTTP/1.1\r\n\r\n") +
      Record("metadata", "Content-Type: text/plain\r\n", "fetched") + Record("revisit", "", "x") +
      Response(type, html) + Response("Content-Type: application/xhtml+xml\r\n", html) +
      Response("Content-Type: text/plain; charset=utf-8\r\n", "plain & simple") +
      Response("", "\n <!DOCTYPE HTML>" + html) + Response(type, html, "404 Not Found") +
      Response(type, "", "301 Moved") + Response("Content-Type: image/png\r\n", "\x89PNG") +
      Response(type, std::string("\x89PNG\0\0", 6)) + Response("", "who knows") +
      Response(type, "  ") + Record("response", "Content-Type: text/dns\r\n", "a. A 1.2.3.4") +
      Record("response", "Content-Type: application/http\r\n", "<html>no status line") +
      Record("resource", type, html) + Record("resource", "Content-Type: text/plain\r\n", "log") +
      Record("continuation", "WARC-Segment-Number: 2\r\n", html) +
      Response(type + "Content-Encoding: br\r\n", std::string("\x1b\x01\x02\x03", 4)) +
      Response(type + "Content-Encoding: gzip\r\n", std::string("\x1f\x8b\x08\x07\xff", 5)));
  std::vector<std::string> texts;
  for (const RawText& text : archive.texts) texts.push_back(text.text);
  EXPECT_EQ(texts, (std::vector<std::string>{html, html, "plain & simple",
                                             "\n <!DOCTYPE HTML>" + html, html}));
  EXPECT_EQ(archive.lost, (Counts{{"http_status", 2},
                                  {"not_html", 5},
                                  {"no_text", 2},
                                  {"damaged_record", 1},
                                  {"segment", 1},
                                  {"unknown_coding", 1}}))
      << archive.words;
  EXPECT_EQ(archive.texts[0].part, "http://a/#5") << "no WARC-Record-ID: URL and number";
  EXPECT_EQ(archive.texts[0].meta.dump(), R"({"url":"http://a/","date":"2024-05-18T01:58:10Z"})");
}

TEST(WebArchiveTest, CharacterSets) {
  const auto decoded = [](const std::string& charset, const std::string& body) {
    const std::string parameter = charset.empty() ? "" : "; charset=" + charset;
    const Archive archive = Read(Response("Content-Type: text/html" + parameter + "\r\n", body));
    return archive.texts.size() == 1 ? archive.texts[0].text : "lost: " + archive.words;
  };
  EXPECT_EQ(decoded("windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2"), "Привет");
  EXPECT_EQ(decoded("", "<meta charset=windows-1251>\xcf\xf0\xe8\xe2\xe5\xf2"),
            "<meta charset=windows-1251>Привет");
  EXPECT_EQ(decoded("windows-1251", "<meta charset=koi8-r>\xcf\xf0\xe8\xe2\xe5\xf2"),
            "<meta charset=koi8-r>Привет")
      << "the server's word first";
  EXPECT_EQ(decoded("iso-8859-1", "\xefr \x80 5 \x93na\xefve\x94"), "ïr € 5 “naïve”")
      << "what the web calls Latin 1";
  EXPECT_EQ(decoded("gb2312", "\xc4\xe3\xba\xc3\x81\x30\x81\x30"), "你好\u0080")
      << "letters of its successors";
  EXPECT_EQ(decoded("shift_jis", "\x83\x89\x83\x7d \x87\x40"), "ラマ ①");
  EXPECT_EQ(decoded("euc-kr", "\xb6\xf3\xb8\xb6"), "라마");
  EXPECT_EQ(decoded("windows-1251",
                    "\xef\xbb\xbf"
                    "caf\xc3\xa9"),
            "café")
      << "mark first";
  EXPECT_EQ(decoded("iso-8859-1", "caf\xc3\xa9"), "café") << "UTF-8 whatever is declared";
  EXPECT_EQ(decoded("no-such-set", "caf\xe9"), "café");
  EXPECT_EQ(decoded("utf-8", "caf\xc3\xa9, na\xc3\xafve, \xff"), "café, naïve, \uFFFD");
  EXPECT_EQ(decoded("utf-16le", std::string("h\0i\0", 4)), "hi");
  EXPECT_EQ(decoded("utf-16be", std::string("\0h\0i", 4)), "hi");
  EXPECT_EQ(decoded("", std::string("\xff\xfeh\0i\0", 6)), "hi");
}

TEST(WebArchiveTest, WhatTheReaderSaysIsKept) {
  const std::string page = Record("response",
                                  "WARC-Payload-Digest: md5:9dd4e461268c8034f5c8564e155c67a6\r\n"
                                  "Content-Type: application/http\r\nWARC-Truncated: length\r\n"
                                  "WARC-Identified-Content-Language: eng\r\n"
                                  "WARC-Record-ID: <urn:x-id:7>\r\n",
                                  "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nx");
  const Archive archive = Read(page, [](std::string_view html) {
    RawText text = AsItIs(html);
    text.title = "title";
    text.language = "fr";
    text.meta = {{"site", "wiki"}};
    return text;
  });
  ASSERT_EQ(archive.texts.size(), 1u) << archive.words;
  EXPECT_EQ(archive.texts[0].part, "urn:x-id:7");
  EXPECT_EQ(archive.texts[0].title, "title");
  EXPECT_EQ(archive.texts[0].language, "fr") << "what the page says goes before";
  EXPECT_EQ(
      archive.texts[0].meta.dump(),
      R"({"site":"wiki","digest":"md5:9dd4e461268c8034f5c8564e155c67a6","truncated":"length"})");
  const Archive failed = Read(page, [](std::string_view) -> RawText {
    throw Error("nested too deep", "page", "leave it out");
  });
  EXPECT_EQ(failed.lost, (Counts{{"unread_html", 1}}));
  EXPECT_THROW(Read(page, [](std::string_view) -> RawText { throw Interrupted(); }), Interrupted);
}

// CCNet's sample and what its own test expects of it. The lengths and digests in the file are made
// up, and CCNet looks at neither; here they are put right first.
TEST(WebArchiveTest, SampleOfCcNet) {
  CRIA_REQUIRE_TEST_DATA("raw/warc/cc_net_sample.warc.txt");
  EXPECT_EQ(ReadReal("cc_net_sample.warc.txt").lost, (Counts{{"damaged_record", 4}}));
  const std::string file = ReadFile(TestData() / "raw/warc/cc_net_sample.warc.txt");
  std::string mended;
  for (size_t begin = 0, end; begin < file.size(); begin = end) {
    end = std::min(file.find("\nWARC/1.0", begin) + 1, file.size());
    if (end == 0) end = file.size();
    const size_t head = file.find("\n\n", begin) + 2;
    std::string fields = file.substr(begin, file.find("Content-Length", begin) - begin);
    if (const size_t digest = fields.find("WARC-Block-Digest"); digest != fields.npos) {
      fields.erase(digest, fields.find('\n', digest) + 1 - digest);
    }
    mended += fields + "Content-Length: " + std::to_string(end - head) + "\n\n" +
              file.substr(head, end - head) + "\n\n";
  }
  const Archive archive = Read(mended);
  ASSERT_EQ(archive.texts.size(), 3u) << archive.words;
  EXPECT_EQ(archive.lost, Counts());
  EXPECT_EQ(archive.texts[0].title, "Famous Mark Twain Quotes");
  EXPECT_EQ(archive.texts[0].text,
            "Don't part with your illusions. When they are gone you may still exist, but you have "
            "ceased to live.\nEducation: that which reveals to the wise, and conceals from the "
            "stupid, the vast limits of their knowledge.\n\nFacts are stubborn things, but "
            "statistics are more pliable.\nFiction is obliged to stick to possibilities. Truth "
            "isn't.");
  EXPECT_EQ(archive.texts[0].meta["url"], "http://sample_english.com");
  EXPECT_EQ(archive.texts[1].title, "馬克·吐溫名言");
  EXPECT_EQ(archive.texts[2].meta["date"], "2019-03-18T00:00:02Z");
}

TEST(WebArchiveTest, WetPlainAndGzipAreTheSame) {
  CRIA_REQUIRE_TEST_DATA("raw/warc/whirlwind.warc.wet.gz");
  const Archive plain = ReadReal("whirlwind.warc.wet"), packed = ReadReal("whirlwind.warc.wet.gz");
  ASSERT_EQ(plain.texts.size(), 1u);
  ASSERT_EQ(packed.texts.size(), 1u);
  const RawText &a = plain.texts[0], &b = packed.texts[0];
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.part, b.part);
  EXPECT_EQ(a.meta, b.meta);
  EXPECT_EQ(a.part, "ba729a40-ff84-4085-8d48-0a5b2ee0c42d");
  EXPECT_EQ(a.title, "Escopete - Biquipedia, a enciclopedia libre");
  EXPECT_TRUE(a.text.starts_with("Ir al contenido\nMenú principal\n"));
  EXPECT_EQ(a.language, "es") << "as declared; the page is in Aragonese";
  EXPECT_EQ(a.meta["digest"], "sha1:RDTSR52RUHWDA7QK4BK7OUHU3EXTXYUL");
}

struct RealFile {
  const char* name;
  size_t texts;
  const char* words;  ///< that stand in the last text
  Counts lost;
};

TEST(WebArchiveTest, RealFiles) {
  CRIA_REQUIRE_TEST_DATA("raw/warc");
  const RealFile files[] = {
      {"cc.warc.gz", 1, "Common Crawl", {}},
      {"whirlwind.warc.gz", 1, "Escopete", {}},
      {"whirlwind.warc.wat.gz", 0, "", {}},
      {"dolma-sample-0000.warc.gz",
       22,
       "Making Sense of Group Chat",
       {{"not_html", 2}}},  // two notes of wget
      {"ia/html-lang-attribute.warc", 5, "es-MX", {}},
      {"ia/link-extraction-test.warc", 9, "Anchor Text", {}},
      {"ia/text-extraction-test.warc", 1, "paragraph", {{"not_html", 1}}},  // a picture
      {"resiliparse-block-sized-records.warc.gz", 0, "", {}},
      {"resiliparse-clipped.warc.gz", 0, "", {{"truncated_file", 1}}},
      {"warcio/example-bad-non-chunked.warc.gz", 1, "Example Domain", {{"digest_mismatch", 1}}},
      {"warcio/example-digest.warc", 0, "", {{"digest_mismatch", 1}}},
      {"warcio/example-iana.org-chunked.warc", 1, "Internet protocol resources", {}},
      {"warcio/example-resource.warc.gz", 1, "Example Domain", {}},
      {"warcio/example-space-in-target-uri.warc.gz", 0, "", {{"not_html", 1}}},
      {"warcio/example-trunc.warc", 0, "", {{"damaged_record", 1}}},
      {"warcio/example-wget-bad-target-uri.warc.gz", 1, "Example Domain", {{"not_html", 2}}},
      {"warcio/example-wrong-chunks.warc.gz", 0, "", {{"digest_mismatch", 1}}},
      {"warcio/example.arc.gz", 1, "Example Domain", {}},
      {"warcio/example.warc", 1, "Example Domain", {}},
      {"warcio/example.warc.gz", 1, "Example Domain", {}},
      {"warcio/post-test.warc.gz", 0, "", {{"not_html", 3}}},  // JSON
  };
  for (const RealFile& file : files) {
    const Archive archive = ReadReal(file.name);
    EXPECT_EQ(archive.texts.size(), file.texts) << file.name << "\n" << archive.words;
    EXPECT_EQ(archive.lost, file.lost) << file.name << "\n" << archive.words;
    if (archive.texts.empty()) continue;
    EXPECT_NE(archive.texts.back().text.find(file.words), std::string::npos)
        << file.name << "\n"
        << archive.texts.back().text.substr(0, 300);
  }
}

}  // namespace
}  // namespace cria::corpus
