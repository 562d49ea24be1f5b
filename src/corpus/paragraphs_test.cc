// Where long texts are cut: no heading is left behind at the end of a part.
#include "corpus/paragraphs.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

TEST(Paragraphs, HeadingsGoWithWhatFollows) {
  const std::string prose = std::string(700, 'p') + ".", more(400, 'q');
  for (const char* headings :
       {"Education", "Education\n\nSchools", "Education\n\nSchools\n\nTowns"}) {
    const std::string text = prose + "\n\n" + headings + "\n\n" + more;
    const std::vector<std::string> parts = CutText(text, 800);
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_EQ(parts[0], prose) << headings;
    EXPECT_EQ(parts[1], std::string(headings) + "\n\n" + more);
  }
  // An item and a sentence are no headings.
  EXPECT_EQ(CutText(prose + "\n\n- item\n\n" + more, 800)[0], prose + "\n\n- item");
  EXPECT_EQ(CutText(prose + "\n\nA word.\n\n" + more, 800)[0], prose + "\n\nA word.");
}

}  // namespace
}  // namespace cria::corpus
