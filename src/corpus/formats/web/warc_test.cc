// Records out of whole, damaged, cut and hostile files. Every fault that is put in must cost its
// own record only, and be counted.
#include "corpus/formats/web/warc.h"

#include <gtest/gtest.h>

#include <map>

#include "corpus/formats/deflated_text.h"
#include "test_data.h"

namespace cria::corpus {
namespace {

// Counts what is lost, by reason.
class Losses : public TextSink {
 public:
  void Take(RawText) override { ADD_FAILURE() << "a reader of records hands out no text"; }
  void Lose(const Loss& loss) override {
    counts[std::string(loss.reason)] += loss.items;
    lost_bytes += loss.bytes;
    words += loss.why + "\n";
  }
  std::map<std::string, int64_t> counts;
  int64_t lost_bytes = 0;
  std::string words;
};

using Counts = std::map<std::string, int64_t>;

struct Found {
  std::vector<std::string> blocks, types, urls;
  std::vector<int64_t> numbers, offsets;
  Counts lost;
  int64_t lost_bytes = 0;
  std::string words;
};

Found ReadAll(WarcReader* reader, const Losses& losses) {
  Found found;
  while (const WarcRecord* record = reader->Next()) {
    found.blocks.emplace_back(record->block);
    found.types.emplace_back(record->type);
    found.urls.emplace_back(record->url());
    found.numbers.push_back(record->number);
    found.offsets.push_back(record->offset);
  }
  EXPECT_EQ(reader->Next(), nullptr) << "the end must stay the end";
  found.lost = losses.counts;
  found.lost_bytes = losses.lost_bytes;
  found.words = losses.words;
  return found;
}

Found Read(std::string_view bytes) {
  Losses losses;
  WarcReader reader(bytes, &losses);
  return ReadAll(&reader, losses);
}

// A record whose block tells its number, 300 bytes and more.
std::string Block(int number) {
  std::string block;
  for (unsigned i = 0, x = static_cast<unsigned>(number) + 7; i < 30; ++i) {
    x = x * 1664525 + 1013904223;
    block += std::to_string(number) + ": line " + std::to_string(x >> 8) + "\r\n";
  }
  return block;
}

std::string Record(std::string_view block, const std::string& more = "") {
  return "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: http://a/\r\n" + more +
         "Content-Length: " + std::to_string(block.size()) + "\r\n\r\n" + std::string(block) +
         "\r\n\r\n";
}

TEST(WarcTest, FieldsAsTheyAreWritten) {
  const std::string text =
      "WARC/0.17\nX-Unknown: what\nwarc-target-uri:\t<http://a/b c>\nCONTENT-LENGTH: 4\n"
      "WARC-Type: response\nWARC-Note: folded\n  over\n\nabcd\n\n"
      "WARC/1.1\r\nContent-Length: 0\r\nWARC-Type: warcinfo\r\n\r\n\r\n\r\n\r\n\r\n"
      "WARC/1.0\r\nContent-Length: 2\r\nWARC-Type: metadata\r\n\r\n\r\n";
  Losses losses;
  WarcReader reader(text, &losses);
  const WarcRecord* record = reader.Next();
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->url(), "http://a/b c");
  EXPECT_EQ(record->block, "abcd");
  EXPECT_EQ(record->type, "response");
  EXPECT_EQ(record->fields.Get("warc-note").substr(0, 6), "folded");
  EXPECT_TRUE(record->fields.Get("warc-note").ends_with("over"));
  const Found rest = ReadAll(&reader, losses);
  EXPECT_EQ(rest.blocks, (std::vector<std::string>{"", "\r\n"}));
  EXPECT_EQ(rest.numbers, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(rest.lost, Counts());
}

TEST(WarcTest, PlainAndEveryKindOfGzipGiveTheSame) {
  std::string plain, members, blocks;
  std::vector<std::string> expected;
  std::vector<int64_t> offsets;
  for (int i = 0; i < 40; ++i) {
    expected.push_back(Block(i));
    offsets.push_back(static_cast<int64_t>(members.size()));
    plain += Record(expected.back());
    members += Gzip(Record(expected.back()));
  }
  // Members of 100 bytes that know nothing of records, with an empty one between.
  for (size_t i = 0; i < plain.size(); i += 100) blocks += Gzip(plain.substr(i, 100)) + Gzip("");
  for (const std::string& bytes :
       {plain, members, blocks, Gzip(plain), Gzip(plain, 0), members + std::string(512, '\0')}) {
    const Found found = Read(bytes);
    EXPECT_EQ(found.blocks, expected);
    EXPECT_EQ(found.lost, Counts());
  }
  EXPECT_EQ(Read(members).offsets, offsets);
}

TEST(WarcTest, NothingAndNoArchive) {
  EXPECT_EQ(Read("").lost, Counts());
  for (const std::string& bytes :
       {std::string("<html>WARC/1.0</html>"), Gzip("warc.paths"), std::string("WARC/")}) {
    const Found found = Read(bytes);
    EXPECT_EQ(found.lost, (Counts{{"not_web_archive", 1}})) << bytes;
    EXPECT_EQ(found.lost_bytes, static_cast<int64_t>(bytes.size()));
  }
}

TEST(WarcTest, WrongLengthsCostOneRecord) {
  const std::string a = Record("first"), c = Record("third"), length = "Content-Length: ";
  for (const char* wrong : {"1", "10", "77", "100000", "99999999999", "-5", "x", "", "1e3",
                            "999999999999999999999999999"}) {
    std::string b = Record("the second");
    b.replace(b.find(length) + length.size(), 2, wrong);
    const bool right = std::string(wrong) == "10";
    for (const std::string& bytes : {a + b + c, Gzip(a) + Gzip(b) + Gzip(c), Gzip(a + b + c)}) {
      // Too long to be held, and compressed: where it ends, the only mark is a member's end.
      const bool hidden = std::string(wrong) == "99999999999" && bytes == Gzip(a + b + c);
      const Found found = Read(bytes);
      const auto expected = right    ? std::vector<std::string>{"first", "the second", "third"}
                            : hidden ? std::vector<std::string>{"first"}
                                     : std::vector<std::string>{"first", "third"};
      EXPECT_EQ(found.blocks, expected) << wrong;
      EXPECT_EQ(found.lost, right    ? Counts()
                            : hidden ? (Counts{{"truncated_file", 1}})
                                     : (Counts{{"damaged_record", 1}}))
          << wrong << " " << found.words;
    }
  }
}

TEST(WarcTest, JunkBetweenRecords) {
  const std::string a = Record("first"), b = Record("second"), junk = "junk\nin between\n";
  EXPECT_EQ(Read(a + junk + b).blocks, std::vector<std::string>{"second"})
      << "a record that junk follows cannot be told from one whose length is wrong";
  const Found found = Read(Gzip(a) + junk + Gzip(b));
  EXPECT_EQ(found.blocks, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(found.lost, (Counts{{"damaged_record", 1}}));
  EXPECT_EQ(Read(Gzip(a) + junk).blocks, std::vector<std::string>{"first"});
  EXPECT_EQ(Read(junk + a + b).blocks, (std::vector<std::string>{"first", "second"}));
}

// Whichever byte of a member is wrong, the records of the others come whole; its own comes whole or
// is counted.
TEST(WarcTest, AnyDamagedByteCostsItsMemberOnly) {
  std::string bytes;
  std::vector<size_t> ends;
  for (int i = 0; i < 5; ++i) {
    bytes += Gzip(Record(Block(i)));
    ends.push_back(bytes.size());
  }
  for (size_t at = ends[1]; at < ends[2]; ++at) {
    for (const int flip : {0x01, 0x40, 0xff}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      const Found found = Read(damaged);
      ASSERT_TRUE(found.blocks.size() == 4 || found.blocks.size() == 5)
          << at - ends[1] << " " << flip << " " << found.blocks.size() << found.words
          << (found.blocks.size() > 0 ? found.blocks.back().substr(0, 3) : "");
      const bool whole = found.blocks.size() == 5;
      for (int i = 0, from = 0; i < 5; ++i) {
        if (i == 2 && !whole) continue;
        ASSERT_EQ(found.blocks[static_cast<size_t>(from++)], Block(i)) << at << " " << flip;
      }
      ASSERT_EQ(found.lost, whole ? Counts() : (Counts{{"damaged_record", 1}}))
          << at << " " << flip;
    }
  }
}

TEST(WarcTest, MissingBytesCostTheirMemberOnly) {
  const std::string first = Gzip(Record(Block(0))), second = Gzip(Record(Block(1)));
  const std::string third = Gzip(Record(Block(2)));
  for (size_t at = 0; at + 40 < second.size(); at += 7) {
    const Found found = Read(first + second.substr(0, at) + second.substr(at + 40) + third);
    EXPECT_EQ(found.blocks, (std::vector<std::string>{Block(0), Block(2)})) << at;
    EXPECT_EQ(found.lost, (Counts{{"damaged_record", 1}})) << at << found.words;
  }
}

// A page stored as it was sent is a gzip member within the damaged one.
TEST(WarcTest, GzipInsideADamagedMember) {
  std::string broken = Gzip(Record("HTTP/1.1 200 OK\r\n\r\n" + Gzip(Block(1))), 0);
  broken[40] = static_cast<char>(broken[40] ^ 0xff);
  const Found found = Read(Gzip(Record(Block(0))) + broken + Gzip(Record(Block(2))));
  EXPECT_EQ(found.blocks, (std::vector<std::string>{Block(0), Block(2)}));
  EXPECT_EQ(found.lost, (Counts{{"damaged_record", 1}})) << found.words;
}

TEST(WarcTest, CutAtEveryByte) {
  const std::string a = Record(Block(0)), b = Record(Block(1));
  const std::string packed_a = Gzip(a), packed_b = Gzip(b);
  for (size_t cut = 1; cut < b.size(); ++cut) {
    const Found found = Read(a + b.substr(0, cut));
    const bool whole = cut >= b.size() - 4, none = cut <= 5;
    ASSERT_EQ(found.blocks.size(), whole ? 2u : 1u) << cut;
    ASSERT_EQ(found.lost, whole  ? Counts()
                          : none ? (Counts{{"damaged_record", 1}})
                                 : (Counts{{"truncated_file", 1}}))
        << cut;
  }
  for (size_t cut = 1; cut < packed_b.size(); ++cut) {
    const Found found = Read(packed_a + packed_b.substr(0, cut));
    ASSERT_GE(found.blocks.size(), 1u) << cut;
    ASSERT_EQ(found.blocks[0], Block(0));
    if (found.blocks.size() > 1) {
      ASSERT_EQ(found.blocks[1], Block(1));
    }
    ASSERT_EQ(found.lost,
              cut < 3 ? (Counts{{"damaged_record", 1}}) : (Counts{{"truncated_file", 1}}))
        << cut;
  }
}

TEST(WarcTest, DigestsInEverySpelling) {
  // Of "hello", by sha1sum, sha256sum and md5sum, and base32 and base64 of coreutils.
  const std::vector<std::string> right = {
      "sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N",
      "SHA1:vl2mmho4yxukfwv63yhtwsbm3gxksq2n",
      "sha1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
      "sha-1:AAF4C61DDCC5E8A2DABEDE0F3B482CD9AEA9434D",
      "sha1:qvTGHdzF6KLavt4PO0gs2a6pQ00=",
      "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
      "sha-256:FTZE3OS7WCRQ4JXIHMVMLOPCTYNRMHS4D6TUEXTTAQZWFE4LTASA====",
      "md5:5d41402abc4b2a76b9719d911017c592",
      "md5:XUFAKrxLKna5cZ2REBfFkg==",
      "crc32:3610a686",
      "nonsense"};
  for (const std::string& digest : right) {
    EXPECT_EQ(Read(Record("hello", "WARC-Block-Digest: " + digest + "\r\n")).blocks.size(), 1u)
        << digest;
    const Found other =
        Read(Record("hellp", "WARC-Block-Digest: " + digest + "\r\n") + Record("hello"));
    const bool checked = digest.find("crc") == digest.npos && digest.find(':') != digest.npos;
    EXPECT_EQ(other.blocks.size(), checked ? 1u : 2u) << digest;
    EXPECT_EQ(other.lost, checked ? (Counts{{"digest_mismatch", 1}}) : Counts()) << digest;
  }
}

// Writers take the digest of the payload as sent, without its chunks, or unpacked.
TEST(WarcTest, PayloadDigests) {
  const std::string head = "HTTP/1.1 200 OK\r\n", hello = "sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N";
  const auto count = [](const std::string& block, const std::string& digest,
                        const std::string& more = "") {
    return Read(Record(block, "Content-Type: application/http;msgtype=response\r\n" + more +
                                  "WARC-Payload-Digest: " + digest + "\r\n"))
        .blocks.size();
  };
  EXPECT_EQ(count(head + "\r\nhello", hello), 1u);
  EXPECT_EQ(count(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", hello), 1u);
  EXPECT_EQ(count(head + "Content-Encoding: gzip\r\n\r\n" + Gzip("hello"), hello), 1u);
  EXPECT_EQ(count(head + "\r\nhellp", hello), 0u);
  EXPECT_EQ(count("GET / HTTP/1.1\r\nHost: a\r\n\r\nhello", hello), 1u);
  EXPECT_EQ(count("GET / HTTP/1.1\r\nHost: a\r\n\r\n", hello), 0u);
  EXPECT_EQ(count(head + "\r\nhel", hello, "WARC-Truncated: length\r\n"), 1u);
  EXPECT_EQ(count(head + "\r\nhel", hello, "WARC-Segment-Number: 1\r\n"), 1u);
}

TEST(WarcTest, TooLongRecordsArePassedOver) {
  const std::string big(static_cast<size_t>(kMaxRawTextBytes) + 1, 'x');
  const std::string a = Record("first"), b = Record(big), c = Record("third");
  const std::string packed = Gzip(b, 1);
  const std::string members = Gzip(a) + packed + Gzip(c);
  EXPECT_LT(packed.size(), big.size() / 100) << "as bombs are";
  const std::string plain = a + b + c;
  for (const std::string_view bytes : {std::string_view(plain), std::string_view(members)}) {
    const Found found = Read(bytes);
    EXPECT_EQ(found.blocks, (std::vector<std::string>{"first", "third"}));
    EXPECT_EQ(found.numbers, (std::vector<int64_t>{1, 3}));
    EXPECT_EQ(found.lost, (Counts{{"too_long", 1}}));
    EXPECT_EQ(found.lost_bytes, kMaxRawTextBytes + 1);
  }
}

// Each of these takes minutes when any byte is looked at again for every record that it might be
// in.
TEST(WarcTest, HostileFilesTakeLinearTime) {
  std::string heads, claims, longs, members;
  while (heads.size() < (1 << 20)) heads += "WARC/1.0\n";
  while (claims.size() < (1 << 20)) {
    claims +=
        "WARC/1.0\r\nWARC-Block-Digest: sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N\r\n"
        "Content-Length: 1000000\r\n\r\n";
  }
  while (longs.size() < (1 << 20)) longs += "WARC/1.0\nContent-Length: 66000000\n\n";
  // Stored blocks that claim more than there is, with the magic of a new member in each.
  while (members.size() < (1 << 20))
    members += std::string("\x1f\x8b\x08\0\0\0\0\0\0\0\0\x40\0\xbf\xff", 15);
  for (const std::string& bytes :
       {heads, claims, longs, members, Gzip(heads), Gzip(claims), Gzip(longs),
        std::string(2 << 20, '\n'), Gzip(std::string(2 << 20, '\n'))}) {
    const Found found = Read(bytes);
    EXPECT_EQ(found.blocks.size(), 0u);
    EXPECT_FALSE(found.lost.empty());
  }
}

TEST(WarcTest, Arc) {
  const std::string info = "1 0 Alexa\nURL IP-address Archive-date Content-type Archive-length\n";
  const std::string arc =
      "filedesc://a.arc 0.0.0.0 19960923142103 text/plain " + std::to_string(info.size()) + "\n" +
      info + "\nhttp://a/with space 1.2.3.4 19961231235959 text/html 26\nHTTP/1.0 200 OK\n\n" +
      "<p>hi</p>" + "\nhttp://b/ 1.2.3.4 19970101000000 text/html 4 - - 5 a.arc 3\nabc\n";
  for (const std::string& bytes : {arc, Gzip(arc)}) {
    Losses losses;
    WarcReader reader(bytes, &losses);
    const WarcRecord* record = reader.Next();
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->type, "warcinfo");
    record = reader.Next();
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->type, "response");
    EXPECT_EQ(record->url(), "http://a/with space");
    EXPECT_EQ(record->fields.Get("WARC-Date"), "1996-12-31T23:59:59Z");
    EXPECT_EQ(record->block, "HTTP/1.0 200 OK\n\n<p>hi</p>");
    EXPECT_EQ(ReadAll(&reader, losses).blocks, std::vector<std::string>{"abc"});
    EXPECT_EQ(losses.counts, Counts());
  }
  std::string damaged = arc;
  damaged.replace(damaged.find("text/html 26"), 12, "text/html xx");
  const Found found = Read(damaged);
  EXPECT_EQ(found.blocks, (std::vector<std::string>{info, "abc"}));
  EXPECT_EQ(found.lost, (Counts{{"damaged_record", 1}}));
}

struct RealFile {
  const char* name;
  size_t records;
  Counts lost;
};

// What each file of the collections holds, and what is wrong in it.
TEST(WarcTest, RealFiles) {
  CRIA_REQUIRE_TEST_DATA("raw/warc");
  const RealFile files[] = {
      {"CC-MAIN-2024-22.warc.paths.gz", 0, {{"not_web_archive", 1}}},  // a list of names
      {"cc.warc.gz", 1, {}},
      {"cc_net_sample.warc.txt", 0, {{"damaged_record", 4}}},  // made by hand: no length fits
      {"dolma-sample-0000.warc.gz", 48, {}},                   // wget
      {"ia/html-lang-attribute.warc", 5, {}},
      {"ia/link-extraction-test.warc", 10, {}},
      {"ia/text-extraction-test.warc", 4, {}},
      {"resiliparse-block-sized-records.warc.gz", 3, {}},
      {"resiliparse-clipped.warc.gz", 0, {{"truncated_file", 1}}},
      {"warcio/example-bad-non-chunked.warc.gz", 5, {{"digest_mismatch", 1}}},  // one gzip member
      {"warcio/example-digest.warc", 3, {{"digest_mismatch", 1}}},  // base64 digests, one wrong
      {"warcio/example-iana.org-chunked.warc", 3, {}},              // hex digests
      {"warcio/example-resource.warc.gz", 3, {}},
      {"warcio/example-space-in-target-uri.warc.gz", 2, {}},
      {"warcio/example-trunc.warc", 3, {{"damaged_record", 1}}},  // a length two bytes short
      {"warcio/example-wget-bad-target-uri.warc.gz", 6, {}},
      {"warcio/example-wrong-chunks.warc.gz", 1, {{"digest_mismatch", 1}}},
      {"warcio/example.arc.gz", 2, {}},
      {"warcio/example.warc", 6, {}},
      {"warcio/example.warc.gz", 6, {}},
      {"warcio/post-test.warc.gz", 6, {}},
      {"whirlwind.warc.gz", 4, {}},
      {"whirlwind.warc.wat.gz", 2, {}},
      {"whirlwind.warc.wet", 2, {}},
      {"whirlwind.warc.wet.gz", 2, {}},
  };
  for (const RealFile& file : files) {
    Losses losses;
    WarcReader reader(MappedFile(TestData() / "raw/warc" / file.name), &losses);
    const Found found = ReadAll(&reader, losses);
    EXPECT_EQ(found.blocks.size(), file.records) << file.name;
    EXPECT_EQ(found.lost, file.lost) << file.name << "\n" << found.words;
  }
}

}  // namespace
}  // namespace cria::corpus
