// Entries in order, unwrapped and joined; a catalogue's long entries alone.
#include "corpus/formats/packages/dictionary.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "corpus/formats/packages/gettext.h"

namespace cria::corpus {
namespace {

TEST(Dictd, EntriesInOrderUnwrapped) {
  const std::string info = "00-database-info\n   about\n";
  const std::string first =
      "Abjure \\Ab*jure\"\\ (-j[=u]r), v. i.\n   Renunciation of what was held dear, written at "
      "some "
      "length\n   so that it wraps. See {Jury}.\n   [1913 Webster]\n\n   2. To reject.\n";
  const std::string second = "Zebra\n   An animal.\n";
  const std::string dict = info + first + second;
  const auto number = [](size_t n) {
    const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (; n > 0; n /= 64) text.insert(0, 1, digits[n % 64]);
    return text.empty() ? "A" : text;
  };
  const std::string index = "zebra\t" + number(info.size() + first.size()) + "\t" +
                            number(second.size()) + "\n" + "abjure\t" + number(info.size()) + "\t" +
                            number(first.size()) + "\n" + "abjured\t" + number(info.size()) + "\t" +
                            number(first.size()) + "\n" + "00-database-info\tA\t" +
                            number(info.size()) + "\n";
  const auto documents = ReadDictd(dict, index, 1000, "x.index");
  ASSERT_EQ(documents.size(), 1u);
  EXPECT_EQ(documents[0],
            "Abjure, v. i.\nRenunciation of what was held dear, written at some length so that it "
            "wraps. See Jury.\n2. To reject.\n\nZebra\nAn animal.");
  EXPECT_EQ(ReadDictd(dict, index, 10, "x.index").size(), 2u);
  EXPECT_THROW(ReadDictd(dict, "a\tA\t////\n", 10, "x.index"), Error);
  EXPECT_THROW(ReadDictd(dict, "no tabs\n", 10, "x.index"), Error);
}

TEST(Fortunes, JoinedToDocuments) {
  EXPECT_EQ(ReadFortunes("one\n  -- A\n%\n%\ntwo\n", 1000),
            (std::vector<std::string>{"one\n  -- A\n\ntwo"}));
  EXPECT_EQ(ReadFortunes("one\n%\ntwo", 1), (std::vector<std::string>{"one", "two"}));
}

// A file of two entries; originals are not read, so their table may be the translations' own.
std::string MoFile(const std::string& header, const std::string& text) {
  const auto u32 = [](size_t value) {
    const auto v = static_cast<uint32_t>(value);
    return std::string(reinterpret_cast<const char*>(&v), 4);
  };
  std::string mo = u32(0x950412de) + u32(0) + u32(2) + u32(28) + u32(28) + u32(0) + u32(0);
  mo += u32(header.size()) + u32(44) + u32(text.size()) + u32(44 + header.size() + 1);
  return mo + header + '\0' + text + '\0';
}

TEST(Gettext, TheHeaderSaysTheCharacterSet) {
  std::string text, expected;
  for (int i = 0; i < 40; ++i) {
    text += "\xf0\xd2\xc9 ";
    expected += "При ";
  }
  text += ".";
  expected += ".";
  const std::string mo = MoFile("Content-Type: text/plain; charset=KOI8-R\n", text);
  EXPECT_EQ(ReadGettext(mo, "", "x.mo"), std::vector<std::string>{expected});
  EXPECT_EQ(ReadGettext(MoFile("none", text), "koi8-r", "x.mo"),
            std::vector<std::string>{expected});
}

TEST(Gettext, EntriesMayNotOverlap) {
  std::string mo = MoFile("h", std::string(1000, 'x'));
  mo.replace(28, 8, mo.substr(36, 8));  // the first entry is the second one
  EXPECT_THROW(ReadGettext(mo, "", "x.mo"), Error);
}

TEST(Gettext, LongEntriesOnly) {
  const std::string text(100, 'x');
  const std::string mo = MoFile("Content-Type: text/plain; charset=UTF-8", text);
  EXPECT_EQ(ReadGettext(mo, "", "x.mo"), (std::vector<std::string>{text}));
  EXPECT_THROW(ReadGettext(mo.substr(0, 50), "", "x.mo"), Error);
  EXPECT_THROW(ReadGettext("not a mo file, but long enough", "", "x.mo"), Error);
}

}  // namespace
}  // namespace cria::corpus
