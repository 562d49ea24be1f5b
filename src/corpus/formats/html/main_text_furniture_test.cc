// What sites put between and below texts goes; what only looks like it stays.
#include "corpus/formats/html/main_text_furniture.h"

#include <gtest/gtest.h>

#include <string>

#include "base/utf8.h"
#include "corpus/formats/html/main_text.h"

namespace cria::corpus {
namespace {

std::string MainText(std::string_view html) { return ExtractMainText(html).text; }

// Paragraphs of a text, each told from the others.
std::string Words(int i) {
  return "This is paragraph number " + std::to_string(i) +
         " of a text, long enough to be told from a menu; it says what its author had to say, and "
         "then it ends.";
}
std::string Text(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += (i > from ? "\n\n" : "") + Words(i);
  return text;
}
std::string Html(int from, int to) {
  std::string html;
  for (int i = from; i < to; ++i) html += "<p>" + Words(i) + "</p>\n";
  return html;
}

TEST(MainTextFurniture, LinesBelowTheText) {
  for (const std::string_view line :
       {"This site built by © N. N., code here.",
        "© 2024 Example Ltd. Powered by something.",
        "Copyright 2019 News. All rights reserved. It may not be published.",
        "Share this:",
        "Subscribe to our newsletter and get the best of the week by mail!",
        "Leggi anche",
        "Lees ook:",
        "Читайте также",
        "Veja também:",
        "Czytaj także",
        "Posted in News | Tagged with water",
        "You must be logged in to post a comment.",
        "Your email address will not be published. Required fields are marked *",
        "Мы используем файлы cookie, чтобы сайт работал лучше.",
        "Wir verwenden Cookies, um Ihnen das beste Angebot zu machen. Mehr dazu hier.",
        "Skip to content",
        "Image copyright Getty Images",
        "Foto: N. N./dpa",
        "0:15 / 3:20",
        "Warning: Use of a constant in /var/www/html/index.php on line 928"}) {
    EXPECT_EQ(MainText("<article>" + Html(0, 4) + "<p>" + std::string(line) + "</p></article>"),
              Text(0, 4))
        << line;
    EXPECT_EQ(MainText("<article>" + Html(0, 2) + "<p>" + std::string(line) + "</p>" + Html(2, 4) +
                       "</article>"),
              Text(0, 4))
        << line;
  }
}

TEST(MainTextFurniture, SentencesOfTheTextStay) {
  for (const std::string sentence :
       {"A site that uses cookies has to ask for consent, says the court in its ruling of Monday.",
        "In a newsletter to its customers the bank had promised the opposite a year before.",
        "Comments were closed to the public when the council met, and nobody took any notes.",
        "Read more slowly than you think you should, the teacher told her class that morning."}) {
    const std::string html =
        "<article>" + Html(0, 5) + "<p>" + sentence + "</p>" + Html(5, 13) + "</article>";
    EXPECT_EQ(MainText(html), Text(0, 5) + "\n\n" + sentence + "\n\n" + Text(5, 13));
  }
}

TEST(MainTextFurniture, HeadsOfManualsStay) {
  EXPECT_EQ(MainText("<main>" + Html(0, 2) + "<h2>Comments</h2>" + Html(2, 4) + "<h2>Search</h2>" +
                     Html(4, 6) + "<h2>Most popular options</h2>" + Html(6, 7) + "</main>"),
            Text(0, 2) + "\n\nComments\n\n" + Text(2, 4) + "\n\nSearch\n\n" + Text(4, 6) +
                "\n\nMost popular options\n\n" + Words(6));
}

TEST(MainTextFurniture, RelatedPagesAndComments) {
  const std::string teasers =
      "<div><h4>A storm comes</h4><p>The weather of the week, told in a few words for you.</p>"
      "<h4>A storm goes</h4><p>And what it left behind it when it went to the east "
      "coast.</p></div>";
  EXPECT_EQ(
      MainText("<article>" + Html(0, 6) + "<h3>You may also like...</h3>" + teasers + "</article>"),
      Text(0, 6));
  // In the midst of a text a line takes nothing with it but links.
  EXPECT_EQ(MainText("<article>" + Html(0, 3) +
                     "<p>Leggi anche</p><h3><a href=a>A storm comes</a>"
                     "</h3>" +
                     Html(3, 6) + "</article>"),
            Text(0, 6));
  EXPECT_EQ(MainText("<div>" + Html(0, 3) + "<h2>3 responses to “A text”</h2><h2>3 Comments</h2>" +
                     Html(3, 6) + "</div>"),
            Text(0, 3));
}

TEST(MainTextFurniture, TeasersOfOtherPages) {
  const auto teaser = [](int i) {
    return "<div><h3><a href=/p>Another page " + std::to_string(i) +
           "</a></h3><p>What it says, in a "
           "sentence of some words, number " +
           std::to_string(i) + ".</p></div>";
  };
  EXPECT_EQ(MainText("<main><h1><a href=.>Head</a></h1>" + Html(0, 5) + teaser(1) + teaser(2) +
                     teaser(3) + "</main>"),
            "Head\n\n" + Text(0, 5));
  // Between paragraphs, in an element of its own.
  EXPECT_EQ(
      MainText("<main>" + Html(0, 2) + "<div><h3><a href=x>A headline of today</a></h3></div>" +
               Html(2, 5) + "</main>"),
      Text(0, 5));
  // A heading beside the paragraphs is of the text, wherever it leads.
  EXPECT_EQ(MainText("<main>" + Html(0, 2) + "<h3><a href=x>The first thing</a></h3>" + Html(2, 5) +
                     "</main>"),
            Text(0, 2) + "\n\nThe first thing\n\n" + Text(2, 5));
  // A heading that opens its own part is no link.
  EXPECT_EQ(MainText("<main>" + Html(0, 3) + "<div><h3><a href='#a'>How?</a></h3>" + Html(3, 4) +
                     "</div>" + Html(4, 5) + "</main>"),
            Text(0, 3) + "\n\nHow?\n\n" + Text(3, 5));
  EXPECT_EQ(MainText("<main>" + Html(0, 4) +
                     "<p>The start of another text of this site, as far as "
                     "it goes without [&hellip;]</p></main>"),
            Text(0, 4));
}

TEST(MainTextFurniture, AListOfPostsIsAText) {
  std::string html = "<main>", text;
  for (int i = 0; i < 6; ++i) {
    html +=
        "<div><h2><a href=/p>Post " + std::to_string(i) + "</a></h2>" + Html(i, i + 1) + "</div>";
    text += (i > 0 ? "\n\nPost " : "Post ") + std::to_string(i) + "\n\n" + Words(i);
  }
  EXPECT_EQ(MainText(html + "</main>"), text);
}

TEST(MainTextFurniture, HeadsOfLinks) {
  EXPECT_EQ(MainText("<main>" + Html(0, 2) +
                     "<div><h3>Whatever they call it</h3><ul><li><a href=a>"
                     "One page</a><li><a href=b>Other page</a></ul></div>" +
                     Html(2, 4) + "</main>"),
            Text(0, 4));
}

TEST(MainTextFurniture, BoxesBelowTheText) {
  const std::string box =
      "<div><div>N. N. writes about water and lives by a lake with her dog, and "
      "she has done so for years.</div></div>";
  EXPECT_EQ(MainText("<div><div>" + Html(0, 6) + "</div>" + box + "</div>"), Text(0, 6));
  // The same template goes on, and a list is no box.
  EXPECT_EQ(MainText("<main><div class=a>" + Html(0, 6) + "</div><div class=a>" + Html(6, 7) +
                     "</div></main>"),
            Text(0, 7));
  EXPECT_EQ(MainText("<main>" + Html(0, 6) + "<div><ul><li>one<li>two</ul></div></main>"),
            Text(0, 6) + "\n\n- one\n- two");
}

TEST(MainTextFurniture, CalendarsAndTwins) {
  EXPECT_EQ(MainText("<main>" + Html(0, 4) +
                     "<table><tr><th>May 2020<tr><td>Mo<td>Tu<td>We<td>Th<td>Fr<td>Sa<td>Su"
                     "<tr><td>1<td>2<td>3<tr><td>4<td>5<td>6<td>7<td>8<td>9<td>10"
                     "<tr><td>11<td>12<td>13<td>14<td>15<td>16<td>17</table></main>"),
            Text(0, 4));
  // Numbers that follow each other are a calendar only in some weeks.
  EXPECT_EQ(MainText("<main>" + Html(0, 4) +
                     "<table><tr><td>1<td>2<td>3<tr><td>2<td>4<td>6</table></main>"),
            Text(0, 4) + "\n\n1 | 2 | 3\n2 | 4 | 6");
  EXPECT_EQ(MainText("<main>" + Html(0, 4) + Html(1, 2) + Html(4, 5) + "</main>"), Text(0, 5));
}

TEST(MainTextFurniture, LabelsOfForms) {
  EXPECT_EQ(MainText("<form>" + Html(0, 4) +
                     "<label>I want to hear of everything that happens at "
                     "this place, every week and by mail.</label></form>"),
            Text(0, 4));
}

TEST(MainTextFurniture, HostilePagesTakeLinearTime) {
  const std::string prose = "<p>" + Words(1) + "</p>";
  // What would be quadratic: heads that reach to the end, boxes in boxes, front words for ever.
  for (const std::string& piece :
       {"<h2>Related posts</h2>" + prose, "<div><h2><a href=x>x</a></h2>" + prose,
        "<p>Leave a reply</p>" + prose, "<div><div><p>Read also</p></div>" + prose,
        "<h6>Comments</h6><h1>Comments</h1>" + prose, std::string("<p>0 0 0 0 all all all rights"),
        "<section><div>" + Words(2) + "</div>" + prose}) {
    std::string html = "<main>" + Html(0, 3);
    for (int i = 0; i < 50000; ++i) html += piece;
    EXPECT_TRUE(IsValidUtf8(MainText(html))) << piece;
  }
}

}  // namespace
}  // namespace cria::corpus
