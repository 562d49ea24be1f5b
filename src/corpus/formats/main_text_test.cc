// Main text of pages of the usual makes, of damaged ones and of hostile ones.
#include "corpus/formats/main_text.h"

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>

#include "base/utf8.h"
#include "corpus/formats/html_blocks.h"

namespace cria::corpus {
namespace {

std::string MainText(std::string_view html) { return ExtractMainText(html).text; }

constexpr char kFirst[] =
    "The first paragraph of an article is long enough to be told from a menu, and it ends.";
constexpr char kSecond[] =
    "A second one follows, with some more words about the same thing; nobody would miss it.";
constexpr char kThird[] =
    "The third is there where a text has parts, or where something stands between its paragraphs.";

std::string Both() { return std::string(kFirst) + "\n\n" + kSecond; }
std::string Paragraphs() { return std::string("<p>") + kFirst + "</p>\n<p>" + kSecond + "</p>"; }

TEST(MainText, WithoutTheSiteAroundIt) {
  const RawText page = ExtractMainText(
      R"(<!doctype html><html lang="de-AT"><head><title>A  &amp;
title</title><meta charset=utf-8><link rel=canonical href="https://x.org/?a=1&amp;b=2">
<meta property="article:published_time" content="2020-01-02"><script>var a = "<p>no</p>";</script>
</head><body class="page has-sidebar"><header><a href="/">Home of the site</a></header>
<nav><ul><li><a href="/a">News</a><li><a href="/b">Sports</a></ul></nav>
<div class="breadcrumb">You are here: everywhere in this place. Go on.</div>
<div id="content"><article><h1>The head</h1>)" +
      Paragraphs() +
      R"(<div class="share-buttons">Share this article with all of your friends. Do it now.</div>
</article><div class="comments"><p>I was here first, and that is what I have to say today.</p></div></div>
<aside>Something else entirely that stands beside the text. It is not part of it.</aside>
<div class="cookie-banner">We use cookies to make this site a better place for you. Accept?</div>
<p style="display: none">Hidden text that no reader of the page would ever see on it.</p>
<footer>Copyright 2020 by the owners of this site. All rights are reserved here.</footer>
</body></html>)");
  EXPECT_EQ(page.text, "The head\n\n" + Both());
  EXPECT_EQ(page.title, "A & title");
  EXPECT_EQ(page.language, "de");
  EXPECT_EQ(page.meta["canonical_url"], "https://x.org/?a=1&b=2");
  EXPECT_EQ(page.meta["date"], "2020-01-02");
}

TEST(MainText, ListsTablesAndPre) {
  EXPECT_EQ(MainText(Paragraphs() +
                     "<ul><li><p>one</p></li><li>two<ul><li>deep</ul></ul><ol><li>a<li>b</ol>"),
            Both() + "\n\n- one\n- two\n  - deep\n1. a\n2. b");
  EXPECT_EQ(MainText(Paragraphs() + "<table><tr><th>a</th><th><p>b</p></th></tr>"
                                    "<tr><td>c<td><div>d</div></table>"),
            Both() + "\n\na | b\nc | d");
  EXPECT_EQ(MainText(Paragraphs() + "<dl><dt>term<dd>what it is</dl>"),
            Both() + "\n\nterm\nwhat it is");
  EXPECT_EQ(
      MainText(Paragraphs() + "<pre>\nint  <b>f</b>() {\n  return&nbsp;1 &lt; 2;\n}\n\n</pre>"),
      Both() + "\n\nint  f() {\n  return 1 < 2;\n}");
}

TEST(MainText, LinesAndParagraphs) {
  EXPECT_EQ(MainText(std::string("<div>") + kFirst + "<br>" + kSecond + "<br>\n<br>" + kFirst),
            std::string(kFirst) + "\n" + kSecond + "\n\n" + kFirst);
  EXPECT_EQ(MainText("<p>White   space\n\tand&nbsp;&#160;fixed spaces fold to one, even <i> here "
                     "</i> , x<b>y</b>z.</p>"),
            "White space and fixed spaces fold to one, even here , xyz.");
}

TEST(MainText, LayoutTablesOfOldPages) {
  const std::string html =
      "<table width=100%><tr><td valign=top><a href=a>Home of the pages</a><br><a href=b>Links to "
      "others</a><br><a href=c>Guest book of this site</a><td><font size=2>" +
      std::string(kFirst) + "<p>" + kSecond + "</font></table>";
  EXPECT_EQ(MainText(html), Both());
}

TEST(MainText, AnyLanguage) {
  const std::string chinese =
      "这是一篇文章的第一段,它足够长,可以和菜单区分开来,并且在这里以句号结束,没有任何疑问。";
  EXPECT_EQ(MainText("<div><a href=a>首页</a> <a href=b>新闻</a></div><p>" + chinese +
                     "</p><div><a href=c>更多相关文章请点击这里查看全部内容</a></div>"),
            chinese);
  EXPECT_EQ(ExtractMainText("<html xml:lang='pt_BR'><p>x").language, "pt");
  EXPECT_EQ(ExtractMainText("<html lang='martian'><p>x").language, "");
}

TEST(MainText, NamesThatMisleadAreNotBelieved) {
  EXPECT_EQ(MainText("<div class=sidebar-layout>" + Paragraphs() + "</div>"), Both());
  EXPECT_EQ(MainText("<form id=aspnetForm>" + Paragraphs() + "</form>"), Both());
  // The id of a section comes from its heading.
  EXPECT_EQ(MainText("<main>" + Paragraphs() + "<section id=menus><h2>Menus</h2><p>" + kThird +
                     "</p></section></main>"),
            Both() + "\n\nMenus\n\n" + kThird);
}

TEST(MainText, APageWithoutProseKeepsItsText) {
  std::string html = "<nav><a href=a>Home</a></nav><h2>Fonts</h2><table>", text = "Fonts\n\n";
  for (int i = 0; i < 30; ++i) {
    html += "<tr><td>Font " + std::to_string(i) + "<td>old";
    text += (i > 0 ? "\n" : "") + ("Font " + std::to_string(i)) + " | old";
  }
  EXPECT_EQ(MainText(html), text);
  EXPECT_EQ(MainText("<a href=a>only</a> <a href=b>links</a>"), "");
  EXPECT_EQ(MainText(""), "");
}

TEST(MainText, UnclosedElements) {
  EXPECT_EQ(MainText("<h2>Head<div><p>" + std::string(kFirst) + "<p>" + kSecond + "<h2>End"),
            "Head\n\n" + Both());
  // A link that nobody ended, ended by the next one or by its paragraph.
  EXPECT_EQ(MainText("<p><a href=x>Link <a name=y>" + std::string(kFirst) + "<p>" + kSecond),
            "Link " + Both());
  EXPECT_EQ(MainText("<div><svg><path></div>" + Paragraphs()), Both());
}

TEST(MainText, HostilePagesTakeLinearTimeAndBoundedMemory) {
  const auto many = [](std::string_view piece, size_t count) {
    std::string html;
    for (size_t i = 0; i < count; ++i) html += piece;
    return html;
  };
  EXPECT_EQ(MainText(many("<div>", 100000) + Paragraphs()), Both());
  EXPECT_EQ(MainText(Paragraphs() + "<a href='" + many("x", 4 << 20)), Both());
  EXPECT_EQ(MainText(many("&lt;", 100000) + "."), many("<", 100000) + ".");
  // What would be quadratic: elements that are open for ever and end tags without a start.
  for (const std::string_view piece :
       {"<b></i>", "<table><td><b></div></i></table>", "<a href=x><div></a>", "<ul><li>x",
        "<span hidden></p>", "<x-ad>x", "<script><!--<script></script", "<![CDATA[", "<!--"}) {
    EXPECT_TRUE(IsValidUtf8(MainText(many(piece, 50000)))) << piece;
  }
}

TEST(MainText, AnyBytesGiveValidText) {
  EXPECT_EQ(MainText("<p>" + std::string(kFirst) + " \xff\xc3 \xed\xa0\x80 &#xd800;"),
            std::string(kFirst) + " \ufffd\ufffd \ufffd\ufffd\ufffd \ufffd");
  std::mt19937 random(7);
  const std::string_view pieces[] = {"<p>",      "</p>",       "<td>",
                                     "<li>",     "<a href=x>", "</a>",
                                     "<pre>",    "</div>",     "<div class=nav>",
                                     "&nbsp;",   "&#xFFFFFF;", "\xc2",
                                     "\xe3\x80", "word ",      ". ",
                                     "<br>",     "<h1>",       "<table>",
                                     "<!--"};
  for (int round = 0; round < 500; ++round) {
    std::string html;
    for (uint32_t i = random() % 200; i > 0; --i) html += pieces[random() % std::size(pieces)];
    const HtmlPage page = ReadHtmlBlocks(html);
    uint32_t end = 0;
    for (const HtmlBlock& block : page.blocks) {
      ASSERT_LE(end, block.begin) << html;
      ASSERT_LT(block.begin, block.end) << html;
      ASSERT_LE(block.link_weight, block.weight) << html;
      end = block.end;
    }
    ASSERT_LE(end, page.text.size());
    ASSERT_TRUE(IsValidUtf8(MainText(html))) << html;
  }
}

}  // namespace
}  // namespace cria::corpus
