// Dumps of MediaWiki: which pages come out, what is known of them, and dumps that are damaged.
#include "corpus/formats/wiki/mediawiki.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/utf8.h"
#include "corpus/formats/wiki/disambiguation.h"
#include "corpus/formats/wiki/mediawiki_scanner.h"
#include "test_data.h"

namespace cria::corpus {
namespace {

class Collected : public TextSink {
 public:
  void Take(RawText text) override { texts.push_back(std::move(text)); }
  void Lose(const Loss& loss) override {
    lost[std::string(loss.reason)] += loss.items;
    if (!loss.by_choice) whys.push_back(loss.why);
  }
  std::vector<RawText> texts;
  std::map<std::string, int64_t> lost;
  std::vector<std::string> whys;
};

Collected Read(std::string_view xml, std::string_view name = "") {
  Collected all;
  ReadMediaWiki(xml, name, &all);
  return all;
}

const std::string kHead =
    R"(<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/" version="0.10" xml:lang="de">
  <siteinfo>
    <sitename>Wikipedia</sitename><dbname>dewiki</dbname>
    <base>https://de.wikipedia.org/wiki/Wikipedia:Hauptseite</base>
    <namespaces><namespace key="0" case="first-letter" /><namespace key="1">Diskussion</namespace></namespaces>
  </siteinfo>
)";

std::string Page(std::string_view title, std::string_view id, std::string_view inside) {
  return fmt::format("<page><title>{}</title><id>{}</id>{}</page>\n", title, id, inside);
}

std::string Revision(std::string_view time, std::string_view text, std::string_view more = "") {
  return fmt::format(
      "<revision><id>7{}</id><timestamp>20{}</timestamp><contributor><username>x</username><id>9"
      "</id></contributor>{}<text xml:space=\"preserve\">{}</text></revision>",
      time, time, more, text);
}

TEST(MediaWiki, ArticlesComeWithWhatIsKnownOfThem) {
  const Collected all =
      Read(kHead +
           Page("Stra&amp;e &quot;Ä&quot;", "12",
                "<ns>0</ns>" + Revision("03", "''Die'' &lt;b&gt;Straße&lt;/b&gt; &amp;amp; mehr")) +
           "</mediawiki>");
  ASSERT_EQ(all.texts.size(), 1u);
  const RawText& text = all.texts[0];
  EXPECT_EQ(text.text, "Die Straße & mehr");
  EXPECT_EQ(text.title, "Stra&e \"Ä\"");
  EXPECT_EQ(text.part, "12");
  EXPECT_EQ(text.language, "de");
  EXPECT_EQ(text.meta.dump(),
            R"({"url":"https://de.wikipedia.org/wiki/Stra%26e_%22%C3%84%22","page_id":"12",)"
            R"("revision":"703","timestamp":"2003"})");
  EXPECT_TRUE(all.lost.empty());
}

TEST(MediaWiki, OtherPagesAreCountedByTheirReason) {
  const std::string text = Revision("03", "Text");
  const Collected all =
      Read(kHead + Page("Diskussion:A", "1", text) + Page("A: B", "2", text) +
           Page("C", "3", "<ns>4</ns>" + text) +
           Page("D", "4", "<ns>0</ns><redirect title=\"A\" />" + text) +
           Page("E", "5", Revision("03", "#WEITERLEITUNG [[A]]")) +
           Page("F", "6", Revision("03", "'''F''' steht für:\n* [[G]]\n{{Begriffsklärung}}")) +
           Page("G (disambiguation)", "7", text) +
           Page("H", "8", Revision("03", "{}", "<model>json</model>")) +
           Page("I", "9", "<revision><id>1</id><text deleted=\"deleted\" /></revision>") +
           Page("J", "10", Revision("03", "{{nur eine Vorlage}}")) + Page("K", "2", text) +
           Page("L", "x&lt;", text) + "</mediawiki>");
  ASSERT_EQ(all.texts.size(), 3u);
  EXPECT_EQ(all.texts[0].title, "A: B");
  EXPECT_EQ(all.texts[0].part, "2");
  EXPECT_EQ(all.texts[1].part, "2@11");  // the id came before
  EXPECT_EQ(all.texts[2].part, "x<@12");
  const std::map<std::string, int64_t> lost = {{"other_namespace", 2},
                                               {"redirect", 2},
                                               {"disambiguation", 2},
                                               {"not_wikitext", 1},
                                               {"no_text", 2}};
  EXPECT_EQ(all.lost, lost);
}

TEST(MediaWiki, TheLatestRevisionOfAHistoryCounts) {
  const Collected all = Read(
      kHead +
      Page("A", "1",
           Revision("05", "five") + Revision("09", "nine", "<comment>&lt;text&gt;</comment>") +
               "<revision><timestamp>2011</timestamp><text deleted=\"deleted\"/></revision>" +
               Revision("07", "seven")) +
      Page("B", "2", Revision("07", "main", "<content><role>x</role><text>slot</text></content>")) +
      "</mediawiki>");
  ASSERT_EQ(all.texts.size(), 2u);
  EXPECT_EQ(all.texts[0].text, "nine");
  EXPECT_EQ(all.texts[0].meta["revision"], "709");
  EXPECT_EQ(all.texts[1].text, "main");
}

TEST(MediaWiki, TheFileNameSaysTheLanguageFirst) {
  const std::string xml = kHead + Page("A", "1", Revision("03", "x y")) + "</mediawiki>";
  EXPECT_EQ(Read(xml).texts[0].language, "de");
  EXPECT_EQ(Read(xml, "plwiki-20220620-pages-articles.xml.bz2").texts[0].language, "pl");
  EXPECT_FALSE(Read(xml, "pl.wiki.xml").texts[0].meta.contains("url"));
  EXPECT_EQ(Read(xml, "simplewiki-latest.xml").texts[0].language, "en");
  EXPECT_EQ(Read(xml, "zh_min_nanwiki-latest.xml").texts[0].language, "de");
  EXPECT_EQ(Read(xml, "my-wiki.xml").texts[0].language, "de");
  EXPECT_EQ(Read("<mediawiki xml:lang='fr'>" + Page("A", "1", Revision("1", "x")) + "</mediawiki>")
                .texts[0]
                .language,
            "fr");
}

TEST(MediaWiki, DamageCostsOnlyItsPage) {
  const std::string good = Page("A", "1", Revision("03", "good text"));
  const std::string cut = "<page><title>B</title><id>2</id><revision><text>lost";
  Collected all = Read(kHead + good + cut);
  EXPECT_EQ(all.texts.size(), 1u);
  EXPECT_EQ(all.lost, (std::map<std::string, int64_t>{{"damaged_page", 1}, {"damaged_file", 1}}));
  EXPECT_NE(all.whys[0].find("\"B\""), std::string::npos);
  all = Read(kHead + cut + good + "</mediawiki>");  // its end is missing in the middle
  EXPECT_EQ(all.texts.size(), 1u);
  EXPECT_EQ(all.lost, (std::map<std::string, int64_t>{{"damaged_page", 1}}));
  EXPECT_EQ(Read("no dump").lost, (std::map<std::string, int64_t>{{"damaged_file", 1}}));
  EXPECT_EQ(Read("").lost, (std::map<std::string, int64_t>{{"damaged_file", 1}}));
}

TEST(MediaWiki, DumpsThatDeclareEntitiesAreRefused) {
  const std::string page = Page("A", "1", Revision("03", "&b; &b;"));
  for (const std::string prolog : {"", "<?xml version='1.0'?>\n<!-- c -->"}) {
    const Collected all =
        Read(prolog + "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>" + kHead + page +
             "</mediawiki>");
    EXPECT_TRUE(all.texts.empty());
    EXPECT_EQ(all.lost, (std::map<std::string, int64_t>{{"entities_declared", 1}}));
  }
}

TEST(MediaWiki, APrologOutOfSightIsRefusedUnderItsOwnReason) {
  const std::string page = Page("A", "1", Revision("03", "&b; &b;"));
  const Collected all =
      Read("<!--" + std::string(70'000, 'c') + "--><!DOCTYPE x [<!ENTITY b \"bbbb\">]>" + kHead +
           page + "</mediawiki>");
  EXPECT_TRUE(all.texts.empty());
  EXPECT_EQ(all.lost, (std::map<std::string, int64_t>{{"prolog_too_long", 1}}));
}

TEST(MediaWiki, MarkupInTextIsHarmlessAndADocumentTypePasses) {
  const Collected all = Read(
      "<?xml version='1.0'?><!DOCTYPE x SYSTEM 'y' [<!ELEMENT a ANY><!-- <!ENTITY b 'c'> -->]>" +
      kHead + "<!-- <page> -->" +
      Page("A", "1",
           Revision("03", "&b; x &lt;!-- c --> <!-- d <x> --> <i>y</i> <![CDATA[<b>&z</b>]]>")) +
      Page("\xff&#0;&#1;&#x110000;", "2", Revision("03", "bad \xc3 byte")) + "</mediawiki>");
  ASSERT_EQ(all.texts.size(), 2u);
  EXPECT_EQ(all.texts[0].text, "&b; x y &z");
  for (const RawText& text : all.texts) {
    EXPECT_TRUE(IsValidUtf8(text.text + text.title + text.meta.dump()));
  }
}

TEST(MediaWiki, TheSourceMayEndOrBreakAtEveryByte) {
  const std::string xml = kHead + Page("A", "1", Revision("03", "one &amp; two")) +
                          Page("B", "2", Revision("03", "two")) + "</mediawiki>";
  const size_t first = xml.find("</page>") + 7;
  for (size_t end = 0; end <= xml.size(); ++end) {
    Collected all;
    std::string_view rest = std::string_view(xml).substr(0, end);
    MediaWikiScanner scanner(
        [&](char* to, size_t) -> size_t {
          if (rest.empty() && end % 2 == 1) throw Error("broken", "here", "mend it");
          const size_t n = rest.copy(to, 1);  // byte by byte
          rest.remove_prefix(n);
          return n;
        },
        &all);
    MediaWikiPage page;
    size_t pages = 0;
    while (scanner.Next(&page)) ++pages;
    EXPECT_EQ(pages, (end >= first) + (end >= xml.rfind("</page>") + 7)) << end;
    EXPECT_EQ(all.lost.contains("damaged_file"), end < xml.size() || end % 2 == 1) << end;
  }
}

TEST(MediaWiki, TooLongTextsAreLeftOutWithoutBeingHeld) {
  const std::string head = kHead + "<page><title>A</title><id>1</id><revision><text>";
  const std::string tail =
      "</text></revision></page>" + Page("B", "2", Revision("03", "b")) + "</mediawiki>";
  const size_t huge = static_cast<size_t>(kMaxRawTextBytes) + 1;
  size_t at = 0;
  const auto source = [&](char* to, size_t size) {
    const size_t begin = at;
    if (at < head.size()) {
      at += head.copy(to, size, at);
    } else if (at < head.size() + huge) {
      at += std::min(size, head.size() + huge - at);
      std::fill_n(to, at - begin, 'x');
    } else {
      at += tail.copy(to, size, at - head.size() - huge);
    }
    return at - begin;
  };
  Collected all;
  MediaWikiScanner scanner(source, &all);
  MediaWikiPage page;
  ASSERT_TRUE(scanner.Next(&page));
  EXPECT_TRUE(page.too_long);
  EXPECT_LE(page.text.capacity(), 1000u);
  EXPECT_GT(page.bytes, kMaxRawTextBytes);
  ASSERT_TRUE(scanner.Next(&page));
  EXPECT_EQ(page.text, "b");
  EXPECT_FALSE(scanner.Next(&page));
  EXPECT_TRUE(all.lost.empty());
}

TEST(Disambiguation, TemplatesTitlesAndRedirects) {
  EXPECT_TRUE(IsDisambiguation("a {{Hndis|name=x}}", "A", "en"));
  EXPECT_TRUE(IsDisambiguation("{{Неоднозначность}}", "А", "ru"));
  EXPECT_TRUE(IsDisambiguation("{{disambiguation}}", "A", "sl"));
  for (const auto& [language, name] :
       std::initializer_list<std::pair<const char*, const char*>>{{"it", "Sigla2"},
                                                                  {"it", "Sigla3|XXX=CIA"},
                                                                  {"fr", "Sigle"},
                                                                  {"nl", "Dpintro2"},
                                                                  {"cs", "Rozcestník - zkratka"},
                                                                  {"hu", "Egyértelm"},
                                                                  {"ca", "Acrònim"},
                                                                  {"ro", "Dezambiguizare nume"},
                                                                  {"en", "Numdisambig"},
                                                                  {"es", "Acrónimo"}}) {
    EXPECT_TRUE(IsDisambiguation("{{" + std::string(name) + "}}\n* a", "A", language)) << name;
  }
  EXPECT_FALSE(IsDisambiguation("{{Sigla2}}", "A", "pl"));
  EXPECT_FALSE(IsDisambiguation("x{{disambiguation needed}} {{about|a}} {{gren}}", "A", "en"));
  EXPECT_TRUE(IsRedirectText("\n#REDIRECT [[A]]"));
  EXPECT_TRUE(IsRedirectText("#ПЕРЕНАПРАВЛЕНИЕ: [[A]]"));
  EXPECT_FALSE(IsRedirectText("# item [[A]]"));
  EXPECT_FALSE(IsRedirectText("text #REDIRECT [[A]]"));
}

TEST(MediaWiki, RealDumpsReadCleanly) {
  CRIA_REQUIRE_TEST_DATA("raw/wikipedia");
  const std::map<std::string, std::string> beginnings = {
      {"ca", "Berlín (en alemany: Berlin"},
      {"de", "Arthur Schopenhauer (* 22. Februar 1788 in Danzig; † 21. September 1860 in"},
      {"es", "Berlín (en alemán: Berlin) es la capital de Alemania"},
      {"fr", "Paul Jules Antoine Meillet, né le 11 novembre 1866 à Moulins (Allier) et mort"},
      {"pl", "Berlin – stolica, największe miasto Niemiec i zarazem kraj związkowy."},
      {"ru", "Берли́н (Berlin [bɛɐ̯ˈliːn]) — столица и крупнейший город Германии"},
      {"uk", "Берлі́н (Berlin) — столиця Федеративної Республіки Німеччина"}};
  for (const auto& [language, beginning] : beginnings) {
    Collected all;
    ReadMediaWiki(TestData() / "raw/wikipedia" / (language + ".wiki.xml.bz2"), &all);
    ASSERT_GE(all.texts.size(), 1u) << language;
    EXPECT_EQ(all.texts[0].text.substr(0, beginning.size()), beginning);
    EXPECT_TRUE(all.lost.empty()) << language;
    for (const RawText& text : all.texts) {
      EXPECT_EQ(text.language, language);
      EXPECT_TRUE(IsValidUtf8(text.text));
      for (const char* left :
           {"{{", "}}", "[[", "]]", "|-", "{|", "<ref", "&nbsp;", "==", "''", "()"}) {
        EXPECT_EQ(text.text.find(left), std::string::npos) << language << " " << left;
      }
    }
  }
}

// Sentences of real pages that had lost a template's text.
TEST(MediaWiki, RealDumpsHaveNoHoles) {
  CRIA_REQUIRE_TEST_DATA("raw/wikipedia");
  const auto text_of = [](const char* file, std::string_view title) {
    Collected all;
    ReadMediaWiki(TestData() / "raw" / file, &all);
    for (const RawText& text : all.texts) {
      if (text.title == title) return text.text;
    }
    return std::string();
  };
  const std::string berlin = text_of("wikipedia/de.wiki.xml.bz2", "Berlin");
  EXPECT_NE(berlin.find("ein Land der Bundesrepublik"), berlin.npos);
  EXPECT_EQ(berlin.find("mit rund Millionen"), berlin.npos);
  EXPECT_EQ(berlin.find("insgesamt Einwohner"), berlin.npos);
  EXPECT_NE(berlin.find("Los Angeles, Vereinigte Staaten (1967)"), berlin.npos);
  const std::string french = text_of("wikipedia/fr.wiki.xml.bz2", "Berlin");
  EXPECT_NE(french.find("4,4 millions d'habitants"), french.npos);
  EXPECT_NE(french.find("accueilli le 84e congrès mondial d’espéranto"), french.npos);
  const std::string spanish = text_of("wikipedia/es.wiki.xml.bz2", "Berlín");
  EXPECT_NE(spanish.find("unos 45 km, y en sentido norte-sur unos 38 km."), spanish.npos);
  const std::string turkish = text_of("wikipedia_other/tr.wiki.xml.bz2", "Berlin");
  EXPECT_EQ(turkish.find("Dış bağlantılar"), turkish.npos);
  const std::string greek = text_of("wikipedia_other/el.wiki.xml.bz2", "Βερολίνο");
  EXPECT_EQ(greek.find("Εξωτερικοί σύνδεσμοι"), greek.npos);
}

TEST(MediaWiki, ATruncatedRealDumpKeepsItsFirstPages) {
  CRIA_REQUIRE_TEST_DATA("raw/wikipedia/enwiki-latest-pages-articles1-shortened.xml.bz2");
  const std::string bytes =
      ReadFile(TestData() / "raw/wikipedia/enwiki-latest-pages-articles1-shortened.xml.bz2");
  const fs::path path = fs::path(testing::TempDir()) / "enwiki-cut.xml.bz2";
  WriteFile(path, bytes.substr(0, bytes.size() / 3));
  Collected all;
  ReadMediaWiki(path, &all);
  fs::remove(path);
  EXPECT_GE(all.texts.size(), 20u);
  EXPECT_EQ(all.lost["damaged_file"], 1);
  EXPECT_EQ(all.lost["damaged_page"], 1);
  EXPECT_EQ(all.texts[0].title, "Anarchism");
}

}  // namespace
}  // namespace cria::corpus
