// Names, numbers, and what is no reference.
#include "corpus/formats/character_reference.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

std::string Decode(std::string_view text) {
  std::string out;
  AppendDecodedReferences(text, &out);
  return out;
}

TEST(CharacterReference, NamesAndNumbers) {
  EXPECT_EQ(Decode("a &lt;b&gt; &amp;amp; &quot;&apos;"), "a <b> &amp; \"'");
  EXPECT_EQ(Decode("&#xA;&#10;&#65;&#x1F600;"), "\n\nA\U0001f600");
  EXPECT_EQ(Decode("&eacute;&hellip;&thetasym;"), "é…ϑ");
  EXPECT_EQ(Decode("&#150;&#x80;"), "–€");  // numbers of Windows-1252
}

TEST(CharacterReference, WhatIsNone) {
  for (const char* text : {"&", "&;", "&#;", "&#x;", "&lt", "a & b; c", "&unknown;", "&#12a;",
                           "&averyveryverylongname;", "&#xfffffffffffffffffffff;"}) {
    EXPECT_EQ(Decode(text), text);
  }
}

TEST(CharacterReference, GivesValidUtf8Only) {
  EXPECT_EQ(Decode("&#0;&#xD800;&#x110000;"), "\ufffd\ufffd\ufffd");
  EXPECT_EQ(Decode("a&#1;&#x1b;&#127;b"), "ab");
}

}  // namespace
}  // namespace cria::corpus
