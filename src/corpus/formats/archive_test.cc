// Archives made in memory by libarchive's writer, good ones and hostile ones.
#include "corpus/formats/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/error.h"

namespace cria::corpus {
namespace {

struct Entry {
  std::string name, bytes, link = {};
  unsigned type = AE_IFREG;
  bool hard = false;
};

std::string Pack(const std::vector<Entry>& entries, int format, int filter) {
  std::string out(size_t{4} << 20, '\0');
  size_t used = 0;
  archive* writer = archive_write_new();
  EXPECT_EQ(archive_write_set_format(writer, format), ARCHIVE_OK);
  EXPECT_EQ(archive_write_add_filter(writer, filter), ARCHIVE_OK);
  EXPECT_EQ(archive_write_open_memory(writer, out.data(), out.size(), &used), ARCHIVE_OK);
  for (const Entry& e : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, e.name.c_str());
    archive_entry_set_filetype(entry, e.type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<int64_t>(e.bytes.size()));
    if (!e.link.empty()) {
      e.hard ? archive_entry_set_hardlink(entry, e.link.c_str())
             : archive_entry_set_symlink(entry, e.link.c_str());
    }
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    archive_write_data(writer, e.bytes.data(), e.bytes.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

struct Result {
  std::vector<std::pair<std::string, std::string>> members;
  std::map<std::string, int64_t> losses;
};

Result Read(std::string_view bytes, const ArchiveLimits& limits = {}) {
  Result result;
  ForEachMemberIn(
      bytes, "test", limits,
      [&](std::string_view name, std::string_view contents) {
        result.members.emplace_back(name, contents);
      },
      [&](const Loss& loss) {
        EXPECT_GE(loss.bytes, 0);
        EXPECT_FALSE(loss.why.empty());
        result.losses[std::string(loss.reason)] += loss.items;
      });
  return result;
}

TEST(Archive, ReadsEveryFormatInOrder) {
  const std::vector<Entry> entries = {{"b/two.txt", "zwei"}, {"a.txt", "eins"}, {"b/two.txt", ""}};
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"b/two.txt", "zwei"}, {"a.txt", "eins"}, {"b/two.txt", ""}};
  for (const int filter : {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2,
                           ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_COMPRESS}) {
    const Result result = Read(Pack(entries, ARCHIVE_FORMAT_TAR_USTAR, filter));
    EXPECT_EQ(result.members, expected) << filter;
    EXPECT_TRUE(result.losses.empty()) << filter;
  }
  EXPECT_EQ(Read(Pack(entries, ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE)).members, expected);
}

TEST(Archive, NamesOutsideAsciiAreUtf8InAnyLocale) {
  const Result result = Read(Pack({{"stra\xc3\x9f"
                                    "e.tex",
                                    "x"}},
                                  ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP));
  ASSERT_EQ(result.members.size(), 1u);
  EXPECT_EQ(result.members[0].first,
            "stra\xc3\x9f"
            "e.tex");
}

TEST(Archive, CompressedFileIsOneMemberWithoutName) {
  const Result result =
      Read(Pack({{"x", "\\section{A} text"}}, ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP));
  ASSERT_EQ(result.members.size(), 1u);
  EXPECT_EQ(result.members[0].first, "");
  EXPECT_EQ(result.members[0].second, "\\section{A} text");
}

TEST(Archive, WhatIsNoArchiveIsSaidToBeNone) {
  for (const std::string bytes : {"", "plain text", "%PDF-1.4 ...", "\\documentclass{article}"}) {
    const Result result = Read(bytes);
    EXPECT_TRUE(result.members.empty()) << bytes;
    EXPECT_EQ(result.losses, (std::map<std::string, int64_t>{{"no_archive", 1}})) << bytes;
  }
}

TEST(Archive, UnsafeNamesLinksAndDevicesAreCountedNotRead) {
  const Result result = Read(Pack({{"../up.txt", "1"},
                                   {"/etc/passwd", "2"},
                                   {"a/../../b", "3"},
                                   {"C:evil", "4"},
                                   {"link", "", "/etc/passwd", AE_IFLNK},
                                   {"hard", "", "good", AE_IFREG, true},
                                   {"fifo", "", "", AE_IFIFO},
                                   {"folder/", "", "", AE_IFDIR},
                                   {"good", "5"}},
                                  ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE));
  ASSERT_EQ(result.members.size(), 1u);
  EXPECT_EQ(result.members[0].first, "good");
  EXPECT_EQ(result.losses.at("unsafe_name"), 4);
  EXPECT_EQ(result.losses.at("archive_link"), 2);
  EXPECT_EQ(result.losses.at("archive_device"), 1);
}

TEST(Archive, SafeNames) {
  EXPECT_TRUE(IsSafeMemberName("a/b..c/.d"));
  EXPECT_TRUE(IsSafeMemberName("..."));
  using std::string_literals::operator""s;
  for (const std::string& name : {""s, "/a"s, ".."s, "a/.."s, "../a"s, "a/../b"s, "c:/x"s, "Z:x"s,
                                  "a\\b"s, "a\0b"s, "a\nb"s, std::string(5000, 'a')}) {
    EXPECT_FALSE(IsSafeMemberName(name)) << name;
  }
}

TEST(Archive, LimitsEndTheWalkOrLeaveOutTheMember) {
  const std::string tar = Pack({{"a", std::string(3000, 'a')}, {"b", "b"}, {"c", "c"}},
                               ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP);
  ArchiveLimits limits;
  limits.max_member_bytes = 2000;
  Result result = Read(tar, limits);
  EXPECT_EQ(result.members.size(), 2u);
  EXPECT_EQ(result.losses.at("member_too_long"), 1);
  limits = {};
  limits.max_members = 2;
  result = Read(tar, limits);
  EXPECT_EQ(result.members.size(), 2u);
  EXPECT_EQ(result.losses.at("too_many_members"), 1);
  limits = {};
  limits.max_total_bytes = 2999;
  result = Read(tar, limits);
  EXPECT_TRUE(result.members.empty());
  EXPECT_EQ(result.losses.at("archive_too_long"), 1);
}

TEST(Archive, BombsEndEarlyEvenWhereTheMemberIsNotWanted) {
  const std::string zeros(size_t{18} << 20, '\0');
  for (const char* name : {"zeros", "../zeros"}) {
    const Result result =
        Read(Pack({{name, zeros}, {"after", "x"}}, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP));
    EXPECT_TRUE(result.members.empty());
    EXPECT_EQ(result.losses.at("archive_bomb"), 1);
  }
}

TEST(Archive, DamageIsCountedAndWhatCameBeforeStays) {
  const std::string tar = Pack({{"a", "eins"}, {"b", std::string(5000, 'b')}},
                               ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
  const Result result = Read(tar.substr(0, 2000));
  ASSERT_EQ(result.members.size(), 1u);
  EXPECT_EQ(result.members[0].second, "eins");
  EXPECT_EQ(result.losses.size(), 1u);
  const std::string packed = Pack({{"a", "eins"}}, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP);
  EXPECT_EQ(Read(packed.substr(0, packed.size() / 2)).losses,
            (std::map<std::string, int64_t>{{"damaged_archive", 1}}));
}

TEST(Archive, ExceptionsOfTheCallerPass) {
  const std::string tar = Pack({{"a", "x"}}, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
  EXPECT_THROW(ForEachMemberIn(tar, "test", {},
                               [](std::string_view, std::string_view) { throw Interrupted(); }, {}),
               Interrupted);
  EXPECT_THROW(ForEachMember("/no/such/file", {}, {}, {}), Error);
}

}  // namespace
}  // namespace cria::corpus
