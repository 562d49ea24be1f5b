// Wikitext to text: what a reader sees of each kind of markup, real snippets, and hostile pages.
#include "corpus/formats/wiki/wikitext.h"

#include <gtest/gtest.h>

#include "base/utf8.h"
#include "corpus/formats/html/html_references.h"
#include "corpus/formats/wiki/wikitext_holes.h"
#include "corpus/formats/wiki/wikitext_sections.h"

namespace cria::corpus {
namespace {

std::string En(std::string_view wikitext) { return WikitextToText(wikitext, "en", "Page"); }

TEST(Wikitext, LinksShowTheirText) {
  EXPECT_EQ(En("[[Paris]], [[Paris, Texas|Paris]]s, [[:Category:Cities|cities]] and [[#History]]"),
            "Paris, Pariss, cities and History");
  EXPECT_EQ(En("Text.\n* See also [[:Category:Cities]]\n* [[Paris]]"), "Text.\n\n- Paris");
  EXPECT_EQ(En("text[[Lêer:Satellite.jpg|thumb|upright|of [[Britain]]]] [[AC:DC|here]]"),
            "text here");
  EXPECT_EQ(En("a[[File:X.jpg|thumb|A [[tower]] in {{lang|fr|Paris}}, see [http://x y]]] b"),
            "a b");
  EXPECT_EQ(En("text [[Image:a.png]][[Bild:b.png|mini|x]][[Файл:c.png|мини]] here"), "text here");
  EXPECT_EQ(En("text\n[[Category:Towns|Paris]]\n[[de:Paris]]\n[[zh-min-nan:Paris]]"), "text");
  EXPECT_EQ(En("[[wikt:house|house]], [[wikt:word]], [[MI:5]], [[Mercury (planet)|]]"),
            "house, word, MI:5, Mercury");
  EXPECT_EQ(En("see [http://a.org the site], [https://b.org], [[http://c.org twice]] and [//d e]."),
            "see the site, twice and e.");
  EXPECT_EQ(En("a[i] = [1, 2] and \"they [the people] [...] went\""),
            "a[i] = [1, 2] and \"they [the people] [...] went\"");
}

TEST(Wikitext, QuotesAreApostrophesOnlyWhereTheyMust) {
  EXPECT_EQ(En("'''bold''', ''italic'' and '''''both'''''; it's"), "bold, italic and both; it's");
  EXPECT_EQ(WikitextToText("d'un ''mot'' de l'''Europe'' et '''L'Autriche'''", "fr"),
            "d'un mot de l'Europe et L'Autriche");
  EXPECT_EQ(WikitextToText("L''''Autriche''' est", "fr"), "L'Autriche est");
}

TEST(Wikitext, TablesReferencesAndCommentsGo) {
  EXPECT_EQ(En("before\n{| class=\"x\"\n|-\n| a || {{flag|b}}\n{|\n| inner\n|}\n|}\nafter"),
            "before\n\nafter");
  EXPECT_EQ(En("a<ref>{{cite|x}} [[y]]</ref>, b<ref name=\"n\" />, c<REF group=x>z</REF >."),
            "a, b, c.");
  EXPECT_EQ(En("a <!-- [[x]] --> b\n<!-- line -->\nc"), "a b c");
  EXPECT_EQ(
      En("a\n<gallery>\nFile:x.jpg|[[y]]\n</gallery>\nb <table><tr><td>x</td></tr></table> c"),
      "a\n\nb c");
  EXPECT_EQ(En("{{Infobox|a=b\n|c={{d|[[e|f]]}}\n|g=<ref>}}</ref>\n}}\n'''X''' is."), "X is.");
  EXPECT_EQ(En("__NOTOC__ text __KEIN_INHALTSVERZEICHNIS__ and __init__"), "text and __init__");
}

TEST(Wikitext, WhatNeverEndsLosesOnlyItsOwnLine) {
  EXPECT_EQ(En("{{Infobox city\n| name = X\n'''X''' is a [[city]].\n\nMore."),
            "X is a city.\n\nMore.");
  EXPECT_EQ(En("{| class=x\n! head\n| cell\ntext\n\n== H ==\nmore"), "text\n\nH\n\nmore");
  EXPECT_EQ(En("a [[broken|link\n\nb ]] c }} d [[x"), "a link\n\nb ] c d x");
  EXPECT_EQ(En("{{lang|de|see [[broken}} text"), "see broken text");
  EXPECT_EQ(En("[[File:x.jpg|thumb|never\n== H ==\ntext"), "H\n\ntext");
  EXPECT_EQ(En("a <ref>unclosed text"), "a unclosed text");
  EXPECT_EQ(En("the set {a, {b}} and f{x}"), "the set {a, {b}} and f{x}");
}

TEST(Wikitext, HeadingsListsAndParagraphs) {
  EXPECT_EQ(
      En("one\ntwo\n\nthree\n==  Head ''x'' == <!-- c -->\n* a\n** b\n*: c\n# d\n;Term\n:Def\n"
         "end<br />line"),
      "one two\n\nthree\n\nHead x\n\n- a\n  - b\n  c\n- d\nTerm\nDef\n\nend\nline");
  EXPECT_EQ(En("== A ==\n=== B ===\n== C ==\ntext\n=== D ===\n{{x}}\n== E =="), "C\n\ntext");
  EXPECT_EQ(En("* {{cite web|x}}\n* [[File:f.svg|20px]] [[Peru]]\n----\n{{clear}}"), "- Peru");
  EXPECT_EQ(En("The cities are:\n{|\n| x\n|}\n== Next ==\nThe rest:\n* a"),
            "Next\n\nThe rest:\n\n- a");
  EXPECT_EQ(En("<poem>\nRoses are red\nViolets {{lang|fr|bleu}}\n</poem>"),
            "Roses are red\nViolets bleu");
}

TEST(Wikitext, SectionsWithoutTextGoInEveryLanguage) {
  struct Case {
    const char *language, *heading;
  };
  for (const Case& c : std::initializer_list<Case>{{"bg", "Външни препратки"},
                                                   {"ca", "Enllaços externs"},
                                                   {"cs", "Externí odkazy"},
                                                   {"da", "Eksterne henvisninger"},
                                                   {"de", "Einzelnachweise"},
                                                   {"en", "See also"},
                                                   {"es", "Véase también"},
                                                   {"fr", "Notes et références"},
                                                   {"hr", "Vanjske poveznice"},
                                                   {"hu", "Jegyzetek"},
                                                   {"it", "Collegamenti esterni"},
                                                   {"nl", "Zie ook"},
                                                   {"pl", "Linki zewnętrzne"},
                                                   {"pt", "Ligações externas"},
                                                   {"ro", "Legături externe"},
                                                   {"ru", "Примечания"},
                                                   {"sl", "Zunanje povezave"},
                                                   {"sr", "Спољашње везе"},
                                                   {"sv", "Externa länkar"},
                                                   {"uk", "Посилання"},
                                                   {"xx", "References"}}) {
    const std::string page = std::string("text\n== ") + c.heading +
                             " ==\n* [http://a b]\n=== Sub ===\nx\n== Next ==\nmore";
    EXPECT_EQ(WikitextToText(page, c.language), "text\n\nNext\n\nmore") << c.heading;
  }
  EXPECT_EQ(SectionOf("History", "en"), WikitextSection::kText);
  // A section that may be prose stays when it is.
  const std::string prose(300, 'p');
  EXPECT_EQ(WikitextToText("== Literatur ==\n* Buch, 1900", "de"), "");
  EXPECT_EQ(WikitextToText("== Literatur ==\n" + prose + " Wort", "de"),
            "Literatur\n\n" + prose + " Wort");
}

TEST(Wikitext, BibliographiesGoWhole) {
  const std::string prose(300, 'p');
  // Comments under works whose citation is left out, paragraphs between them, subsections.
  for (const auto& [language, heading] : std::initializer_list<std::pair<const char*, const char*>>{
           {"bg", "Библиография"}, {"ca", "Bibliografia"},  {"cs", "Bibliografie"},
           {"da", "Bibliografi"},  {"de", "Bibliographie"}, {"en", "Bibliography"},
           {"es", "Bibliografía"}, {"fr", "Bibliographie"}, {"hr", "Bibliografija"},
           {"hu", "Bibliográfia"}, {"it", "Bibliografia"},  {"nl", "Bibliografie"},
           {"pl", "Bibliografia"}, {"pt", "Bibliografia"},  {"ro", "Bibliografie"},
           {"ru", "Библиография"}, {"sl", "Bibliografija"}, {"sr", "Библиографија"},
           {"sv", "Bibliografi"},  {"uk", "Бібліографія"}}) {
    const std::string page =
        std::string("Abcd.\n== ") + heading +
        " ==\nWords on the works.\n=== Abc ===\n* {{cita libro|x}}\n: It has a "
        "selection.\n=== Def ===\n" +
        prose + "\n== Hij ==\nUvwx.";
    EXPECT_EQ(WikitextToText(page, language), "Abcd.\n\nHij\n\nUvwx.") << language;
  }
  // Sources that are named more than they are spoken of.
  EXPECT_EQ(WikitextToText("Text.\n== Quellen ==\n" + prose + "\n* " + prose + " Buch", "de"),
            "Text.");
}

TEST(Wikitext, SectionsOfOtherLanguagesGoToo) {
  for (const auto& [language, heading] :
       std::initializer_list<std::pair<const char*, const char*>>{{"ja", "関連項目"},
                                                                  {"ja", "外部リンク"},
                                                                  {"zh", "参见"},
                                                                  {"zh", "外部連結"},
                                                                  {"ar", "انظر أيضًا"},
                                                                  {"ar", "مراجع"},
                                                                  {"el", "Παραπομπές"},
                                                                  {"el", "Δείτε επίσης"},
                                                                  {"fi", "Lähteet"},
                                                                  {"fi", "Katso myös"},
                                                                  {"tr", "Kaynakça"},
                                                                  {"tr", "Ayrıca bakınız"},
                                                                  {"ko", "같이 보기"}}) {
    EXPECT_EQ(WikitextToText(std::string("text\n== ") + heading + " ==\n* [[a]]\nb c d", language),
              "text")
        << heading;
  }
}

TEST(Wikitext, RaisedSignsKeepTheirHeight) {
  EXPECT_EQ(En("Am<sup>V</sup>O<sub>2</sub><sup>+</sup>, Fe<sup>IX</sup>, e<sup>x</sup>, "
               "2<sup>2k+1</sup>, x<sup>n+1</sup>, a<sup>b+c</sup>"),
            "AmⱽO₂⁺, Fe^(IX), eˣ, 2²ᵏ⁺¹, xⁿ⁺¹, a^(b+c)");
  EXPECT_EQ(WikitextToText("XX<sup>e</sup>, M<sup>lle</sup>, n<sup>o</sup>, 5<sup>th</sup>, "
                           "N<sup>OS</sup>",
                           "fr"),
            "XXe, Mlle, no, 5th, NOS");
}

TEST(Wikitext, TagsAndEntities) {
  EXPECT_EQ(En("a&nbsp;b &amp;lt; c &lt;b&gt; &ndash; &#8212; &#x2014; &unknown; &#1; AT&T"),
            "a b &lt; c <b> – — — &unknown; AT&T");
  EXPECT_EQ(En("H<sub>2</sub>O, km<sup>2</sup>, 10<sup>−6</sup>, 20<sup>th</sup>, 2<sup>1/2</sup>"),
            "H₂O, km², 10⁻⁶, 20th, 2^(1/2)");
  EXPECT_EQ(En("<span style=\"a\">x</span> <small>y</small> a < b, c <d> <stdio.h> <br>z"),
            "x y a < b, c <d> <stdio.h>\nz");
  EXPECT_EQ(En("where <math>\\frac{a}{{b}} \n+ [[c]]</math> is"),
            "where $\\frac{a}{{b}} + [[c]]$ is");
  EXPECT_EQ(En("<nowiki>[[x]] {{y}} ''z''</nowiki> and '<nowiki/>''a''"),
            "[[x]] {{y}} ''z'' and 'a");
  EXPECT_EQ(En("code:\n<source lang=\"c\">\nif (a[0]) {\n  b = \"{{c}}\";\n}\n</source>\nend"),
            "code:\n\nif (a[0]) {\n  b = \"{{c}}\";\n}\n\nend");
  EXPECT_EQ(DecodedReferences("&euro;&thetasym;&apos;&#xD800;&;&"), "€ϑ'&;&");
}

TEST(Wikitext, TemplatesThatCarryText) {
  EXPECT_EQ(En("{{convert|5|km|mi}}, {{convert|5|to|10|sqmi}}, {{convert|6|ft|2|in|m}}, "
               "{{convert|100|km2|abbr=on}}, {{convert|3|x|4|m}}"),
            "5 km, 5 to 10 square miles, 6 ft 2 in, 100 km², 3 × 4 m");
  EXPECT_EQ(En("{{As of|2012|5|12}} and {{as of|2010|lc=y}}, {{circa|1900}}"),
            "As of 12 May 2012 and as of 2010, c. 1900");
  EXPECT_EQ(En("born {{birth date|1950|5|12|df=y}} or {{birth date|1950|5|12}}"),
            "born 12 May 1950 or May 12, 1950");
  EXPECT_EQ(
      En("{{lang|de|Wien}} ({{lang-de|Wien}}), {{nowrap|a b}}, {{flag|Peru}}, {{HMS|Beagle|1820}}"),
      "Wien (German: Wien), a b, Peru, HMS Beagle");
  EXPECT_EQ(En("{{frac|5|1|2}}, {{val|5.2|0.1|u=km}}, {{chem|H|2|SO|4}}, {{formatnum:1234}}"),
            "5 1/2, 5.2±0.1 km, H₂SO₄, 1,234");
  EXPECT_EQ(En("He said{{spaced ndash}}that:\n{{quote|Let ''it'' be.|Paul}}\nEnd {{PAGENAME}}."),
            "He said – that:\n\nLet it be. — Paul\n\nEnd Page.");
  EXPECT_EQ(En("{{nowrap|1=x=y}} {{Nihongo|Aikido|合気道|Aikidō}} {{ill|Foo|de|Bar|lt=Baz}}"),
            "x=y Aikido (合気道, Aikidō) Baz");
  EXPECT_EQ(WikitextToText("{{unité|892|km|2}} au {{s|XIX|e}}, {{XXe siècle}}, {{date|1|3|1990}}, "
                           "{{citation|mot}}, ''{{langue|de|texte=Haus}}''",
                           "fr"),
            "892 km² au XIXe siècle, XXe siècle, 1er mars 1990, « mot », Haus");
  EXPECT_EQ(WikitextToText("{{нп5|Статья|Текст|de|X}} {{s|500 км}} {{lang-de|Haus}}", "ru"),
            "Текст 500 км Haus");
  EXPECT_EQ(WikitextToText("Das {{\"|Wort}} ({{enS|word}}) auf {{Höhe|34|DE-NHN}}", "de"),
            "Das „Wort“ (englisch word) auf 34 m");
  EXPECT_EQ(WikitextToText("град -{Београд}- и -{sr-ec: мајка; sr-el: majka}-", "sr"),
            "град Београд и мајка");
}

TEST(Wikitext, HolesAreMended) {
  // First sentences as they stand in Wikipedia.
  EXPECT_EQ(En("'''Toronto''' ({{IPAc-en|t|ɵ}}, {{IPAc-en|local|ˈ|t}}) is the [[city]]."),
            "Toronto is the city.");
  EXPECT_EQ(En("'''Angola''' ({{IPAc-en|æ}}; {{lang-pt|Angola}} {{IPA-pt|x}}; {{x}}), officially"),
            "Angola (Portuguese: Angola), officially");
  EXPECT_EQ(
      WikitextToText("'''Berlín''' (en alemán: ''Berlin'', {{IPA-de|x|pron|y.ogg}}) es", "es"),
      "Berlín (en alemán: Berlin) es");
  EXPECT_EQ(WikitextToText(
                "'''Берли́н''' ({{lang-de|Berlin}}, {{audio|x.ogg|произношение}}) — столица", "ru"),
            "Берли́н (Berlin) — столица");
  EXPECT_EQ(En("X (pronounced {{IPAc-en|x}}; German: {{y}}), see (<!-- z -->) f() and [{{w}}] b."),
            "X, see f() and b.");
  EXPECT_EQ(En("a {{clear}} b {{-}}, c ({{-}} d {{-}}) {{-}}. ({{age|1969}} years ago)"),
            "a b, c (d).");
  EXPECT_EQ(MendWikitextHoles("Limoges, 2014, \x03."), "Limoges, 2014.");
  EXPECT_EQ(MendWikitextHoles("(((\x03)))x"), "x");
}

TEST(Wikitext, TemplatesOfRealPagesShowWhatTheirReaderSees) {
  EXPECT_EQ(En("The stage hit the ocean at {{Coord|30|12|N|74|7|W}} and sank ({{coord|1|N|2|W}})."),
            "The stage hit the ocean at 30°12′N 74°7′W and sank.");
  EXPECT_EQ(En("{{coord|52|31|N|13|24|E|display=title}} '''Berlin''' is"), "Berlin is");
  EXPECT_EQ(En("the phoneme {{IPA-de|tʃ|}} and, when {{vr|a}} follows, another"),
            "the phoneme [tʃ] and, when ⟨a⟩ follows, another");
  EXPECT_EQ(En("* {{FRO}} ([[Denmark|DEN]])\n* {{USA}}\n* {{flagicon|Peru}} – [[Lima]]"),
            "- Faroe Islands (DEN)\n- United States\n- Lima");
  EXPECT_EQ(En("{{Columns-list|2|\n* [[a]]\n* b}}"), "- a\n- b");
  EXPECT_EQ(
      En("HA {{eqm}} H{{sup|+}} + A. {{age|1950|5|12|2001|3|1}} years; {{zh|c=北京|p=Běijīng}}"),
      "HA ⇌ H⁺ + A. 50 years; Chinese: 北京; pinyin: Běijīng");
  EXPECT_EQ(
      En("As per {{harvtxt|Lee|Ray|2005}}, boats are: Mersey, {{xyz|Severn}}, {{xyz|Tyne}}, and."),
      "As per Lee & Ray (2005), boats are: Mersey, Severn, Tyne, and.");
  EXPECT_EQ(WikitextToText("asi {{km|60}} od, [http://a.b x] {{km}} {{cs}}", "sk"), "");
  EXPECT_EQ(WikitextToText("* [http://a.b x] {{km}} {{cs}}\n* y", "sk"), "- x\n- y");
  EXPECT_EQ(WikitextToText("unos 45{{esd}}km, el {{siglo|I|a}}, {{unidad|12345|km|2}}", "es"),
            "unos 45 km, el siglo I a. C., 12 345 km²");
  EXPECT_EQ(WikitextToText("le {{84e|congrès}}, {{nobr|4,4|millions}}, fils {{souverain2|Joseph II "
                           "(empereur)}}, {{nb|1190.5}} écoles{{etc.}}",
                           "fr"),
            "le 84e congrès, 4,4 millions, fils Joseph II, 1 190,5 écoles, etc.");
  EXPECT_EQ(
      WikitextToText("{{Mehrspaltige Liste|liste=\n* {{USA|Ziel=Los Angeles}} (1967)\n}}", "de"),
      "- Los Angeles (1967)");
  EXPECT_EQ(WikitextToText("{{OldStyleDate|6 июня|1799|26 мая}}, {{num|500|м}}", "ru"),
            "26 мая (6 июня) 1799, 500 м");
}

TEST(Wikitext, SentencesThatLostAWordGo) {
  // As German Wikipedia has it: the number stands in another page.
  EXPECT_EQ(WikitextToText("Berlin ist groß. Die Stadt ist mit rund {{Formnum|{{#expr:{{Metadaten "
                           "Einwohnerzahl DE-BE|Berlin}}}}}} Millionen Einwohnern die größte. Sie "
                           "liegt an der Spree.",
                           "de"),
            "Berlin ist groß. Sie liegt an der Spree.");
  EXPECT_EQ(WikitextToText("Er hat {{Metadaten Einwohnerzahl DE-BE|Berlin}} Einwohner", "de"), "");
  EXPECT_EQ(En("Tickets cost $5 (${{Inflation|US|5|1929}} in {{CURRENTYEAR}} dollars). More."),
            "Tickets cost $5. More.");
  EXPECT_EQ(En("* {{Lost template}}: 3 inches\n* {{XYZ}} ([[UK]])\n* Peru"), "- Peru");
  EXPECT_EQ(
      WikitextToText("* 1967: {{xyz|Paris|Fransa}}\n* 1968: Roma, {{ISBN|1}} {{BNF|2}}", "tr"),
      "- 1968: Roma");
  EXPECT_EQ(En("Paris (1987)<br />\n{{RUS|Moscow}}, Russia (1990)<br />\nRome (1991)"),
            "Paris (1987)\nRome (1991)");
  // A paragraph on two lines of source is one.
  EXPECT_EQ(En("One is here. Two has {{x}} people\nand is there. Three stays."),
            "One is here. Three stays.");
  // What stands close behind a word, or behind a full stop, is a note.
  EXPECT_EQ(En("One word{{unknown note}} is here. {{layout}} Two words, {{unknown}}."),
            "One word is here. Two words.");
  EXPECT_EQ(En("the prediction.{{cite web|a}} detection of waves|url = http://a.b|website = News"),
            "");
  EXPECT_EQ(WikitextToText("人口は{{Population|X}}人である。面積は広い{{要出典}}。", "ja"),
            "面積は広い。");
}

TEST(Wikitext, UnknownTemplatesLendTheirOnlyWords) {
  EXPECT_EQ(WikitextToText("نهر شبريه {{ألمانية|Spree}} يخترق", "ar"), "نهر شبريه Spree يخترق");
  EXPECT_EQ(En("a ship {{xyz|Great Eastern}} of iron (built by {{xyz|Brunel & Co}}, 1858)"),
            "a ship Great Eastern of iron (built by Brunel & Co, 1858)");
  EXPECT_EQ(En("{{xyz|Great Eastern}}\n'''Ship''' note{{xyz|Some reason}} here. {{xyz|Not this}}"),
            "Ship note here.");
  // Codes, files and numbers are no words.
  for (const char* argument : {"raith", "y.ogg", "12", "a|B C", "DE", "A=B C", "", " "}) {
    EXPECT_EQ(En(std::string("an {{unknown|") + argument + "}} word"), "") << argument;
  }
}

TEST(Wikitext, SectionsOfLinksAloneGoInAnyLanguage) {
  EXPECT_EQ(WikitextToText("текст\n== Надворешни врски ==\n* [http://a.b Место] {{en}}\n* "
                           "''[https://c.d Водич]''\n* http://e.f\n",
                           "mk"),
            "текст");
  EXPECT_EQ(WikitextToText("text\n== X ==\n* [http://a.b c] d\n* e", "eo"),
            "text\n\nX\n\n- c d\n- e");
  EXPECT_EQ(WikitextToText("text\n== 外部リンク ==\n;公式\n* [http://a.b c] {{ja icon}}\n;観光\n* "
                           "[http://d.e f]\n[[Катэгорыя:X]]",
                           "ja"),
            "text");
  EXPECT_EQ(WikitextToText("text\n== Xarici ==\nhttps://a.b/c?d", "az"), "text");
  EXPECT_EQ(WikitextToText("text\n== Words ==\n;Term\n;Word", "eo"), "text\n\nWords\n\nTerm\nWord");
  // What announces a dropped table goes, the sentence before it stays.
  EXPECT_EQ(En("It is large. The cities are:\n{|\n| x\n|}\nNext.\n\nThese are:\n{{div col}}\n* a"),
            "It is large.\n\nNext.\n\nThese are:\n\n- a");
}

TEST(Wikitext, LinesOfAnItemStandUnderItsFirst) {
  EXPECT_EQ(En("* a<br>b<br />c\n** d<br>e"), "- a\n  b\n  c\n  - d\n    e");
  std::string page = "* ", text = "- ";
  for (int i = 0; i < 200'000; ++i) {
    page += "a<br>";
    text += i > 0 ? "\n  a" : "a";
  }
  EXPECT_EQ(En(page), text);
}

TEST(Wikitext, HostilePagesStayBoundedAndValid) {
  constexpr int kMany = 100000;
  const auto repeat = [](std::string_view what, int n) {
    std::string all;
    for (int i = 0; i < n; ++i) all += what;
    return all;
  };
  for (const std::string_view open : {"{{",         "[[",
                                      "{|\n",       "{{{",
                                      "[",          "(",
                                      "<ref>",      "<!--",
                                      "<b",         "<div>",
                                      "{{nowrap|",  "[[a|",
                                      "-{",         "''",
                                      "'''",        "&",
                                      "[http://a ", "__",
                                      "\n==",       "\n:{|",
                                      "((\x01",     "<table>",
                                      "[[File:",    "\x03(",
                                      "<math>",     "{{a|[[b|{|\n",
                                      "==\n",       "<pre>",
                                      "{{convert|", "\n----",
                                      "{{a|b=",     "<sup>",
                                      "a {{x}} ",   "({{x|Y Z}}",
                                      "|url = ",    "{{coord|1|N|1|W}} ",
                                      "{{x}}",      "a {{x|Y Z}}.",
                                      "\x12\x11",   "[http://a{{x|Y Z}}",
                                      "a:{{x}} ",   "({{x}} "}) {
    const std::string page = repeat(open, kMany);
    EXPECT_TRUE(IsValidUtf8(WikitextToText(page, "sr"))) << open;
    EXPECT_LE(WikitextToText(page + "word", "en").size(), 2 * page.size() + 100) << open;
  }
  // Brackets that are closed at the end, of many pieces and gaps.
  for (const std::string_view inside :
       {"a {{x}} ", "{{x}}, ", "{{x|Y Z}}; ", "a{{x}}", "({{x}} a) "}) {
    EXPECT_LE(En("(" + repeat(inside, kMany) + ") end").size(), 10 * inside.size() * kMany);
  }
  // Nesting that is closed again, each level of which keeps its content.
  EXPECT_LE(En(repeat("{{nowrap|", kMany) + "x" + repeat("}}", kMany) + " end").size(), 1000u);
  EXPECT_EQ(En(repeat("{{nowrap|", 30) + "x" + repeat("}}", 30) + " end"), "x end");
  // No template says an argument twice: nesting would double the text at each level.
  std::string grow = "word";
  for (int i = 0; i < 35; ++i) grow = "{{nihongo|" + grow + "}}{{quote|a}}{{convert|1|km}}";
  EXPECT_LE(En(grow).size(), 10 * grow.size());
  EXPECT_TRUE(IsValidUtf8(RepairUtf8(En("{{\xff|\xc3}} [[\xe2\x82|\x80]] \xf0\x9f"))));
}

}  // namespace
}  // namespace cria::corpus
