// Names are those of MediaWiki:Disambiguationspage of the 20 wikis and the usual redirects to them.
#include "corpus/formats/wiki/disambiguation.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <unordered_set>

#include "corpus/formats/wiki/wikitext_marks.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxNameBytes = 100;

struct Names {
  std::string_view language, names;
};

constexpr Names kTemplates[] = {
    {"en",
     "disambiguation|disambig|disamb|dab|hndis|hndab|geodis|geo-dis|mathdab|roaddis|schooldis|"
     "numberdis|letter-number combination disambiguation|disambig-cleanup|disambiguation cleanup|"
     "airport disambiguation|biology disambiguation|call sign disambiguation|"
     "chinese title disambiguation|genus disambiguation|hospital disambiguation|"
     "human name disambiguation|human name disambiguation cleanup|mathematical disambiguation|"
     "place name disambiguation|species latin name disambiguation|"
     "species latin name abbreviation disambiguation|station disambiguation|"
     "synagogue disambiguation|taxonomic authority disambiguation|taxonomy disambiguation|"
     "wp disambig|wikipedia disambiguation|biodis|latindab|station dis|hospital dis|"
     "portal disambiguation|caselaw disambiguation|military unit disambiguation|"
     "product disambiguation|school disambiguation|road disambiguation|church disambiguation|"
     "chemistry disambiguation|country disambiguation|meta disambiguation|dbig|disam|"
     "music disambiguation|phonetics disambiguation|political party disambiguation|"
     "sport event disambiguation|town disambiguation|township disambiguation|event disambiguation|"
     "2cc|3cc|4cc|tla disambig|tlad|lettercombdisambig|letter-numbercombdisambig|numdisambig|"
     "letter disambig|letter disambiguation|hospdis|disambiguation page|disambiguate|disambig-geo|"
     "dp disambig|roadindex disambiguation|athletics disambiguation|place disambiguation|"
     "fish disambiguation|plant common name"},
    {"de", "begriffsklärung|begriffsklaerung|bkl|obkl"},
    {"fr",
     "homonymie|disambig|homonymie de personnes|homonymie de patronyme|homonymie de prénom|"
     "homonymie de toponyme|homonymie de clubs sportifs|homonymie d'édifices religieux|"
     "homonymie de bateaux|homonymie de monument|homonymie de titre|homonymie d'établissements|"
     "homonymie de nom romain|homonymie de saints du christianisme|homonymie de routes|"
     "arrondissements homonymes|bandeau standard pour page d'homonymie|communes françaises "
     "homonymes|"
     "membres de famille royale homonymes|paronymie d'homonymes|"
     "unités homonymes|villes homonymes|cantons homonymes|batailles homonymes|"
     "édifices religieux homonymes|routes homonymes|personnes homonymes|saints homonymes|"
     "titres homonymes|sigle|sigles|homonymie de sigle|homonymie sigle|sigles de 2 caractères|"
     "sigles de 3 caractères|sigles de 4 caractères|homonymes|page d'homonymie|patronyme homonyme"},
    {"es",
     "desambiguación|desambiguacion|desambig|des|desamb|disambig|homonimia|desambiguación2|"
     "acrónimo|desambiguación personas"},
    {"it", "disambigua|disambig|sigla2|sigla3|sigla4|sigla|sigle|omonimia|omonimie"},
    {"nl",
     "dp|doorverwijspagina|doorverwijs|dpintro|doorverwijzing|dpintro2|dpintro3|disambig|"
     "disambiguation"},
    {"pl",
     "ujednoznacznienie|disambig|ujednoznacznienie skrót|disambigr|ujednoznacznienie-strona|strona "
     "ujednoznaczniająca"},
    {"pt", "desambiguação|disambig|desambig|desamb|desambiguação2|dab-pt|desambiguação-nome"},
    {"ro",
     "dezambiguizare|dezambig|disambig|hndis|dez|dezambiguizare nume|dezambiguizare geo|geodis"},
    {"ru",
     "неоднозначность|disambig|многозначность|disambiguation|неоднозначность-лат|список "
     "однофамильцев|"
     "фамилия|однофамильцы|тёзки|список полных тёзок|список тёзок|населённые пункты-тёзки|"
     "улица неоднозначность|аббревиатура-неоднозначность|map disambig|хокку неоднозначность"},
    {"uk",
     "неоднозначність|disambig|dab|список однойменних сторінок|geodis|hndis|прізвище|disambigg|"
     "disambign|dabm|багатозначність|disambigg2|однофамільці"},
    {"bg", "пояснение|disambig|пояснителна страница|пояснителна|пояснение инициали|dab"},
    {"ca", "desambiguació|desambigua|disambig|des|acrònim|acrònims|desambiguació2"},
    {"cs",
     "rozcestník|disambig|rozcestnik|rozcestník - 2 znaky|rozcestník - příjmení|"
     "rozcestník - jméno|rozcestník - různé|rozcestník - místopis|rozcestník - kostel|"
     "rozcestník - ulice|rozcestník - zkratka|rozcestník - panovníci|rozcestník - geografie"},
    {"da",
     "flertydig|disambig|flertydig2|geodis|flertydige personnavne|flertydigt navn|trebogstavs"},
    {"hr", "razdvojba|disambig|razdvojbena stranica|razdvojba kratica|razdvojba ime"},
    {"hu",
     "egyért|egyértelm|egyértkieg|egyért-redir2|egyértelműsítő|egyért-e|egyértelműsítő "
     "lap|disambig|egyért-akron"},
    {"sl", "razločitev|disambig|razločitev kratice|razločevanje|razloči|hndis|razločitvena stran"},
    {"sr",
     "вишезначна одредница|višeznačna odrednica|вишезначност|disambig|вишезначна|razvrstavanje|"
     "чворна страна|hndis|geodis|višeznačnost"},
    {"sv",
     "förgrening|gren|grensida|förgreningssida|disambig|efternamn-gren|namnförgrening|"
     "ortnamnsförgrening|flertydig|betydelselista|trebokstavsförgrening|förnamnsförgrening|"
     "4lcdisambig|robotskapad förgrening"},
};

constexpr std::string_view kTitles[] = {"disambiguation",
                                        "begriffsklärung",
                                        "homonymie",
                                        "desambiguación",
                                        "disambigua",
                                        "doorverwijspagina",
                                        "ujednoznacznienie",
                                        "desambiguação",
                                        "dezambiguizare",
                                        "значения",
                                        "значення",
                                        "пояснение",
                                        "desambiguació",
                                        "rozcestník",
                                        "flertydig",
                                        "razdvojba",
                                        "egyértelműsítő lap",
                                        "razločitev",
                                        "вишезначна одредница",
                                        "olika betydelser",
                                        "förgrening",
                                        "неоднозначность",
                                        "неоднозначність"};

const std::unordered_set<std::string>& AllTemplates() {
  static const std::unordered_set<std::string> all = [] {
    std::unordered_set<std::string> set;
    for (const Names& names : kTemplates) {
      for (std::string_view rest = names.names; !rest.empty();) {
        const size_t end = std::min(rest.find('|'), rest.size());
        set.insert(std::string(names.language) + "\n" + std::string(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return set;
  }();
  return all;
}

bool TitleSays(std::string_view title) {
  const size_t bracket = title.rfind('(');
  if (bracket == title.npos || title.back() != ')') return false;
  const std::string word = FoldWikitextName(title.substr(bracket + 1, title.size() - bracket - 2));
  return std::find(std::begin(kTitles), std::end(kTitles), word) != std::end(kTitles);
}

}  // namespace

bool IsRedirectText(std::string_view wikitext) {
  wikitext = TrimWikitext(wikitext.substr(0, 300));
  if (!wikitext.starts_with('#')) return false;
  // The word differs from language to language; that a list item begins with one that touches its
  // mark and goes on with a link happens nowhere else.
  size_t i = 1;
  while (i < wikitext.size() && i < 50 &&
         (static_cast<unsigned char>(wikitext[i]) >= 0x80 ||
          std::isalpha(static_cast<unsigned char>(wikitext[i])))) {
    ++i;
  }
  if (i < 4) return false;
  while (i < wikitext.size() && (wikitext[i] == ' ' || wikitext[i] == ':' || wikitext[i] == '\n')) {
    ++i;
  }
  return wikitext.substr(i, 2) == "[[";
}

bool IsDisambiguation(std::string_view wikitext, std::string_view title,
                      std::string_view language) {
  if (TitleSays(title) || wikitext.find("__DISAMBIG__") != wikitext.npos) return true;
  const auto& all = AllTemplates();
  for (size_t at = wikitext.find("{{"); at != wikitext.npos; at = wikitext.find("{{", at + 2)) {
    const std::string_view rest = wikitext.substr(at + 2, kMaxNameBytes);
    const size_t end = rest.find_first_of("|}{<\n[");
    if (end == rest.npos) continue;
    const std::string name = "\n" + FoldWikitextName(rest.substr(0, end));
    if (all.contains("en" + name) || all.contains(std::string(language) + name)) return true;
  }
  return false;
}

}  // namespace cria::corpus
