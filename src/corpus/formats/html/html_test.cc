// Pages of HTML, Mallard and DocBook, damaged and hostile ones among them.
#include "corpus/formats/html/html.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "corpus/formats/xml.h"

namespace cria::corpus {
namespace {

TEST(Html, MainTextInParagraphs) {
  const MarkupText page = HtmlToText(R"(<html lang="de-AT"><head><title>A  title</title>
<style>p{}</style></head><body><nav><a href="/">Home</a></nav><h1>Head</h1>
<p>One   <b>bold</b>
line.<p>Two<br>lines &amp; more.<script>x()</script>
<div class="footer">Copyright</div></body></html>)");
  EXPECT_EQ(page.text, "Head\n\nOne bold line.\n\nTwo\nlines & more.");
  EXPECT_EQ(page.language, "de-AT");
  EXPECT_EQ(page.title, "A title");
}

TEST(Html, ListsTablesAndPre) {
  EXPECT_EQ(HtmlToText("<ul><li><p>one</p></li><li>two<ul><li>deep</li></ul></li></ul>").text,
            "- one\n- two\n  - deep");
  EXPECT_EQ(HtmlToText("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>").text,
            "a | b\nc");
  EXPECT_EQ(HtmlToText("<p>x</p><pre>int  f() {\n  return 1;\n}\n</pre>").text,
            "x\n\nint  f() {\n  return 1;\n}");
}

TEST(Html, LeavesOutNavigationLines) {
  EXPECT_EQ(HtmlToText("<p><a href=a>Next</a> | <a href=b>Previous page</a></p><p>See <a "
                       "href=c>this page</a> for the rest of the story.</p>")
                .text,
            "See this page for the rest of the story.");
}

TEST(Html, PrefersTheDeclaredMainElement) {
  EXPECT_EQ(HtmlToText("<div>ad</div><main><p>text</p></main><div>ad</div>").text, "text");
}

TEST(Html, SurvivesDeepNesting) {
  std::string html;
  for (int i = 0; i < 1500; ++i) html += "<div>";
  EXPECT_EQ(HtmlToText(html + "x").text, "");
}

TEST(Html, DeclaredCharset) {
  EXPECT_EQ(DeclaredCharset("<meta charset=\"KOI8-R\">"), "koi8-r");
  EXPECT_EQ(DeclaredCharset("<?xml version=\"1.0\" encoding='ISO-8859-2'?>"), "iso-8859-2");
  EXPECT_EQ(DeclaredCharset("<p>none</p>"), "");
}

TEST(Xml, MallardPage) {
  const MarkupText page = XmlToText(
      R"(<?xml version="1.0"?><page xmlns="http://projectmallard.org/1.0/" xml:lang="en"><info>
<credit><name>N</name></credit><desc>d</desc></info><title>Add a user</title>
<p>Go to <guiseq><gui>System</gui><gui>Users</gui></guiseq>, see <link xref="other"/>.</p>
<steps><item><p>First.</p></item><item><p>Press <keyseq><key>Ctrl</key><key>C</key></keyseq>.</p></item></steps>
<screen>$ ls
a  b</screen></page>)",
      [](const std::string& page_name) { return "the " + page_name + " page"; });
  EXPECT_EQ(page.text,
            "Add a user\n\nGo to System > Users, see the other page.\n\n"
            "- First.\n- Press Ctrl+C.\n\n$ ls\na  b");
  EXPECT_EQ(page.language, "en");
}

TEST(Xml, DocBookAndDamage) {
  EXPECT_EQ(XmlToText("<book><bookinfo><author>x</author></bookinfo><chapter><title>T</title>"
                      "<para>A <emphasis>b</emphasis>.</para></chapter></book>")
                .text,
            "T\n\nA b.");
  EXPECT_EQ(XmlToText("<page><p>open").text, "open");
  EXPECT_THROW(XmlToText("no xml at all"), Error);
  EXPECT_EQ(MallardTitle("<page><info><title>no</title></info><title>A <em>b</em></title></page>"),
            "A b");
}

TEST(Xml, OpensNoEntityFile) {
  EXPECT_EQ(
      XmlToText("<!DOCTYPE p [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><page><p>a&x;</p></page>")
          .text,
      "a");
}

// Neither entities in entities nor a long one that is named often make a large text of a small
// file, wherever they stand.
TEST(Xml, EntitiesDoNotMultiply) {
  std::string bomb = "<!DOCTYPE a [<!ENTITY e0 \"lol\">";
  for (int i = 1; i < 12; ++i) {
    bomb += "<!ENTITY e" + std::to_string(i) + " \"";
    for (int j = 0; j < 10; ++j) bomb += "&e" + std::to_string(i - 1) + ";";
    bomb += "\">";
  }
  bomb += "]><a lang=\"&e11;\"><p>one &e11;</p><screen>two &e11;</screen></a>";
  EXPECT_EQ(XmlToText(bomb).text, "one\n\ntwo");
  std::string often = "<!DOCTYPE a [<!ENTITY e \"" + std::string(4000, 'x') + "\">]><a>";
  for (int i = 0; i < 100; ++i) often += "<p>&e;</p>";
  EXPECT_EQ(XmlToText(often + "</a>").text.size(), 100 * 4002 - 2);
  for (int i = 0; i < 500; ++i) often += "<p>&e;</p>";
  EXPECT_THROW(XmlToText(often + "</a>"), Error);
}

TEST(Html, DepthIsBounded) {
  std::string deep;
  for (int i = 0; i < 30000; ++i) deep += "<div>";
  EXPECT_THROW(HtmlToText(deep), Error);
}

TEST(Xml, EntitiesOfTheDocumentAreText) {
  const MarkupText text = XmlToText(
      "<!DOCTYPE a [<!ENTITY app \"Writer\"><!ENTITY two \"&app;&app;\">]>"
      "<a><p>Welcome to &app;&two;, the best</p></a>");
  EXPECT_EQ(text.text, "Welcome to Writer, the best");
  EXPECT_EQ(XmlToText("<!DOCTYPE a [<!ELEMENT a ANY>]><a><p>x</p></a>").text, "x");
  EXPECT_THROW(XmlToText("no markup at all"), Error);
}

}  // namespace
}  // namespace cria::corpus
