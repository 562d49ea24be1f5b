// Main text of pages of the usual makes, of damaged ones and of hostile ones.
#include "corpus/formats/html/main_text.h"

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>

#include "base/utf8.h"
#include "corpus/formats/html/html_blocks.h"

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

TEST(MainText, KeepsParagraphsThatLookLikeTheText) {
  const auto p = [](const char* text) { return std::string("<p class=txt>") + text + "</p>"; };
  const std::string more =
      "The fourth paragraph is no shorter than those above it, and says as little as they do.";
  // The first stands in a box with a misleading name, the fourth below a list of other pages.
  const std::string text =
      MainText("<body><main><h1>Head</h1><div class=teaser-box>" + p(kFirst) + "</div><div>" +
               p(kSecond) + p(kThird) +
               "<h3>Related articles</h3><div><a href=/a>Another page of this site</a></div><div>"
               "<a href=/b>One more page of this site</a></div>" +
               p(more.c_str()) + "</div></main></body>");
  EXPECT_EQ(text, "Head\n\n" + Both() + "\n\n" + kThird + "\n\n" + more);
}

TEST(MainText, KeepsSentencesThatAreMostlyLinks) {
  const auto page = [](const std::string& middle) {
    return MainText("<body><div class=story-text><p>" + std::string(kFirst) + "</p>" + middle +
                    "<p>" + kSecond + "</p><p>" + kThird + "</p></div></body>");
  };
  const std::string sentence = "It also holds <a href=/x>exercises with all of its members</a>.";
  EXPECT_NE(page("<p>" + sentence + "</p>").find("It also holds exercises"), std::string::npos);
  EXPECT_EQ(page("<p>Read on: <a href=/x>How exercises are held with all of them.</a></p>")
                .find("exercises"),
            std::string::npos);
}

TEST(MainText, KeepsParagraphsBehindAPayBanner) {
  EXPECT_EQ(MainText(std::string("<body><div><p>") + kFirst +
                     "</p><p class=paywall aria-hidden=true>" + kSecond + "</p></div></body>"),
            Both());
}

TEST(MainText, KeepsTheStandfirst) {
  for (const char* standfirst :
       {"<p class=article-excerpt>Who gains, who loses, and who has to pay</p>",
        "<h2 class=subtitle>Who gains, who loses, and who has to pay</h2>",
        "<div class=teaser><p>Who gains, who loses, and who has to pay</p></div>"}) {
    const std::string text =
        MainText(std::string("<body><header><h1>Head</h1>") + standfirst +
                 "<p class=byline>By N. N., 4 May 2024</p></header><div class=article-body>" +
                 Paragraphs() + "</div></body>");
    EXPECT_EQ(text, "Who gains, who loses, and who has to pay\n\n" + Both()) << standfirst;
  }
}

TEST(MainText, KeepsListsOfMeasures) {
  const std::string list =
      "<ul><li>200 g flour</li><li>1 <a href=/s>tsp salt</a></li><li>2 eggs</li>"
      "<li><a href=/p>pepper</a></li><li>\u00bd l milk</li></ul>";
  const std::string text = MainText(
      "<body><h1>Pancakes</h1><div class=print-area><h2>What it takes"
      "</h2>" +
      list + "</div><div class=text>" + Paragraphs() + "</div></body>");
  EXPECT_NE(text.find("- 200 g flour\n- 1 tsp salt\n- 2 eggs\n- pepper\n- \u00bd l milk"),
            std::string::npos)
      << text;
  // Numbers alone make no recipe.
  EXPECT_EQ(
      MainText("<body><ul class=menu><li><a href=/1>12 reasons to go</a><li><a href=/2>7 books"
               "</a><li><a href=/3>3 films</a></ul><div>" +
               Paragraphs() + "</div></body>"),
      Both());
}

TEST(MainText, KeepsNumberedHeadings) {
  const std::string text =
      MainText("<body><article><p>" + std::string(kFirst) + "</p><p>" + kSecond +
               "</p><h3>1. The house is large</h3><figure><figcaption>A house</figcaption></figure>"
               "<h3>2. The garden is small</h3><h3>3. The street is loud</h3></article></body>");
  EXPECT_NE(text.find("1. The house is large"), std::string::npos);
  EXPECT_NE(text.find("3. The street is loud"), std::string::npos);
}

TEST(MainText, DropsWhatIsNotShownOrNotFilledIn) {
  const auto page = [](const std::string& inside) {
    return MainText("<body><article><h2 class=\"visually-hidden\">Article content</h2>" + inside +
                    Paragraphs() + "</article></body>");
  };
  EXPECT_EQ(page(""), Both());
  EXPECT_EQ(page("<h2 class=hidden>Main part</h2>"), Both());
  EXPECT_EQ(page("<p>{{entry.title}} costs {{entry.price}}, was {{entry.before}}.</p>"), Both());
  EXPECT_EQ(page("<p>\u200b\u200d</p><p>\u25a2</p>"), Both());
  EXPECT_EQ(page("<div id=onetrust-consent><p>We store cookies on your computer. They are good for "
                 "you, and for us as well, so please say yes to them now.</p></div>"),
            Both());
  EXPECT_EQ(page("<section aria-label=\"Newsletter sign-up\"><p>All the news of the week, for "
                 "those who have no time to read them on the day.</p></section>"),
            Both());
  EXPECT_EQ(MainText("<body><p>{{page.text}} and {{page.more}}</p></body>"), "");
}

TEST(MainText, WhatIsHiddenLeavesItsBlanks) {
  EXPECT_EQ(MainText("<p>The word of the year is<span aria-hidden=true> - </span>once more, and "
                     "nobody<i hidden>x</i> knows why<i class=icon aria-hidden=true></i>, so it "
                     "ends.</p>"),
            "The word of the year is once more, and nobody knows why, so it ends.");
}

TEST(MainText, DropsExcerptsOfOtherPages) {
  std::string others;
  for (int i = 0; i < 4; ++i) {
    others +=
        "<li class=post><h3><a href=/x>Other page</a></h3><div class=post-excerpt><p>What the "
        "page number " +
        std::to_string(i) + " is about, in a sentence.</p></div></li>";
  }
  EXPECT_EQ(MainText("<body><div class=story><p>" + std::string(kFirst) + "</p><p>" + kSecond +
                     "</p></div><ul>" + others + "</ul></body>"),
            Both());
}

TEST(MainText, ReadsFormulasInitialsAndStrayNuls) {
  const auto page = [](const std::string& p) {
    return MainText("<body><article><p>" + p + "</p>" + Paragraphs() + "</article></body>");
  };
  const std::string rest = " is the distance, as everybody knows who has ever measured one.";
  EXPECT_EQ(page("<math alttext=\"a^2\"><mi>a</mi></math>" + rest), "a^2" + rest + "\n\n" + Both());
  EXPECT_EQ(page("<math><semantics><mi>a</mi><annotation encoding=\"application/x-tex\">a^2"
                 "</annotation></semantics></math>" +
                 rest),
            "a^2" + rest + "\n\n" + Both());
  EXPECT_EQ(page("<img class=\"mwe-math-fallback\" alt=\"a^2\">" + rest),
            "a^2" + rest + "\n\n" + Both());
  EXPECT_EQ(page("<img class=photo alt=\"a cat\">This" + rest), "This" + rest + "\n\n" + Both());
  EXPECT_EQ(page("<span class=initial-letter>T</span> <span>his</span>" + rest),
            "This" + rest + "\n\n" + Both());
  EXPECT_EQ(page("<span class=dropcap>A</span> dog" + rest), "A dog" + rest + "\n\n" + Both());
  EXPECT_EQ(page(std::string("Th\0is", 5) + rest), "This" + rest + "\n\n" + Both());
}

}  // namespace
}  // namespace cria::corpus
