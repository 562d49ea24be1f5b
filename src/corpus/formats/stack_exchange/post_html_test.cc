// What posts hold: paragraphs, program text, lists, quotations, formulas; and broken markup.
#include "corpus/formats/stack_exchange/post_html.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace cria::corpus {
namespace {

TEST(PostHtml, ParagraphsAndInlineElements) {
  EXPECT_EQ(PostHtmlToText("<p>One\ntwo <em>three</em>.</p>\n\n<p>See <a href=\"x?a=1&amp;b\">the "
                           "page</a> <img src='a.png' alt='no'>&amp; more&hellip;</p>\n"),
            "One two three.\n\nSee the page & more…");
  EXPECT_EQ(PostHtmlToText("<h2>Head</h2><p>a<br>b<br><br>c</p><hr><p>d"),
            "Head\n\na\nb\n\nc\n\nd");
  EXPECT_EQ(PostHtmlToText("plain 1 < 2 > 0 & text"), "plain 1 < 2 > 0 & text");
  EXPECT_EQ(PostHtmlToText("a<!-- no <p> --> b"), "a b");
}

TEST(PostHtml, ProgramTextKeepsLinesAndIndentation) {
  EXPECT_EQ(PostHtmlToText("<p>So:</p>\n\n<pre class=\"lang-py\"><code>\n  if a &lt; b:\n\n\n      "
                           "print(\"&lt;p&gt;\")\r\n</code></pre>\n<p>ok</p>"),
            "So:\n\n  if a < b:\n\n\n      print(\"<p>\")\n\nok");
  EXPECT_EQ(PostHtmlToText("<p>Use <code>a  b</code>, not <code>&lt;br&gt;</code></p>"),
            "Use a  b, not <br>");
  EXPECT_EQ(PostHtmlToText("<pre><code>open"), "open");
}

TEST(PostHtml, ListsAndQuotations) {
  EXPECT_EQ(PostHtmlToText("<p>x</p><ul><li>a<ol><li>b</li><li><p>c</p>\n<p>d</p></li></ol></li>"
                           "<li>e</li></ul><p>y</p>"),
            "x\n\n- a\n  1. b\n  2. c\n\n    d\n- e\n\ny");
  EXPECT_EQ(PostHtmlToText("<blockquote>\n<p>a<br>b</p>\n<blockquote><p>c</p></blockquote>"
                           "<pre><code>d\n e\n</code></pre></blockquote><p>f</p>"),
            "> a\n> b\n\n> > c\n\n> d\n>  e\n\nf");
  EXPECT_EQ(PostHtmlToText("<ol><li><pre><code>a\n  b</code></pre></li><li>c</li></ol>"),
            "1.\na\n  b\n\n2. c");
  EXPECT_EQ(PostHtmlToText("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr>"
                           "</table>"),
            "a | b\n1 | 2");
}

TEST(PostHtml, Formulas) {
  EXPECT_EQ(
      PostHtmlToText("<p>Let $a_1 &lt; b\\,c$ and\n$$\\begin{align}\n  a &amp;= b \\\\\n  c "
                     "&amp;= d\n\\end{align}$$\nthen.</p>"),
      "Let $a_1 < b\\,c$ and $$\\begin{align}\n  a &= b \\\\\n  c &= d\n\\end{align}$$ then.");
  EXPECT_EQ(PostHtmlToText("<p>10<sup>-3</sup>, x<sup>2</sup>, 1<sup>st</sup>, word<sup>1</sup>"
                           "</p>"),
            "10^-3, x^2, 1st, word1");
}

TEST(PostHtml, LinkedPicturesMayBeNames) {
  EXPECT_EQ(PostHtmlToText("<p>They are:</p><p><a href=\"/users/80\"><img src=\"80.png\" "
                           "alt=\"Fishtoaster\"></a><a href=\"/users/7\"><img "
                           "src=\"7.png\" alt=\"A &amp; B\"></a></p>"),
            "They are:\n\nFishtoaster A & B");
  EXPECT_EQ(PostHtmlToText("a <a href=\"x\"><img alt=\"enter image description here\"></a> b <img "
                           "alt=\"Tower of Babel\"> c <a href=\"y\">d</a> <img alt=\"e\">"),
            "a b c d");
}

TEST(PostHtml, BrokenMarkup) {
  EXPECT_EQ(PostHtmlToText(""), "");
  EXPECT_EQ(PostHtmlToText("<"), "<");
  EXPECT_EQ(PostHtmlToText("a <b"), "a <b");
  EXPECT_EQ(PostHtmlToText("<a title=\"x>y</a> z"), "y z");
  EXPECT_EQ(PostHtmlToText("</ul></li></blockquote></pre></code>a"), "a");
  EXPECT_EQ(PostHtmlToText("<li>a<li>b"), "- a\n- b");
  EXPECT_EQ(PostHtmlToText("<script>if (a < b)</script>c"), "c");
  EXPECT_EQ(PostHtmlToText("a<!-- open"), "a<!-- open");
}

// Each of these would take minutes if a tag's end, a comment's end or a prefix cost more than a
// look.
TEST(PostHtml, HostileInputIsLinear) {
  for (const char* piece :
       {"<blockquote>", "<ul><li>a", "<a b='>'", "<a b=\"", "<!--", "<p", "<", "<sup>", "<script>",
        "&", "&alpha", "<pre>", "$$", "\\begin{", "<td>"}) {
    std::string html;
    while (html.size() < 300000) html += piece;
    html += "x>";
    const std::string text = PostHtmlToText(html);
    EXPECT_LE(text.size(), 12 * html.size()) << piece;
    EXPECT_TRUE(IsValidUtf8(text));
  }
}

}  // namespace
}  // namespace cria::corpus
