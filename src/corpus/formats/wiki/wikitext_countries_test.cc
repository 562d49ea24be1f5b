// Codes of countries become names where the language is known; a line that needs one goes.
#include "corpus/formats/wiki/wikitext_countries.h"

#include <gtest/gtest.h>

#include "corpus/formats/wiki/wikitext.h"

namespace cria::corpus {
namespace {

TEST(WikitextCountries, NamesInTheLanguageOfThePage) {
  EXPECT_EQ(WikitextCountryOf("DEU", "it"), "Germania");
  EXPECT_EQ(WikitextCountryOf("GER", "en"), "Germany");
  EXPECT_EQ(WikitextCountryOf("GER", "de"), "");
  EXPECT_EQ(WikitextCountryOf("XXX", "it"), "");
  EXPECT_EQ(WikitextToText("* {{PER}} 831\n* {{CHN}}, 417\n; {{ITA}}\n* Fiat ({{ITA}})", "it"),
            "- Perù 831\n- Cina, 417\nItalia\n- Fiat (Italia)");
  EXPECT_EQ(WikitextToText("{{Naz|CA|BRA}} batte {{NazBA|CA|ITA 1861-1946}}", "it"),
            "Brasile batte Italia");
  EXPECT_EQ(WikitextToText("in {{flag|Peru}} and {{flag|PER}}, {{flagcountry|FRA|name=x}}", "en"),
            "in Peru and Peru, France");
  EXPECT_EQ(WikitextToText("* {{Gemellaggio|Italia|Miranda (Italia)|2006}}\n* "
                           "{{Gemellaggio|Francia|Nizza|}}",
                           "it"),
            "- Miranda, dal 2006\n- Nizza");
}

TEST(WikitextCountries, AFigureWithoutItsCountryGoes) {
  EXPECT_EQ(WikitextToText("Es wohnten:\n* {{PER}} 831\n* {{XYZ}} 15 1,44%\n* Peru 3", "de"),
            "Es wohnten:\n\n- Peru 3");
  EXPECT_EQ(WikitextToText("Der Staat ({{PER}}) ist groß.", "de"), "Der Staat ist groß.");
}

}  // namespace
}  // namespace cria::corpus
