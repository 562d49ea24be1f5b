// Amounts as Wikipedia shows them.
#include "corpus/formats/wiki/wikitext_units.h"

#include <gtest/gtest.h>

#include "corpus/formats/wiki/wikitext.h"

namespace cria::corpus {
namespace {

std::string En(std::string_view text) { return WikitextToText(text, "en", "Title"); }

TEST(WikitextUnits, Multiples) {
  EXPECT_EQ(En("It manages {{convert|87|e6acre|e6ha|abbr=off}} and {{convert|11|MUSgal}} of oil."),
            "It manages 87 million acres and 11 million US gallons of oil.");
  EXPECT_EQ(En("Reserves of {{convert|166|Goilbbl}}, {{convert|2.3|Moilbbl/d|m3/d}}, "
               "{{convert|300|oilbbl}} per day, {{convert|50|koilbbl/d}}, {{convert|3|e6carat}}."),
            "Reserves of 166 billion barrels, 2.3 million barrels per day, 300 barrels per day, 50 "
            "thousand barrels per day, 3 million carats.");
  EXPECT_EQ(En("{{convert|5|Mm}}, {{convert|2|GW}}, {{convert|7|e9m3}}, {{convert|8|exx}}."),
            "5 Mm, 2 GW, 7 billion m³, 8 exx.");
}

TEST(WikitextUnits, AsAdjectives) {
  EXPECT_EQ(En("A {{convert|1150|mi|adj=on}} trail to a {{convert|40|acre|adj=on}} ranch, a "
               "{{convert|10|ft|adj=on}} swell, a {{convert|5|km|adj=on}} run, {{convert|1|mi}}."),
            "A 1,150-mile trail to a 40-acre ranch, a 10-foot swell, a 5 km run, 1 mile.");
}

TEST(WikitextUnits, OnlyTheOtherUnitIsNotGuessed) {
  EXPECT_EQ(En("It has 15.7 trillion cubic feet ({{convert|15700|ft3|disp=output number only}} bn "
               "m³) of gas."),
            "It has 15.7 trillion cubic feet of gas.");
}

}  // namespace
}  // namespace cria::corpus
