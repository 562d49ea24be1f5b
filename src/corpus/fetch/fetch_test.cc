// What needs no server: addresses and names, lists, heads, waits, parts, the log. The transfers
// themselves are tested by tests/corpus_fetch.py.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "corpus/fetch/archive_files.h"
#include "corpus/fetch/back_off.h"
#include "corpus/fetch/fetch_list.h"
#include "corpus/fetch/fetched_log.h"
#include "corpus/fetch/hosts.h"
#include "corpus/fetch/http_client.h"
#include "corpus/fetch/part_file.h"
#include "corpus/fetch/tally.h"
#include "corpus/fetch/url.h"
#include "test_data.h"

namespace cria::corpus {
namespace {

constexpr char kBase[] = "https://data.commoncrawl.org/";
constexpr char kEmptyMd5[] = "d41d8cd98f00b204e9800998ecf8427e";
constexpr char kEmptySha1[] = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

class FetchFolder : public testing::Test {
 protected:
  FetchFolder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / fmt::format("fetch_{}_{}", test->name(), ::getpid());
    fs::create_directories(folder_);
  }
  ~FetchFolder() override { fs::remove_all(folder_); }
  fs::path folder_;
};

std::string ErrorOf(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

HttpHead HeadOf(const std::vector<std::string>& lines) {
  HttpHead head;
  for (const std::string& line : lines) ReadHeadLine(line + "\r\n", &head);
  return head;
}

TEST(Url, TakesHttpAndTidies) {
  EXPECT_EQ(ParseUrl("HTTPS://Dumps.Wikimedia.ORG/a/B?x=1#part")->text(),
            "https://dumps.wikimedia.org/a/B?x=1");
  EXPECT_EQ(ParseUrl("http://host:8080")->text(), "http://host:8080/");
  EXPECT_EQ(ParseUrl("http://host?q")->text(), "http://host/?q");
  EXPECT_EQ(ParseUrl("http://[::1]:80/x")->authority, "[::1]:80");
  EXPECT_EQ(ParseUrl("http://h/a b\xC3\xBC\"\\")->target, "/a%20b%C3%BC%22%5C");
  EXPECT_EQ(ParseUrl("http://h/a%20b")->target, "/a%20b");
  for (const char* bad :
       {"", "host/x", "ftp://h/x", "file:///etc/passwd", "http://", "http:///x",
        "http://user:secret@h/x", "http://h:/x", "http://h:123456/", "http://h:8x/", "http://a b/",
        "http://h\n/x", "http://[::1/", "http://[]/"}) {
    EXPECT_FALSE(ParseUrl(bad).has_value()) << bad;
  }
  EXPECT_FALSE(ParseUrl("http://h/" + std::string(kMaxUrlBytes, 'a')).has_value());
  EXPECT_EQ(FolderOfUrl(*ParseUrl("http://h/a/b.txt?c=/d")), "http://h/a/");
}

TEST(Url, NamesStayInTheirFolder) {
  EXPECT_EQ(NameOfUrl(*ParseUrl("https://h:1/a/b.gz")), "h_1/a/b.gz");
  EXPECT_EQ(NameOfUrl(*ParseUrl("https://h/a/")), "h/a/index.html");
  EXPECT_EQ(NameOfUrl(*ParseUrl("https://h")), "h/index.html");
  EXPECT_EQ(NameOfUrl(*ParseUrl("https://h/get?id=5")), "h/get?id=5");
  EXPECT_EQ(NameOfUrl(*ParseUrl("https://h/a%20%C3%BC.gz")), "h/a ü.gz");
  EXPECT_EQ(NameOfUrl(*ParseUrl("https://h/%2e%2e/%2E%2E%2Fetc%2fpasswd")), "h/__/_._etc_passwd");
  EXPECT_EQ(SafeName("../../etc/passwd"), "__/__/etc/passwd");
  EXPECT_EQ(SafeName("/abs//./x"), "abs/x");
  EXPECT_EQ(SafeName(".lock"), "_lock");
  EXPECT_EQ(SafeName("fetched.jsonl"), "_fetched.jsonl");
  EXPECT_EQ(SafeName("a/fetched.jsonl"), "a/fetched.jsonl");
  EXPECT_EQ(SafeName("x.part"), "x.part_");
  EXPECT_EQ(SafeName("x.part.json/y"), "x.part.json_/y");
  EXPECT_EQ(SafeName(std::string("a\0b\nc\\d\x7f", 8)), "a_b_c_d_");
  EXPECT_EQ(SafeName("\xff.gz"), "\xEF\xBF\xBD.gz");
  EXPECT_EQ(SafeName(""), "_");
  EXPECT_EQ(SafeName("///"), "_");
  EXPECT_EQ(SafeName("plain name-1.xml.bz2"), "plain name-1.xml.bz2");
  std::string many_u;
  for (int i = 0; i < 300; ++i) many_u += "ü";
  const std::string cut = SafeName(many_u + ".warc.gz");
  EXPECT_LE(cut.size(), 200);
  EXPECT_TRUE(cut.ends_with("ü.warc.gz"));
  EXPECT_NE(cut, SafeName("x" + many_u + ".warc.gz"));
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "d/";
  EXPECT_LE(SafeName(deep + "x.gz").size(), 200);
}

TEST(FetchList, ReadsLines) {
  const std::string text =
      "\xEF\xBB\xBF# comment\r\n\r\n"
      "https://h/a.gz\r\n"
      "  https://h/b.gz\tsize:12 md5:" +
      std::string(kEmptyMd5) + " sha1:" + kEmptySha1 +
      "\n"
      "https://h/c 77 my file.txt 5\n"
      "crawl-data/CC-MAIN-2024-22/wet.gz\n"
      "/rooted.gz";
  const auto entries = ParseFetchList(text, "list", kBase);
  ASSERT_EQ(entries.size(), 5);
  EXPECT_EQ(entries[0].name, "h/a.gz");
  EXPECT_EQ(entries[0].size_bytes, -1);
  EXPECT_TRUE(entries[0].digests.empty());
  EXPECT_EQ(entries[1].size_bytes, 12);
  EXPECT_EQ(entries[1].digests.md5, kEmptyMd5);
  EXPECT_EQ(entries[1].digests.sha1, kEmptySha1);
  EXPECT_EQ(entries[1].name, "h/b.gz");
  EXPECT_EQ(entries[2].size_bytes, 77);
  EXPECT_EQ(entries[2].name, "my file.txt 5");
  EXPECT_EQ(entries[3].url, "https://data.commoncrawl.org/crawl-data/CC-MAIN-2024-22/wet.gz");
  EXPECT_EQ(entries[3].name, "crawl-data/CC-MAIN-2024-22/wet.gz");
  EXPECT_EQ(entries[4].url, "https://data.commoncrawl.org/rooted.gz");
  // A whole address below the base has the same local name as its path.
  EXPECT_EQ(ParseFetchList(entries[3].url, "list", "https://data.commoncrawl.org")[0].name,
            entries[3].name);
}

TEST(FetchList, SaysWhatIsWrongAndWhere) {
  const auto error = [](const std::string& text, const std::string& base) {
    return ErrorOf([&] { ParseFetchList(text, "list", base); });
  };
  EXPECT_NE(error("http://h/x\nwet.gz", "").find("list line 2"), std::string::npos);
  EXPECT_NE(error("wet.gz", "").find("--base"), std::string::npos);
  EXPECT_NE(error("ftp://h/x", kBase).find("no address"), std::string::npos);
  EXPECT_NE(error("http://h/x md5:12", "").find("md5: of 32"), std::string::npos);
  EXPECT_NE(error("http://h/x sha256:" + std::string(kEmptyMd5), "").find("64"), std::string::npos);
  EXPECT_NE(error(std::string("BZh9\0\xff", 6), kBase).find("no text"), std::string::npos);
  EXPECT_NE(error("# nothing\n", "").find("no file"), std::string::npos);
  EXPECT_NE(error("a", "data.commoncrawl.org").find("--base"), std::string::npos);
  EXPECT_NE(error("a", "https://h/?x=").find("--base"), std::string::npos);
}

TEST(FetchList, ReadsDigestLists) {
  const std::string sums = std::string(kEmptyMd5) +
                           "  simplewiki-20240501-pages-articles.xml.bz2\n" + kEmptySha1 +
                           " *odd name #1.gz\n";
  const auto entries =
      ParseFetchList(sums, "md5sums.txt", "https://dumps.wikimedia.org/simplewiki/20240501/");
  ASSERT_EQ(entries.size(), 2);
  EXPECT_EQ(entries[0].digests.md5, kEmptyMd5);
  EXPECT_EQ(entries[0].name, "simplewiki-20240501-pages-articles.xml.bz2");
  EXPECT_EQ(entries[1].digests.sha1, kEmptySha1);
  EXPECT_EQ(entries[1].name, "odd name #1.gz");
  EXPECT_TRUE(entries[1].url.ends_with("/odd%20name%20%231.gz"));
  auto other = ParseFetchList("https://mirror/x/odd%20name%20%231.gz", "list", "");
  AddDigests(sums, "sums", &other);
  EXPECT_EQ(other[0].digests.sha1, kEmptySha1);
  auto none = ParseFetchList("https://mirror/x/y.gz", "list", "");
  EXPECT_NE(ErrorOf([&] { AddDigests(sums, "sums", &none); }).find("no digest of any"),
            std::string::npos);
  auto twice = ParseFetchList("https://a/y.gz\nhttps://b/y.gz\nhttps://c/z.gz", "list", "");
  AddDigests(std::string(kEmptyMd5) + "  y.gz\n" + kEmptyMd5 + "  ./z.gz\n", "sums", &twice);
  EXPECT_TRUE(twice[0].digests.empty() && twice[1].digests.empty()) << "which of the two it means";
  EXPECT_EQ(twice[2].digests.md5, kEmptyMd5);
  EXPECT_NE(ErrorOf([&] { AddDigests("http://h/x\n", "sums", &twice); }).find("line 1"),
            std::string::npos);
}

TEST(FetchList, ReadsArchiveListings) {
  const std::string xml = R"(<?xml version="1.0" encoding="UTF-8"?>
<files>
  <file name="a &amp; b/ü.7z" source="original">
    <mtime>1</mtime><size>123</size><md5>)" +
                          std::string(kEmptyMd5) + R"(</md5>
    <sha1>)" + kEmptySha1 +
                          R"(</sha1><format>7z</format></file>
  <file name="stackexchange_files.xml" source="original"><md5>)" +
                          kEmptyMd5 + R"(</md5></file>
  <file name="secret.7z"><size>1</size><private>true</private></file>
  <file name="odd"><size>12x</size><md5>zz</md5><deep><size>5</size></deep></file>
  <file/>
</files>)";
  ASSERT_TRUE(IsArchiveListing(xml));
  const auto entries = ParseFetchList(xml, "some/stackexchange_files.xml", "");
  ASSERT_EQ(entries.size(), 3);
  EXPECT_EQ(entries[0].url, "https://archive.org/download/stackexchange/a%20%26%20b/%C3%BC.7z");
  EXPECT_EQ(entries[0].name, "a & b/ü.7z");
  EXPECT_EQ(entries[0].size_bytes, 123);
  EXPECT_EQ(entries[0].digests.md5, kEmptyMd5);
  EXPECT_EQ(entries[0].digests.sha1, kEmptySha1);
  EXPECT_TRUE(entries[1].digests.empty()) << "a listing cannot hold its own digest";
  EXPECT_EQ(entries[2].size_bytes, -1);
  EXPECT_TRUE(entries[2].digests.empty());
  EXPECT_NE(ErrorOf([&] { ParseFetchList(xml, "listing.xml", ""); }).find("ITEM"),
            std::string::npos);
  EXPECT_NE(ErrorOf([&] { ParseFetchList(xml.substr(0, 200), "x_files.xml", ""); }).find("damaged"),
            std::string::npos);
  std::string nested = "<files>";
  for (int i = 0; i < 100000; ++i) nested += "<a>";
  EXPECT_NE(ErrorOf([&] { ParseFetchList(nested, "x_files.xml", ""); }), "");
}

TEST(FetchList, MergesAndRefusesContradictions) {
  const auto list = [](const std::string& text) { return ParseFetchList(text, "list", ""); };
  const auto merged = MergeFetchLists({list("http://h/a\nhttp://h/b 5"),
                                       list("http://h/b md5:" + std::string(kEmptyMd5)),
                                       list("http://h/b sha1:" + std::string(kEmptySha1))});
  ASSERT_EQ(merged.size(), 2);
  EXPECT_EQ(merged[1].size_bytes, 5);
  EXPECT_EQ(merged[1].digests.md5, kEmptyMd5);
  EXPECT_EQ(merged[1].digests.sha1, kEmptySha1);
  EXPECT_NE(ErrorOf([&] { MergeFetchLists({list("http://h/b 5"), list("http://h/b 6")}); }), "");
  EXPECT_NE(ErrorOf([&] {
              MergeFetchLists({list("http://h/b md5:" + std::string(32, '0') +
                                    "\nhttp://h/b md5:" + kEmptyMd5)});
            }),
            "");
  EXPECT_NE(
      ErrorOf([&] { MergeFetchLists({list("http://h/b x\nhttp://h/c x")}); }).find("two addresses"),
      std::string::npos);
}

TEST(FetchList, Chooses) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += fmt::format("http://h/{:03}.{}\n", i, i % 2 ? "gz" : "txt");
  const auto all = ParseFetchList(text, "list", "");
  const auto names = [&](const FetchChoice& choice) {
    std::vector<std::string> chosen;
    for (const FetchEntry& entry : ChooseEntries(all, choice)) chosen.push_back(entry.name);
    return chosen;
  };
  EXPECT_EQ(names({}).size(), 200);
  EXPECT_EQ(names({{"*.gz"}, 2, 0, 1}), (std::vector<std::string>{"h/001.gz", "h/003.gz"}));
  EXPECT_TRUE(names({{"*.7z"}, 0, 0, 1}).empty());
  const auto few = names({{}, 0, 20, 7}), more = names({{}, 0, 40, 7});
  EXPECT_EQ(few.size(), 20);
  EXPECT_TRUE(std::is_sorted(few.begin(), few.end())) << "in the order of the list";
  EXPECT_TRUE(std::includes(more.begin(), more.end(), few.begin(), few.end()));
  EXPECT_NE(few, names({{}, 0, 20, 8}));
  EXPECT_EQ(names({{}, 0, 500, 7}).size(), 200);
}

TEST(FetchList, ReadsAGzipListOfPaths) {
  constexpr char kPath[] = "raw/warc/CC-MAIN-2024-22.warc.paths.gz";
  CRIA_REQUIRE_TEST_DATA(kPath);
  const auto entries = MergeFetchLists({ReadFetchList(TestData() / kPath, kBase)});
  ASSERT_EQ(entries.size(), 300);
  for (const FetchEntry& entry : entries) {
    ASSERT_EQ(entry.url, kBase + entry.name);
    ASSERT_TRUE(entry.name.starts_with("part-") && entry.name.ends_with(".parquet")) << entry.name;
  }
}

TEST(HttpHead, ReadsWhatMatters) {
  const HttpHead head =
      HeadOf({"HTTP/1.1 302 Found", "ETag: \"old\"", "Content-Length: 5", "", "HTTP/2 206",
              "content-range: Bytes 100-199/5000", "CONTENT-LENGTH:  100 ", "etag: W/\"x\"",
              "Last-Modified: Wed, 01 May 2024 10:00:00 GMT", "Retry-After: 7"});
  EXPECT_EQ(head.status, 206);
  EXPECT_EQ(head.range_begin, 100);
  EXPECT_EQ(head.total_bytes(), 5000);
  EXPECT_EQ(head.content_bytes, 100);
  EXPECT_EQ(head.etag, "W/\"x\"");
  EXPECT_EQ(head.strong_validator(), head.last_modified) << "a weak ETag does not do for If-Range";
  EXPECT_EQ(head.retry_after, "7");
  EXPECT_EQ(HeadOf({"HTTP/1.1 200 OK", "ETag: \"s\"", "Last-Modified: d"}).strong_validator(),
            "\"s\"");
  EXPECT_EQ(
      HeadOf({"HTTP/1.1 206 x", "Content-Range: bytes 7-9/*", "Content-Length: 3"}).total_bytes(),
      10);
  EXPECT_EQ(HeadOf({"HTTP/1.1 416 x", "Content-Range: bytes */12"}).range_total, 12);
}

TEST(HttpHead, PassesOverNonsense) {
  const HttpHead head =
      HeadOf({"HTTP/1.1 2x", "Content-Length: 99999999999999999999", "Content-Range: bytes -5-9/x",
              "Content-Range:", "ETag", ": x", "", "ETag: " + std::string(5000, 'e')});
  EXPECT_EQ(head.content_bytes, -1);
  EXPECT_EQ(head.range_begin, -1);
  EXPECT_EQ(head.range_total, -1);
  EXPECT_EQ(head.etag, "");
  EXPECT_EQ(HeadOf({"HTTP/1.1 200 OK", "Content-Length: 5, 5"}).content_bytes, -1);
  EXPECT_EQ(HeadOf({"HTTP/1.1 206 x", "Content-Length: 9223372036854775807",
                    "Content-Range: bytes 5-6/*"})
                .total_bytes(),
            -1);
}

TEST(BackOff, DoublesUpToAnEndWithJitterThatRepeats) {
  const BackOff back_off;
  double doubled = 1;
  for (int tries = 1; tries < 100; ++tries, doubled = std::min(doubled * 2, 120.0)) {
    const double seconds = back_off.Seconds("http://h/a", tries, 1, 0);
    EXPECT_GE(seconds, 0.75 * doubled) << tries;
    EXPECT_LE(seconds, 1.25 * doubled) << tries;
    EXPECT_EQ(seconds, back_off.Seconds("http://h/a", tries, 1, 0));
  }
  std::set<double> waits;
  for (int i = 0; i < 50; ++i)
    waits.insert(back_off.Seconds(fmt::format("http://h/{}", i), 1, 1, 0));
  EXPECT_EQ(waits.size(), 50) << "files come back at once";
  EXPECT_NE(back_off.Seconds("http://h/a", 1, 1, 0), back_off.Seconds("http://h/a", 1, 2, 0));
  EXPECT_EQ(back_off.Seconds("http://h/a", 1, 1, 30), 30) << "what the server asks for";
  EXPECT_EQ(back_off.Seconds("http://h/a", 1, 1, 1e18), 600) << "up to an end";
  EXPECT_GT(back_off.Seconds("http://h/a", 8, 1, 3), 90) << "not sooner than the doubled wait";
}

TEST(BackOff, ReadsRetryAfter) {
  const char* date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const int64_t then = 784111777;
  EXPECT_EQ(ParseHttpDate(date), then);
  EXPECT_EQ(ParseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT"), then);
  EXPECT_EQ(ParseHttpDate("Sun Nov  6 08:49:37 1994"), then);
  EXPECT_FALSE(ParseHttpDate("").has_value());
  EXPECT_FALSE(ParseHttpDate("soon").has_value());
  EXPECT_FALSE(ParseHttpDate(std::string(1000, ' ')).has_value());
  EXPECT_EQ(RetryAfterSeconds("120", "", 0), 120);
  EXPECT_EQ(RetryAfterSeconds("0", "", 0), 0);
  EXPECT_EQ(RetryAfterSeconds("", "", 0), 0);
  EXPECT_EQ(RetryAfterSeconds("-5", "", 0), 0);
  EXPECT_EQ(RetryAfterSeconds("soon", date, 0), 0);
  EXPECT_GT(RetryAfterSeconds("99999999999999999999999", "", 0), 1e9);
  EXPECT_EQ(RetryAfterSeconds(date, "", then - 60), 60);
  EXPECT_EQ(RetryAfterSeconds(date, "", then + 60), 0) << "the past";
  // The server's clock counts, not ours.
  EXPECT_EQ(RetryAfterSeconds(date, "Sun, 06 Nov 1994 08:49:27 GMT", then + 5000), 10);
}

TEST(BackOff, KnowsWhichRepliesMayChange) {
  for (const int status : {403, 408, 425, 429, 500, 502, 503, 504, 520}) {
    EXPECT_TRUE(IsWorthRetrying(status)) << status;
  }
  for (const int status : {0, 200, 206, 301, 400, 401, 404, 410, 416, 451, 501, 505, 600}) {
    EXPECT_FALSE(IsWorthRetrying(status)) << status;
  }
}

TEST(Hosts, GivesUpOnlyTheHostThatFails) {
  bool stop = false;
  Hosts hosts(0, [&] { return stop; });
  for (int i = 0; i < Hosts::kFailuresInARow; ++i) {
    EXPECT_TRUE(hosts.Enter("a"));
    hosts.Failed("a");
    hosts.Failed("b");
    hosts.Worked("b");
  }
  EXPECT_FALSE(hosts.Enter("a"));
  EXPECT_TRUE(hosts.Enter("b"));
  hosts.Pause("b", 1e9);
  stop = true;
  EXPECT_FALSE(hosts.Enter("b")) << "an interrupt ends any pause";
}

TEST(Tally, EstimatesWhatIsLeft) {
  Tally tally(2, {100, -1, -1});
  EXPECT_EQ(tally.progress().left_bytes, 300) << "unknown sizes count as the mean";
  tally.Begin(0, 100);
  tally.Begin(1, -1);
  tally.At(0, 40, 100);
  tally.At(1, 0, 300);
  EXPECT_EQ(tally.progress().left_bytes, 60 + 300 + 200);
  EXPECT_EQ(tally.ActiveLeftBytes(), 360);
  tally.End(0, false);
  tally.Wait(1, true);
  EXPECT_EQ(tally.progress().waiting, 1);
  tally.End(1, true);
  const FetchProgress progress = tally.progress();
  EXPECT_EQ(progress.left_bytes, 200);
  EXPECT_EQ(progress.done_files, 2);
  EXPECT_EQ(progress.failed_files, 1);
  EXPECT_EQ(Tally(1, {-1}).progress().left_bytes, -1);
}

TEST_F(FetchFolder, PartGoesOnOnlyFromWhatWasFlushed) {
  const fs::path path = folder_ / "deep/er/file";
  Digests wanted;
  wanted.md5 = kEmptyMd5;
  {
    PartFile part(path, "http://h/file", wanted, nullptr);
    part.Describe(HeadOf({"HTTP/1.1 200 OK", "ETag: \"1\"", "Content-Length: 11"}));
    part.Write("hello ");
    part.Keep();
    part.Write("lost");
  }
  {
    PartFile part(path, "http://h/file", wanted, nullptr);
    EXPECT_EQ(part.size_bytes(), 6);
    EXPECT_EQ(part.total_bytes(), 11);
    EXPECT_EQ(part.validator(), "\"1\"");
    EXPECT_TRUE(part.IsOther(HeadOf({"HTTP/1.1 206 x", "ETag: \"2\""})));
    EXPECT_TRUE(part.IsOther(HeadOf({"HTTP/1.1 206 x", "Content-Range: bytes 6-11/12"})));
    EXPECT_FALSE(part.IsOther(HeadOf({"HTTP/1.1 206 x", "ETag: \"1\""})));
    EXPECT_FALSE(part.IsWhole());
    part.Write("world");
    EXPECT_TRUE(part.IsWhole());
    const Digests digests = part.Finish();
    EXPECT_EQ(digests.sha256, Sha256Hex("hello world"));
    EXPECT_EQ(digests.md5, "5eb63bbbe01eeed093cb22bb8f5acdc3");
    EXPECT_EQ(digests.sha1, "");
    part.Commit(digests.sha256);
  }
  EXPECT_EQ(ReadFile(path), "hello world");
  EXPECT_FALSE(fs::exists(path.string() + ".part"));
  EXPECT_EQ(PartFile::CommittedSha256(path), Sha256Hex("hello world"));
  PartFile::Forget(path);
  EXPECT_EQ(PartFile::CommittedSha256(path), "");
}

TEST_F(FetchFolder, PartOfAnotherAddressOrWithADamagedNoteBeginsAnew) {
  const fs::path path = folder_ / "file";
  const auto size_with = [&](const std::string& note, const std::string& url) {
    WriteFile(path.string() + ".part", "0123456789");
    WriteFile(path.string() + ".part.json", note);
    return PartFile(path, url, {}, nullptr).size_bytes();
  };
  const std::string good = R"({"url": "http://h/f", "flushed_bytes": 8, "total_bytes": 20})";
  EXPECT_EQ(size_with(good, "http://h/f"), 8);
  EXPECT_EQ(size_with(good, "http://h/g"), 0);
  for (const char* note : {"", "{", "[]", R"({"url": 5})", R"({"url": "http://h/f"})",
                           R"({"url": "http://h/f", "flushed_bytes": -8})",
                           R"({"url": "http://h/f", "flushed_bytes": 11})",
                           R"({"url": "http://h/f", "flushed_bytes": "8"})",
                           R"({"url": "http://h/f", "flushed_bytes": 8, "total_bytes": 7})"}) {
    EXPECT_EQ(size_with(note, "http://h/f"), 0) << note;
  }
  EXPECT_FALSE(fs::exists(path.string() + ".part")) << "an empty part stays behind";
  WriteFile(path.string() + ".part", "0123456789");
  WriteFile(path.string() + ".part.json", good);
  EXPECT_THROW(PartFile(path, "http://h/f", {}, [] { return true; }), Interrupted);
  fs::create_directory(folder_ / "taken");
  EXPECT_NE(ErrorOf([&] { PartFile(folder_ / "taken", "u", {}, nullptr); }), "");
  EXPECT_NE(ErrorOf([&] { PartFile(folder_ / std::string(300, 'x'), "u", {}, nullptr); }), "");
}

TEST_F(FetchFolder, LogKeepsRecordsAndOutlivesATornLine) {
  FetchedFile file{"a b", "http://h/\"a\"", 5, {}, "\"e\"", "", "2024-05-01T12:00:00Z"};
  file.digests.sha256 = Sha256Hex("x");
  file.digests.md5 = kEmptyMd5;
  {
    FetchedLog log(folder_);
    EXPECT_FALSE(log.Find("a b").has_value());
    log.Add(file);
    file.bytes = 6;
    log.Add(file);
  }
  const fs::path path = folder_ / kFetchedLogName;
  const std::string whole = ReadFile(path);
  WriteFile(path, whole + R"({"name": "torn)");
  {
    FetchedLog log(folder_);
    const auto found = log.Find("a b");
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(ToJsonLine(*found), ToJsonLine(file)) << "the last record counts";
    EXPECT_FALSE(log.Find("torn").has_value());
  }
  EXPECT_EQ(ReadFile(path), whole);
  for (const char* bad : {"", "{}", "x", R"({"name": 1, "url": "", "bytes": 1, "sha256": ""})"}) {
    WriteFile(path, whole + bad + "\n");
    EXPECT_NE(ErrorOf([&] { FetchedLog log(folder_); }).find("line 3"), std::string::npos) << bad;
  }
}

TEST(Digests, MergeAndCompare) {
  Digests a, b;
  EXPECT_FALSE(SetDigest("12", &a));
  EXPECT_FALSE(SetDigest(std::string(32, 'g'), &a));
  EXPECT_TRUE(SetDigest("D41D8CD98F00B204E9800998ECF8427E", &a));
  EXPECT_EQ(a.md5, kEmptyMd5);
  EXPECT_TRUE(SetDigest(kEmptySha1, &b));
  EXPECT_EQ(DigestFault(a, b), "") << "nothing that both know";
  EXPECT_TRUE(MergeDigests(b, &a));
  b.sha1[0] = '0';
  EXPECT_NE(DigestFault(a, b).find("sha1"), std::string::npos);
  EXPECT_FALSE(MergeDigests(b, &a));
  DigestStream stream(a);
  EXPECT_EQ(DigestFault(a, stream.Finish()), "") << "of nothing";
}

}  // namespace
}  // namespace cria::corpus
