// Threads, random numbers, text, units, files and digests: known answers and damage.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "base/compressed_file.h"
#include "base/context.h"
#include "base/cpu.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/random.h"
#include "base/units.h"
#include "base/utf8.h"

namespace cria {
namespace {

fs::path TempPath(const std::string& name) {
  return fs::path(testing::TempDir()) / ("cria_base_" + name);
}

TEST(ThreadPool, RunsEveryIndexOnceAndRethrows) {
  const Context context(4);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::atomic<int>> hits(97);
    context.ParallelFor(97, [&](int64_t i) { hits[i]++; });
    for (auto& h : hits) EXPECT_EQ(h, 1);
  }
  EXPECT_THROW(context.ParallelFor(50,
                                   [](int64_t i) {
                                     if (i == 7) throw Interrupted();
                                   }),
               Interrupted);
  int sum = 0;
  context.ParallelFor(1, [&](int64_t) { ++sum; });
  EXPECT_EQ(sum, 1);
}

// Known answers of Philox4x32-10 from the authors' Random123 distribution (kat_vectors).
TEST(Random, PhiloxKnownAnswers) {
  const std::array<uint32_t, 4> zero = Philox({0, 0, 0, 0}, {0, 0});
  EXPECT_EQ(zero, (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::array<uint32_t, 4> ones = Philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u});
  EXPECT_EQ(ones, (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Random, SeekGoesToAnyWord) {
  RandomStream in_turn(3, RandomPurpose::kTest, 9);
  std::vector<uint32_t> words;
  for (int i = 0; i < 40; ++i) words.push_back(in_turn.NextU32());
  RandomStream stream(3, RandomPurpose::kTest, 9);
  for (const uint64_t i : {17, 3, 38, 0, 8}) {
    stream.Seek(i);
    EXPECT_EQ(stream.NextU32(), words[i]);
    EXPECT_EQ(stream.NextU32(), words[i + 1]);
  }
}

TEST(Random, NormalHasUnitVariance) {
  RandomStream stream(1, RandomPurpose::kTest);
  double sum = 0, squares = 0;
  constexpr int kN = 100000;
  for (int i = 0; i < kN; ++i) {
    const double x = stream.NextNormal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kN, 0, 5 / std::sqrt(kN));
  EXPECT_NEAR(squares / kN, 1, 5 * std::sqrt(2.0 / kN));
}

TEST(Utf8, DecodesRejectsAndRepairs) {
  EXPECT_TRUE(IsValidUtf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\xA6\x99"));
  for (const char* bad :
       {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80", "\xFF"}) {
    EXPECT_FALSE(IsValidUtf8(bad)) << bad;
    EXPECT_TRUE(IsValidUtf8(RepairUtf8(bad)));
  }
  EXPECT_EQ(CompleteUtf8Prefix("ab\xF0\x9F\xA6"), 2u);
  EXPECT_EQ(CompleteUtf8Prefix("ab\xF0\x9F\xA6\x99"), 6u);
  EXPECT_EQ(CompleteUtf8Prefix("\x80\x80\x80\x80"), 4u);
}

TEST(Units, GroupsDigits) {
  EXPECT_EQ(FormatWhole(0), "0");
  EXPECT_EQ(FormatWhole(999), "999");
  EXPECT_EQ(FormatWhole(-999), "-999");
  EXPECT_EQ(FormatWhole(1234567), "1,234,567");
  EXPECT_EQ(FormatWhole(-123456), "-123,456");
  EXPECT_EQ(FormatWhole(INT64_MIN), "-9,223,372,036,854,775,808");
}

TEST(Units, ReadsWhatPeopleWrite) {
  EXPECT_EQ(ParseCount("10M", "--params"), 10'000'000);
  EXPECT_EQ(ParseCount("6.7B", "--params"), 6'700'000'000);
  EXPECT_EQ(ParseCount("4M tokens", "--batch"), 4'000'000);
  EXPECT_EQ(ParseCount("200 K", "--tokens"), 200'000);
  EXPECT_EQ(ParseCount(" 1.4 T tokens ", "--tokens"), 1'400'000'000'000);
  EXPECT_EQ(ParseCount("7 steps", "--steps"), 7);
  EXPECT_EQ(ParseBytes("8GB", "--memory"), 8'000'000'000);
  EXPECT_EQ(ParseBytes("64MiB", "--memory"), 64 << 20);
  EXPECT_EQ(ParseSeconds("1h30m", "--minutes"), 5400);
  EXPECT_EQ(ParseSeconds("5", "--minutes"), 300);
  for (const char* bad :
       {"", "x", "10Q", "-3", "1e400", "nan", "10 Q", "10M 5", "4 words", "10MB"}) {
    EXPECT_THROW(ParseCount(bad, "--params"), Error) << bad;
  }
  EXPECT_THROW(ParseBytes("999999999TB", "--memory"), Error);
  EXPECT_THROW(ParseSeconds("1e300", "--minutes"), Error);
}

TEST(File, AtomicWriteLeavesNothingBehind) {
  const fs::path path = TempPath("atomic");
  WriteFile(path, "old");
  {
    AtomicFile file(path);
    file.Write("new");
  }
  EXPECT_EQ(ReadFile(path), "old");
  EXPECT_FALSE(fs::exists(StagingName(path)));
  EXPECT_THROW(ReadFile(path.string() + ".absent"), Error);
  EXPECT_THROW(MappedFile{testing::TempDir()}, Error);
  fs::remove(path);
}

TEST(Hash, KnownDigests) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const fs::path path = TempPath("hash");
  WriteFile(path, "abc");
  EXPECT_EQ(Md5File(path), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(Sha256File(path), Sha256Hex("abc"));
  fs::remove(path);
}

TEST(Hash, PiecesGiveTheDigestsOfTheWhole) {
  const fs::path path = fs::path(testing::TempDir()) / "digests";
  std::string text(3 << 20, 'x');
  text[1 << 20] = 'y';
  WriteFile(path, text);
  int64_t told = 0;
  const FileDigests digests = DigestsOfFile(path, [&](int64_t bytes) { told += bytes; });
  EXPECT_EQ(digests.sha256, Sha256Hex(text));
  EXPECT_EQ(digests.sha256, Sha256File(path));
  EXPECT_EQ(digests.md5, Md5File(path));
  EXPECT_EQ(told, 3 << 20);
  Hash64Stream stream;
  stream.Update(std::string_view(text).substr(0, 12345));
  stream.Update(std::string_view(text).substr(12345));
  EXPECT_EQ(stream.Digest(), Hash64(text));
  fs::remove(path);
}

TEST(File, OverwritesAndLetsPagesGo) {
  const fs::path path = fs::path(testing::TempDir()) / "overwritten";
  {
    AtomicFile file(path);
    file.Write(std::string(2 << 20, 'a'));
    file.Overwrite(5, "bcd");
    file.Write("e");
    file.Commit();
  }
  const MappedFile file(path);
  EXPECT_EQ(file.text().substr(4, 5), "abcda");
  EXPECT_EQ(file.text().back(), 'e');
  EXPECT_TRUE(file.Holds(file.bytes().subspan(100)));
  const std::string elsewhere = "x";
  EXPECT_FALSE(file.Holds({reinterpret_cast<const uint8_t*>(elsewhere.data()), 1}));
  file.LetGo(file.bytes().subspan(3, 100000));
  EXPECT_EQ(file.text().substr(4, 5), "abcda");
  fs::remove(path);
}

TEST(CompressedFile, RoundTripAndDamage) {
  const fs::path path = TempPath("lines.zst");
  std::string all;
  for (int i = 0; i < 50000; ++i) all += fmt::format("line {} of the file\n", i);
  ZstdWriter writer(path);
  writer.Write(all);
  writer.Commit();
  TextReader lines(path);
  std::string line, joined;
  while (lines.NextLine(&line)) joined += line + "\n";
  EXPECT_EQ(joined, all);
  std::string bytes = ReadFile(path);
  WriteFile(path, bytes.substr(0, bytes.size() / 2));
  EXPECT_THROW(TextReader(path).ReadAll(), Error);
  bytes[bytes.size() / 2] ^= 1;
  WriteFile(path, bytes);
  EXPECT_THROW(TextReader(path).ReadAll(), Error);
  fs::remove(path);
  EXPECT_GT(XzSize(all), 0);
  EXPECT_LT(ZstdUltraSize(all), static_cast<int64_t>(all.size()) / 5);
}

TEST(Json, ErrorsNameTheField) {
  const Json json = ParseJson(R"({"a": 1})", "test");
  EXPECT_EQ(JsonGet<int>(json, "a", "test"), 1);
  EXPECT_THROW(JsonGet<int>(json, "b", "test"), Error);
  EXPECT_THROW(JsonGet<std::string>(json, "a", "test"), Error);
  EXPECT_THROW(ParseJson("{", "test"), Error);
}

TEST(Json, WholeNumbersMustBeWholeAndFit) {
  const Json json = ParseJson(
      R"({"huge": 1e87, "low": -1e87, "half": 2.5, "whole": 10000.0, "true": true, "text": "7",
          "int_max": 2147483647, "past_int": 2147483648, "past_int_float": 2147483648.0,
          "int_min": -2147483648.0, "below_int": -2147483649, "minus": -1, "minus_float": -1.0,
          "int64_max": 9223372036854775807, "past_int64": 9223372036854775808,
          "past_int64_float": 9223372036854775808.0, "int64_min": -9223372036854775808,
          "uint64_max": 18446744073709551615, "past_uint64": 18446744073709551616,
          "list": [1, 2.0, 3], "bad_list": [1, 2, 1e87], "wrapped": [4294967296]})",
      "numbers.json");
  EXPECT_EQ(JsonGet<int>(json, "whole", ""), 10000);
  EXPECT_EQ(JsonGet<int>(json, "int_max", ""), INT32_MAX);
  EXPECT_EQ(JsonGet<int>(json, "int_min", ""), INT32_MIN);
  EXPECT_EQ(JsonGet<int64_t>(json, "int64_max", ""), INT64_MAX);
  EXPECT_EQ(JsonGet<int64_t>(json, "int64_min", ""), INT64_MIN);
  EXPECT_EQ(JsonGet<uint64_t>(json, "past_int64_float", ""), uint64_t{1} << 63);
  EXPECT_EQ(JsonGet<uint64_t>(json, "uint64_max", ""), UINT64_MAX);
  EXPECT_EQ(JsonGet<std::vector<int32_t>>(json, "list", ""), (std::vector<int32_t>{1, 2, 3}));
  EXPECT_EQ(JsonGet<double>(json, "huge", ""), 1e87);
  for (const char* key : {"huge", "low", "half", "true", "text", "past_int", "past_int_float",
                          "below_int", "past_int64", "uint64_max"}) {
    EXPECT_THROW(JsonGet<int>(json, key, ""), Error) << key;
    EXPECT_THROW(JsonGetOr<int32_t>(json, key, 0, ""), Error) << key;
  }
  for (const char* key : {"huge", "low", "half", "past_int64", "past_int64_float", "uint64_max"}) {
    EXPECT_THROW(JsonGet<int64_t>(json, key, ""), Error) << key;
  }
  for (const char* key : {"huge", "half", "minus", "minus_float", "past_uint64"}) {
    EXPECT_THROW(JsonGet<uint64_t>(json, key, ""), Error) << key;
    EXPECT_THROW(JsonGet<uint32_t>(json, key, ""), Error) << key;
  }
  EXPECT_THROW(JsonGet<std::vector<int64_t>>(json, "bad_list", ""), Error);
  EXPECT_THROW(JsonGet<std::vector<int32_t>>(json, "wrapped", ""), Error);
  EXPECT_THROW(JsonGet<std::vector<int32_t>>(json, "whole", ""), Error);
  try {
    JsonGet<std::vector<int64_t>>(json, "bad_list", "numbers.json");
  } catch (const Error& error) {
    const std::string what = error.what();
    for (const char* part : {"bad_list", "item 2", "1e+87", "numbers.json"}) {
      EXPECT_NE(what.find(part), what.npos) << what;
    }
  }
}

TEST(Json, ObjectsOfVeryManyMembersAreForTheSortedKind) {
  std::string text = "{\"a\": [";
  for (int i = 0; i < 40000; ++i) text += "{\"b\": 1},";
  text += "0]}";
  EXPECT_NO_THROW(ParseJson(text, "here"));  // many objects, all small
  text = "{";
  for (int i = 0; i < 40000; ++i) text += fmt::format("\"k{}\": 1,", i);
  text += "\"\": 0}";
  EXPECT_THROW(ParseJson(text, "here"), Error);
  EXPECT_TRUE(TryParseJson(text).is_discarded());
  EXPECT_EQ(ParseSortedJson(text, "here").size(), 40001u);
}

TEST(Json, DeepNestingIsRefused) {
  EXPECT_THROW(ParseJson(std::string(100000, '['), "x"), Error);
  EXPECT_TRUE(TryParseJson(std::string(100000, '[')).is_discarded());
  EXPECT_EQ(ParseJson("[\"[[[\", [1]]", "x")[1][0], 1);
}

TEST(Isa, NamesAndLimit) {
  for (const Isa isa : kIsas) EXPECT_EQ(ParseIsa(IsaName(isa), "test"), isa);
  EXPECT_THROW(ParseIsa("avx", "test"), Error);
  // In a process of its own each: the choice is for the life of a process.
  EXPECT_EXIT(
      {
        LimitIsa(Isa::kPortable, "test");
        std::exit(DetectIsa() == Isa::kPortable ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
  EXPECT_DEATH(
      {
        DetectIsa();
        LimitIsa(Isa::kPortable, "test");
      },
      "after kernels were chosen");
}

}  // namespace
}  // namespace cria
