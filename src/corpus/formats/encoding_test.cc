// Encodings, binary files, repaired double encoding, cleaned blanks.
#include "corpus/formats/encoding.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

TEST(Encoding, ToUtf8) {
  EXPECT_EQ(ToUtf8("Grüße", "iso-8859-1"), "Grüße");  // valid stays
  EXPECT_EQ(ToUtf8("\xef\xbb\xbfx", ""), "x");        // mark goes
  EXPECT_EQ(ToUtf8("Gr\xfc\xdf"
                   "e \x93q\x94",
                   ""),
            "Grüße “q”");                                                    // guessed
  EXPECT_EQ(ToUtf8("\xf0\xd2\xc9", "koi8-r"), "При");                        // declared
  EXPECT_EQ(ToUtf8(std::string("\xff\xfeG\0r\0", 6), ""), "Gr");             // UTF-16
  EXPECT_EQ(ToUtf8("äöüäöü\xff", "no-such-charset"), "äöüäöü\xef\xbf\xbd");  // mostly UTF-8
}

// Vietnamese in windows-1258: a base letter waits for its accent, at the end of the text too.
TEST(Encoding, NothingIsHeldBackAtTheEnd) {
  EXPECT_EQ(ToUtf8("ch\xfd \xfd hoa", "cp1258").substr(7), " hoa");
}

TEST(Encoding, Binary) {
  EXPECT_TRUE(LooksBinary(std::string("a\0b", 3)));
  EXPECT_FALSE(LooksBinary("a\xff"));
  std::string page = "<p>" + std::string(5000, 'x') + "</p>";
  page[100] = page[200] = '\0';
  EXPECT_TRUE(LooksBinary(page));
  EXPECT_FALSE(LooksBinaryPage(page));
  page.replace(300, 20, std::string(20, '\0'));
  EXPECT_TRUE(LooksBinaryPage(page));
  EXPECT_TRUE(LooksBinaryPage(std::string("a\0b", 3)));
}

TEST(Encoding, Mojibake) {
  EXPECT_EQ(RepairMojibake("GrÃ¼ÃŸe â€œxâ€\xc2\x9d"), "Grüße “x”");
  EXPECT_EQ(RepairMojibake("Grüße Ã"), "Grüße Ã");  // turns back into no UTF-8: stays
  EXPECT_EQ(RepairMojibake("Привет Ã¼"), "Привет Ã¼");
  EXPECT_EQ(RepairMojibake("plain"), "plain");
}

TEST(Encoding, CleanText) {
  EXPECT_EQ(CleanText("a\r\nb \t\rc\xc2\xa0"
                      "d\x07\xc2\xad"
                      "e\n\n\n\nf\n",
                      false),
            "a\nb\nc de\n\nf");
  EXPECT_EQ(CleanText("x\n\n\n\n\n\ty", true), "x\n\n\n\ty");
  EXPECT_EQ(CleanText("  \n\n", false), "");
  EXPECT_EQ(CleanText("e\xcc\x81", false), "e\xcc\x81");  // no NFC
}

}  // namespace
}  // namespace cria::corpus
