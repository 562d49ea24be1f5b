// What announces a table that was left out goes; what stands without it stays.
#include "corpus/formats/wiki/wikitext_announcements.h"

#include <gtest/gtest.h>

#include "corpus/formats/wiki/wikitext.h"

namespace cria::corpus {
namespace {

constexpr char kTable[] = "\n{|\n| x\n|}\n";

TEST(WikitextAnnouncements, SentencesBeforeADroppedTableGo) {
  for (const auto& [language, sentence] :
       std::initializer_list<std::pair<const char*, const char*>>{
           {"en", "The following table shows the members."},
           {"en", "The following are the sports of the state."},
           {"en", "For more see the table below."},
           {"de", "Die folgende Tabelle zeigt die Mitglieder."},
           {"fr", "Le tableau ci-dessous donne les membres."},
           {"es", "La siguiente tabla muestra los miembros."},
           {"it", "La tabella seguente riporta i membri."},
           {"pt", "A tabela abaixo mostra os membros."},
           {"nl", "De onderstaande tabel toont de leden."},
           {"pl", "Poniższa tabela pokazuje członków."},
           {"sv", "Följande tabell visar medlemmarna."},
           {"ru", "Следующая таблица показывает страны."},
           {"tr", "Aşağıdaki tabloda iller vardır."},
           {"ja", "以下の表に示す。"}}) {
    EXPECT_TRUE(AnnouncesWikitextTable(sentence)) << sentence;
    const std::string page =
        std::string("== H ==\nAbcd efghi. ") + sentence + kTable + "== I ==\nUvwx.";
    EXPECT_EQ(WikitextToText(page, language), "H\n\nAbcd efghi.\n\nI\n\nUvwx.") << sentence;
  }
}

TEST(WikitextAnnouncements, OtherSentencesStay) {
  EXPECT_FALSE(
      AnnouncesWikitextTable("Verbs take prefixes (see the table below) in most of them."));
  EXPECT_FALSE(AnnouncesWikitextTable("He sat at the table and followed the list."));
  // Nothing was lost there.
  EXPECT_EQ(WikitextToText("The following table is of wood.\n\n== H ==\nText.", "en"),
            "The following table is of wood.\n\nH\n\nText.");
}

TEST(WikitextAnnouncements, WhatALostListLeaves) {
  EXPECT_EQ(
      WikitextToText("== Kardeş ==\nToplam 18 kardeş var<ref>x</ref>\n* {{k|A|B}}: {{k|C|D}}\n"
                     "== I ==\nMetin.",
                     "tr"),
      "I\n\nMetin.");
  EXPECT_EQ(WikitextToText("It is large. Its towns are:\n* {{k|A|B}}\n\nText.", "en"),
            "It is large.\n\nText.");
  // Some are left.
  EXPECT_EQ(WikitextToText("Its towns are:\n* {{k|A|B}}\n* Rome", "en"),
            "Its towns are:\n\n- Rome");
  EXPECT_EQ(
      WikitextToText("== Города ==\n{|\n| x\n|}\nСостояние: 29 октября\n== I ==\nТекст.", "ru"),
      "I\n\nТекст.");
}

}  // namespace
}  // namespace cria::corpus
