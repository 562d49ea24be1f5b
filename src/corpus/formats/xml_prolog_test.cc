// Prologs of any form, cut anywhere; what declares entities is told from what only looks so.
#include "corpus/formats/xml_prolog.h"

#include <gtest/gtest.h>

#include <string>

namespace cria::corpus {
namespace {

using State = XmlProlog::State;

// What stands at the root, or a word for why there is none.
std::string Root(const std::string& head) {
  const XmlProlog prolog = ReadXmlProlog(head);
  switch (prolog.state) {
    case State::kRoot:
      return head.substr(prolog.root);
    case State::kMore:
      return "more";
    case State::kEntities:
      return "entities";
    case State::kTooLong:
      return "too long";
    default:
      return "none";
  }
}

TEST(XmlProlog, WhatMayStandBeforeTheRoot) {
  EXPECT_EQ(Root("<posts>"), "<posts>");
  EXPECT_EQ(Root("\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <b> --><?go '>'?> <posts/>"), "<posts/>");
  EXPECT_EQ(Root("<!DOCTYPE posts><posts>"), "<posts>");
  EXPECT_EQ(Root("<!DOCTYPE posts PUBLIC '-//>//' \"http://[x]/y.dtd\">\n<posts>"), "<posts>");
  EXPECT_EQ(Root("<!DOCTYPE p []><p>"), "<p>");
  EXPECT_EQ(Root("<!DOCTYPE p SYSTEM 'x' [<!ELEMENT p ANY>\n<!ATTLIST p a CDATA \"]>\">"
                 "<!NOTATION n SYSTEM 'n'><!-- <!ENTITY --><?x <!ENTITY ?>] ><p>"),
            "<p>");
  EXPECT_EQ(Root("<!DOCTYPE p [<!ATTLIST p a CDATA '<!ENTITY x \"y\">'>]><p>"), "<p>");
}

TEST(XmlProlog, EntitiesAreSeen) {
  EXPECT_EQ(Root("<!DOCTYPE p [<!ENTITY a 'b'>]><p>"), "entities");
  EXPECT_EQ(Root("<!DOCTYPE p [ <!ELEMENT p ANY> <!-- -->\n<!ENTITY % a SYSTEM 'f'>]><p>"),
            "entities");
  EXPECT_EQ(Root("<!DOCTYPE p [%other;]><p>"), "entities");
}

TEST(XmlProlog, WhatIsNoXmlAndWhatGoesOn) {
  for (const char* text : {"no markup", "<!ELEMENT p ANY>", "</p>", "<!DOCTYPE p [ words ]><p>"}) {
    EXPECT_EQ(Root(text), "none") << text;
  }
  EXPECT_EQ(Root(""), "more");
  const std::string whole =
      "<?xml version='1.0'?><!-- c --><!DOCTYPE p [<!ELEMENT p ANY><!-- d -->]><p>";
  for (size_t cut = 0; cut + 3 < whole.size(); ++cut) {
    EXPECT_EQ(Root(whole.substr(0, cut)), "more") << whole.substr(0, cut);
  }
}

TEST(XmlProlog, WhatIsOutOfSightIsNotTakenForHarmless) {
  const std::string comment = "<!--" + std::string(kMaxXmlPrologBytes, 'x') + "-->";
  EXPECT_EQ(Root(comment), "too long");
  EXPECT_EQ(Root(comment + "<!DOCTYPE p [<!ENTITY a 'b'>]><p>"), "too long");
  EXPECT_EQ(Root("<!DOCTYPE p [" + comment + "]><p>"), "too long");
  EXPECT_EQ(Root(std::string(kMaxXmlPrologBytes, ' ') + "<p>"), "too long");
  const std::string fits = "<!--" + std::string(kMaxXmlPrologBytes - 100, 'x') + "--><p>";
  EXPECT_EQ(Root(fits), "<p>");
  EXPECT_EQ(Root("text " + comment), "none");
}

}  // namespace
}  // namespace cria::corpus
