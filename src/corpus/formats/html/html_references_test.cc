// Character references as browsers read them.
#include "corpus/formats/html/html_references.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

std::string Decoded(std::string_view text, bool in_attribute = false) {
  std::string out;
  AppendDecodedHtml(text, in_attribute, &out);
  return out;
}

TEST(HtmlReferences, Names) {
  EXPECT_EQ(Decoded("&lt;p&gt; &eacute;&Eacute; &hellip;&zcaron;&yacy;&rarr;"), "<p> éÉ …žя→");
  EXPECT_EQ(Decoded("&thetasym;&AElig;&zwnj;"), "ϑÆ\u200c");
  EXPECT_EQ(Decoded("&unknown; &; & &Alphaa; &CounterClockwiseContourIntegral;"),
            "&unknown; &; & &Alphaa; &CounterClockwiseContourIntegral;");
}

TEST(HtmlReferences, TheSemicolonIsOptionalForOldNames) {
  EXPECT_EQ(Decoded("&copy2020 &ampx &notit; &hellip"), "©2020 &x ¬it; &hellip");
  // In an attribute "&copy=" is a part of an address.
  EXPECT_EQ(Decoded("?a&copy=1&lt2 &copy; &copy", true), "?a&copy=1&lt2 © ©");
}

TEST(HtmlReferences, Numbers) {
  EXPECT_EQ(Decoded("&#65;&#x42;&#X43&#68x"), "ABCDx");
  EXPECT_EQ(Decoded("&#150;&#x92;&#8364;"), "–’€");
  EXPECT_EQ(Decoded("&#0;&#xD800;&#x110000;&#99999999999999999999;"), "\ufffd\ufffd\ufffd\ufffd");
  EXPECT_EQ(Decoded("&#;&#x;&#"), "&#;&#x;&#");
}

TEST(HtmlReferences, NeverGrows) {
  for (const std::string_view text : {"&#1", "&Mu;", "&#0", "&lt", "&hArr;", "&#xfffff"}) {
    EXPECT_LE(Decoded(text).size(), text.size()) << text;
  }
}

std::string DecodeStrictly(std::string_view text) {
  std::string out;
  AppendDecodedReferences(text, &out);
  return out;
}

TEST(StrictReferences, NamesAndNumbers) {
  EXPECT_EQ(DecodeStrictly("a &lt;b&gt; &amp;amp; &quot;&apos;"), "a <b> &amp; \"'");
  EXPECT_EQ(DecodeStrictly("&#xA;&#10;&#65;&#x1F600;"), "\n\nA\U0001f600");
  EXPECT_EQ(DecodeStrictly("&eacute;&hellip;&thetasym;"), "é…ϑ");
  EXPECT_EQ(DecodeStrictly("&#150;&#x80;"), "–€");  // numbers of Windows-1252
}

TEST(StrictReferences, WhatIsNone) {
  for (const char* text : {"&", "&;", "&#;", "&#x;", "&lt", "a & b; c", "&unknown;", "&#12a;",
                           "&averyveryverylongname;", "&#xfffffffffffffffffffff;"}) {
    EXPECT_EQ(DecodeStrictly(text), text);
  }
}

TEST(StrictReferences, NothingThatIsNoText) {
  EXPECT_EQ(DecodeStrictly("&#0;&#xD800;&#x110000;"), "");
  EXPECT_EQ(DecodeStrictly("a&#1;&#x1b;&#127;b"), "ab");
}

}  // namespace
}  // namespace cria::corpus
