// Citations that are a word of the sentence stay, those beside it go.
#include "corpus/formats/wiki/wikitext_harvard.h"

#include <gtest/gtest.h>

#include "corpus/formats/wiki/wikitext.h"

namespace cria::corpus {
namespace {

std::string En(std::string_view wikitext) { return WikitextToText(wikitext, "en", "Page"); }

TEST(WikitextHarvard, AuthorsAndYears) {
  EXPECT_EQ(En("{{harvs|txt|last=Lee|authorlink=A Lee|year=1966|year2=1967|loc=p. 3}} showed it."),
            "Lee (1966, 1967) showed it.");
  EXPECT_EQ(En("As {{harvs|txt=yes|first=Al|last1=Lee|last2=Ray|last3=Fox|year1=1999}} say."),
            "As Lee, Ray & Fox (1999) say.");
  EXPECT_EQ(En("Shown in {{harvs|nb|last=Lee|year=1966}} first."), "Shown in Lee 1966 first.");
  EXPECT_EQ(En("It was shown {{harvs|last=Lee|year=1966}}. More."), "It was shown. More.");
  EXPECT_EQ(En("As {{harvtxt|Lee|Ray|2005}} say."), "As Lee & Ray (2005) say.");
}

TEST(WikitextHarvard, AnAnnouncedCitationTakesItsAnnouncementAlong) {
  EXPECT_EQ(En("* Papers: {{Citation|last=Lee}}. More about them is said there."),
            "- More about them is said there.");
}

}  // namespace
}  // namespace cria::corpus
