// Layout and data, through the whole reader.
#include "corpus/formats/wiki/wikitext_tables.h"

#include <gtest/gtest.h>

#include "corpus/formats/wiki/wikitext.h"

namespace cria::corpus {
namespace {

std::string En(std::string_view text) { return WikitextToText(text, "en", "Title"); }

TEST(WikitextTables, VersesBesideEachOther) {
  EXPECT_EQ(
      En("==Lyrics==\n{|\n|+ The song\n|-\n! Original poem\n! Later\n|- valign=top\n|<poem>\nO "
         "great for halcyon skies,\nFor amber waves of grain,\nFor purple mountain majesties\n"
         "Above the enameled plain!\n</poem>\n| style=x | <poem>\nO beautiful for spacious "
         "skies,\nFor amber waves of grain,\nFor purple mountain majesties\nAbove the fruited "
         "plain!\n</poem>\n|}\n"),
      "Lyrics\n\nO great for halcyon skies,\nFor amber waves of grain,\nFor purple mountain "
      "majesties\nAbove the enameled plain!\n\nO beautiful for spacious skies,\nFor amber "
      "waves of grain,\nFor purple mountain majesties\nAbove the fruited plain!");
}

TEST(WikitextTables, ListsInColumns) {
  EXPECT_EQ(En("Its twin towns are:\n{|\n|- valign=\"top\"\n|\n* 1967 {{flagicon|US}} '''[[Los "
               "Angeles]]'''\n* 1987 [[Paris]]\n|\n* 1988 [[Madrid|the capital]]\n* 1989 Rome\n|}\n"
               "Another text."),
            "Its twin towns are:\n\n- 1967 Los Angeles\n- 1987 Paris\n- 1988 the capital\n- 1989 "
            "Rome\n\nAnother text.");
}

TEST(WikitextTables, ProseInCells) {
  const std::string prose =
      "Chondrostei are primarily cartilaginous fish that show some ossification, with about fifty "
      "species in two families; they are thought to have evolved from bony fish long ago.";
  EXPECT_EQ(En("A.\n{| class=wikitable\n! Subclass\n! Notes\n|-\n| Chondrostei || valign=top | " +
               prose + "\n|}\nB."),
            "A.\n\n" + prose + "\n\nB.");
  EXPECT_EQ(En("A.\n{| class=\"infobox\"\n| " + prose + "\n|}\nB."), "A.\n\nB.");
}

TEST(WikitextTables, DataStaysOut) {
  EXPECT_EQ(En("Text.\n{| class=wikitable\n! Year !! People\n|-\n| 1900 || 12,000\n|-\n| 1950 || "
               "16,000\n|}\nMore."),
            "Text.\n\nMore.");
  EXPECT_EQ(En("The largest are:\n{|\n| a || b\n|}\n==Next==\nMore."), "Next\n\nMore.");
  EXPECT_EQ(ReadWikitextLayoutTable(""), "");
  EXPECT_EQ(ReadWikitextLayoutTable("\n|"), "");
  EXPECT_EQ(ReadWikitextLayoutTable("\n|-\n|+\n!"), "");
}

}  // namespace
}  // namespace cria::corpus
