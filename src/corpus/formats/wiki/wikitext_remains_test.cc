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

TEST(WikitextRemains, FractionsOfSums) {
  EXPECT_EQ(En("It takes ({{sfrac|3''n'' + 1|2}}) O, {{frac|1|2}}, {{sfrac|-1|''n''-1}}."),
            "It takes ((3n + 1)/2) O, 1/2, -1/(n-1).");
}

TEST(WikitextRemains, Charges) {
  EXPECT_EQ(En("Ions like {{chem|Si|4|4-}}, {{chem|O|2|2-}} and {{chem|NH|4|+}}."),
            "Ions like Si₄⁴⁻, O₂²⁻ and NH₄⁺.");
}

TEST(WikitextRemains, WordsStayWhole) {
  EXPECT_EQ(
      WikitextToText("Die [[Haus]]<nowiki />tür und<!-- x -->eins (<!-- y -->) da.", "de", "T"),
      "Die Haustür undeins da.");
  EXPECT_EQ(En("One word<ref>x</ref>here, two{{efn|y}}there."), "One word here, two there.");
}

TEST(WikitextRemains, StepsKeepTheirIndentation) {
  EXPECT_EQ(
      En("{{algorithm-begin|name=Largest}}\n   Input: A list.\n\n   ''if'' small return\n   "
         "''for each'', do\n     ''if'' larger, then\n       take\n   return\n"
         "{{algorithm-end}}\n\nText\n   goes on."),
      "Input: A list.\n\nif small return\nfor each, do\n  if larger, then\n    take\nreturn\n\n"
      "Text\ngoes on.");
}

TEST(WikitextRemains, TwinTownsOfOtherWikis) {
  EXPECT_EQ(
      WikitextToText("* 1987: {{kardeş şehir|Paris|Fransa}}\n* 1991: {{kardeş şehir|Budapeşte|"
                     "Macaristan}}, {{kardeş şehir|Varşova|Polonya}}",
                     "tr", "T"),
      "- 1987: Paris, Fransa\n- 1991: Budapeşte, Macaristan, Varşova, Polonya");
  EXPECT_EQ(WikitextToText("{|\n|\n* 1967 {{Yhdysvaltain lippu}} [[Los Angeles]]\n* 1987 {{Ranskan "
                           "lippu}} [[Pariisi]]\n|}",
                           "fi", "T"),
            "- 1967 Los Angeles\n- 1987 Pariisi");
}

TEST(WikitextRemains, WholeFormulas) {
  EXPECT_EQ(
      En("{{chem2|SO4(2-)}}, {{chem2|Fe2O3}}, {{chem2|Na+}}, {{chem2|Ca(OH)2}}, {{chem2|2 H2 + "
         "O2}}, {{chem2|[Fe(CN)6](4-)}}, {{chem|Si|4|4-}}"),
      "SO₄²⁻, Fe₂O₃, Na⁺, Ca(OH)₂, 2 H₂ + O₂, [Fe(CN)₆]⁴⁻, Si₄⁴⁻");
}

TEST(WikitextRemains, AmountsInOneArgument) {
  EXPECT_EQ(
      WikitextToText("Il a {{unité|25000 km}} et {{unité|307,665 milliards}}, {{unité|892|km|2}}.",
                     "fr", "T"),
      "Il a 25 000 km et 307,665 milliards, 892 km².");
  EXPECT_EQ(En("It had {{convert|160|Tcuft}} of gas."), "It had 160 trillion cu ft of gas.");
}

}  // namespace
}  // namespace cria::corpus
