// Lists of links that belong to a text, and those that do not.
#include "corpus/formats/html/main_text_lists.h"

#include <gtest/gtest.h>

#include <string>

#include "corpus/formats/html/main_text.h"

namespace cria::corpus {
namespace {

constexpr char kText[] =
    "<p>The first paragraph of an article is long enough to be told from a menu, and it ends.</p>"
    "<p>A second one follows, with some more words about the same thing; nobody would miss it.</p>";

std::string Read(const std::string& html) {
  return ExtractMainText("<div id=content>" + html + "</div>").text;
}

TEST(MainTextLists, AnnouncedByAParagraph) {
  const auto list = [](const std::string& host) {
    return "<ul><li><a href=https://a.org/1>Open data</a><li><a href=" + host +
           "/2>Limits of it</a></ul><p>After the list the text of the article goes on for one more "
           "whole sentence.</p>";
  };
  const std::string intro =
      "<p>This is the place where the author says what the work of the years was about";
  const auto has = [](const std::string& html) {
    return Read(kText + html).find("Open data\n- Limits of it") != std::string::npos;
  };
  EXPECT_TRUE(has(intro + ":</p>" + list("https://b.org")));
  EXPECT_FALSE(has(intro + ".</p>" + list("https://b.org")));
  // More of one site, or in a box of its own.
  EXPECT_FALSE(has(intro + ":</p>" + list("https://a.org")));
  EXPECT_FALSE(has(intro + ":</p><div>" + list("https://b.org") + "</div>"));
}

TEST(MainTextLists, LinksToManyOtherSites) {
  const auto page = [](const std::string& a, const std::string& b, const std::string& c) {
    return Read(std::string(kText) + "<h3>Statistics</h3><ul><li><a href=" + a +
                ">Handbook of statistics</a><li><a href=" + b +
                ">Tests as linear models</a><li><a href=" + c + ">Cheat sheet of probability</a>" +
                "</ul>" + kText);
  };
  EXPECT_NE(page("https://a.org/1", "http://www.b.org", "//c.org/x")
                .find("Statistics\n\n- Handbook of statistics\n- Tests as linear models\n- Cheat"),
            std::string::npos);
  // Other pages of one site.
  EXPECT_EQ(page("https://a.org/1", "https://a.org/2", "https://www.a.org/3").find("Handbook"),
            std::string::npos);
  EXPECT_EQ(page("/1", "2.html", "a/https://b.org").find("Handbook"), std::string::npos);
}

TEST(MainTextLists, AnItemStaysWhole) {
  const std::string paper =
      "<li><div><a href=/1>Mitigating barriers to social interaction</a></div>"
      "<div>Nouran Soliman, Hyeonsu Kang, Matthew Latzke, Jonathan Bragg</div>"
      "<div>CHI 2024</div><div><a href=/2>PDF</a> <a href=/3>arXiv</a> [<a href=/4>Code</a>]</div>";
  EXPECT_NE(Read(kText + ("<h2>Papers</h2><ol>" + paper + paper) + "</ol>")
                .find("Papers\n\n1. Mitigating barriers to social interaction\n  Nouran Soliman, "
                      "Hyeonsu Kang, Matthew Latzke, Jonathan Bragg\n  CHI 2024\n2. Mitigating"),
            std::string::npos);
}

TEST(MainTextLists, ATextMayBeginWithAList) {
  EXPECT_EQ(
      Read("<p>Here is a table of my ancestors:</p><table><thead><tr><th></th><th>Name</th><th>"
           "Thesis</th></tr></thead><tbody><tr><td>0</td><td>Luca</td><td><a href=/s.pdf>The "
           "gap</a></td></tr><tr><td>1</td><td>Nazli Goharian of Georgetown</td><td>A sparse "
           "matrix approach for the retrieval of information, which took some years.</td></tr>"
           "</tbody></table>" +
           std::string(kText))
          .substr(0, 99),
      "Here is a table of my ancestors:\n\nName | Thesis\n0 | Luca | The gap\n1 | Nazli Goharian "
      "of Georgetown");
}

TEST(MainTextLists, TopicsAmongTheClassesAreNoNames) {
  const std::string post =
      "<article class=\"post hentry category-comments tag-social-media "
      "tag-newsletter\">" +
      std::string(kText) + "</article>";
  EXPECT_EQ(Read(post + "<article class=\"social-media\">" + std::string(kText) + "</article>"),
            Read(kText));
}

TEST(MainTextLists, AListMayBeTheText) {
  std::string facts = "<p>Here are some facts about me:</p><ul>";
  for (int i = 0; i < 6; ++i) {
    facts += "<li>This is fact number " + std::to_string(i) +
             ", long enough to be told from a menu, and it ends.";
  }
  EXPECT_TRUE(
      Read("<h1>Facts</h1>" + facts + "</ul>").starts_with("Here are some facts about me:\n\n- "));
}

TEST(MainTextLists, FormsOfAPaperAndMarksOfReferencesGo) {
  const std::string papers =
      "<ul><li>Entity-centric query refinement<br>David Wadden, Nikita Gupta, Kenton Lee<br>AKBC, "
      "2022"
      "<br><a href=/1><span>Article</span></a>&nbsp;<a href=/2>Code</a><li>Claims of science<br>D. "
      "Wadden, who wrote it down.<sup class=reference><a href=#n>[1]</a></sup><br>Article</ul>";
  EXPECT_NE(Read(kText + papers)
                .find("- Entity-centric query refinement\nDavid Wadden, Nikita Gupta, "
                      "Kenton Lee\nAKBC, 2022\n- Claims of science\nD. Wadden, who "
                      "wrote it down."),
            std::string::npos);
  EXPECT_EQ(Read(kText + papers).find("[1]"), std::string::npos);
}

TEST(MainTextLists, StepsCountOnce) {
  EXPECT_NE(
      Read(std::string(kText) +
           "<ol><li><span>1</span><p>Heat the oven to two hundred degrees, "
           "which takes a while.</p><li><div>2.</div><p>Mix the flour with the butter until "
           "nothing sticks to it.</p><li><p>12</p></ol>")
          .find("\n\n1. Heat the oven to two hundred degrees, which takes a while.\n2. Mix the "
                "flour with the butter until nothing sticks to it.\n3. 12"),
      std::string::npos);
}

TEST(MainTextLists, PostsUnderLinkedTitlesAreNoTeasers) {
  // Teasers are no more than half of a page's prose: the first post is the longest.
  const auto post = [](const std::string& name, int paragraphs, bool parts) {
    std::string html =
        "<article><h2 class=title><a href=/" + name + ">The post " + name + "</a></h2><div>";
    for (int i = 0; i < paragraphs; ++i) {
      html +=
          "<p>Paragraph " + std::to_string(i) + " of the post " + name +
          " is long enough to be told from a menu, says something of its own that nobody else has "
          "said before, and goes on for some more words until it ends.</p>";
      if (parts && i == 1) html += "<h3>A part of it</h3>";
    }
    return html + "</div></article>";
  };
  const std::string text = Read(post("one", 30, false) + post("two", 12, false) +
                                post("three", 12, true) + post("four", 1, false));
  EXPECT_NE(text.find("The post two\n\nParagraph 0 of the post two"), std::string::npos);
  EXPECT_NE(text.find("The post three\n\nParagraph 0 of the post three"), std::string::npos);
  // What is as short as a teaser is one.
  EXPECT_EQ(text.find("The post four"), std::string::npos);
}

TEST(MainTextLists, SentencesWithManyLinks) {
  const std::string lead =
      "<p><b>Escopete</b> is a <a href=1>municipality</a> of the <a href=2>province of "
      "Guadalajara</a>, in the <a href=3>autonomous community</a> of <a href=4>Castile-La "
      "Mancha</a>, with some <a href=5>eighty people in all</a>.</p>";
  EXPECT_TRUE(Read(lead + kText).starts_with("Escopete is a municipality of the province"));
  const std::string more =
      "<p>See <a href=1>What the minister said in May</a>, <a href=2>What became of it in "
      "June</a> and <a href=3>What nobody had seen by July</a>.</p>";
  EXPECT_EQ(Read(kText + more + kText).find("minister"), std::string::npos);
}

}  // namespace
}  // namespace cria::corpus
