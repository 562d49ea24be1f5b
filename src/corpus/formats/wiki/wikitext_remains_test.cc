// What is left of sentences and brackets where something was taken out of them.
#include <gtest/gtest.h>

#include "corpus/formats/wiki/wikitext.h"

namespace cria::corpus {
namespace {

std::string En(std::string_view text) { return WikitextToText(text, "en", "T"); }

TEST(WikitextRemains, LabelsOfLinksInBrackets) {
  EXPECT_EQ(WikitextToText("''Die Welt'', Leipzig 1819 ([http://a.de/1 Google Books], "
                           "[[:commons:File:x.pdf|Commons]]). Danach mehr.",
                           "de", "T"),
            "Die Welt, Leipzig 1819. Danach mehr.");
  EXPECT_EQ(En("A word ([http://a.de the official site of the whole large city of X])."),
            "A word (the official site of the whole large city of X).");
  EXPECT_EQ(En("A word ([http://a.de X] is where one reads about all of it, and more)."),
            "A word (X is where one reads about all of it, and more).");
}

TEST(WikitextRemains, ApostrophesOfTemplates) {
  EXPECT_EQ(WikitextToText("L{{'}}''[[Altes Museum]]'' e nell{{'}}''[[Alte Nationalgalerie]]''.",
                           "it", "T"),
            "L'Altes Museum e nell'Alte Nationalgalerie.");
}

TEST(WikitextRemains, SentencesEndWithSmallWords) {
  EXPECT_EQ(En("Costs are more so. It takes a {{Format price|5}} of the budget. Then more."),
            "Costs are more so. Then more.");
}

TEST(WikitextRemains, WhatWasAnnounced) {
  EXPECT_EQ(En("It consists of: {{DentalFormula|1}} These teeth are peg-like."),
            "These teeth are peg-like.");
  EXPECT_EQ(En("There are two regions:\n===North===\nCold.\n===South===\nWarm."),
            "There are two regions:\n\nNorth\n\nCold.\n\nSouth\n\nWarm.");
  EXPECT_EQ(En("==A==\nText. There are two regions:\n==B==\nCold."), "A\n\nText.\n\nB\n\nCold.");
  EXPECT_EQ(En("==A==\nText. There are two regions:\n===B===\n===C===\n==D==\nCold."),
            "A\n\nText.\n\nD\n\nCold.");
}

TEST(WikitextRemains, NotesAndSounds) {
  EXPECT_EQ(En("No breaks{{Clarify|date=x}}in the chain."), "No breaks in the chain.");
  EXPECT_EQ(En("Asphalt ({{IPAc-en|US|a}}, occasionally {{IPAc-en|b}}) is a liquid."),
            "Asphalt is a liquid.");
  EXPECT_EQ(En("A (named {{IPAc-en|b}}, plural As) is a letter."), "A (plural As) is a letter.");
  EXPECT_EQ(En("==Codes==\n{{Letter other reps|x}}\n: <sup>1</sup> Also for encodings.\n: More."),
            "Codes\n\nMore.");
}

TEST(WikitextRemains, HatnotesByHand) {
  EXPECT_EQ(En("==A==\n:''See also: [[Software patents]] for an overview''\nText.\n\nSee also "
               "[[Lack of fit]].\n\nOne may see also what\nSee also is."),
            "A\n\nText.\n\nOne may see also what See also is.");
}

TEST(WikitextRemains, NumbersOfTheLanguage) {
  EXPECT_EQ(
      WikitextToText("Er liegt auf {{Höhe|1428.1|DE-NHN}} und kostet {{EUR|7,50}}.", "de", "T"),
      "Er liegt auf 1.428,1 m und kostet 7,50 Euro.");
  EXPECT_EQ(WikitextToText("Il coûte {{euro|77.80}}.", "fr", "T"), "Il coûte 77,80 €.");
}

TEST(WikitextRemains, Charges) {
  EXPECT_EQ(En("Ions like {{chem|Si|4|4-}}, {{chem|O|2|2-}} and {{chem|NH|4|+}}."),
            "Ions like Si₄⁴⁻, O₂²⁻ and NH₄⁺.");
}

}  // namespace
}  // namespace cria::corpus
