// The order and the joints of it.wikipedia's Template:Bio. No argument is used twice.
#include "corpus/formats/wiki/wikitext_biography.h"

#include <vector>

#include "base/ascii.h"

namespace cria::corpus {
namespace {

// Behind words, with a blank unless it begins with a mark.
void Add(std::string_view text, std::string* out) {
  if (text.empty()) return;
  const bool joined = out->empty() || out->back() == ' ' || out->back() == '(' ||
                      std::string_view(",.;:)").find(text.front()) != std::string_view::npos ||
                      text.starts_with("&nbsp;");
  *out += (joined ? "" : " ") + std::string(text);
}

std::string Event(std::string_view place, std::string_view day, std::string_view year) {
  std::string text(place);
  if (!text.empty() && !(day.empty() && year.empty())) text += ',';
  Add(day, &text);
  Add(year, &text);
  return text;
}

// "uno" before z, s with a consonant, gn, ps, x, y; "un'" for a woman before a vowel.
std::string_view Article(bool woman, std::string_view word) {
  const std::string lower = LowerAscii(word.substr(0, 2));
  const auto is = [](char c, std::string_view set) { return set.find(c) != set.npos; };
  if (lower.empty()) return woman ? "una " : "un ";
  const bool vowel = is(lower[0], "aeiou");
  if (woman) return vowel ? "un'" : "una ";
  const bool hard = is(lower[0], "zxy") || lower == "gn" || lower == "ps" || lower == "pn" ||
                    (lower[0] == 's' && lower.size() > 1 && !is(lower[1], "aeiou"));
  return hard ? "uno " : "un ";
}

std::string Who(const WikitextTemplate& call) {
  std::string text;
  Add(call.Named("Titolo"), &text);
  Add(call.Named("Pseudonimo"), &text);
  if (!call.Named("Pseudonimo").empty()) Add(", pseudonimo di", &text);
  const bool family_first = !call.Named("CognomePrima").empty();
  Add(call.Named(family_first ? "Cognome" : "Nome"), &text);
  Add(call.Named(family_first ? "Nome" : "Cognome"), &text);
  Add(call.Named("PostCognome"), &text);
  if (const auto more = call.Named("PostCognomeVirgola"); !more.empty()) {
    text += ',';
    Add(more, &text);
  }
  return text;
}

// "(Kirkcaldy, 5 giugno 1723 – Edimburgo, 17 luglio 1790)"
std::string Dates(const WikitextTemplate& call) {
  const std::string born = Event(call.Named("LuogoNascitaAlt|LuogoNascita"),
                                 call.Named("GiornoMeseNascita"), call.Named("AnnoNascita"));
  const std::string died = Event(call.Named("LuogoMorteAlt|LuogoMorte"),
                                 call.Named("GiornoMeseMorte"), call.Named("AnnoMorte"));
  std::string text(call.Named("PreData"));
  if (!text.empty() && !(born.empty() && died.empty())) text += "; ";
  text += born;
  if (!died.empty()) text += (born.empty() ? "" : " – ") + died;
  return text.empty() ? text : " (" + text + ")";
}

std::string Work(const WikitextTemplate& call) {
  std::vector<std::string_view> works;
  for (const std::string_view key : {"Attività", "Attività2", "Attività3"}) {
    if (!call.Named(key).empty()) works.push_back(call.Named(key));
  }
  const std::string_view more = call.Named("AttivitàAltre");
  std::string text;
  for (size_t i = 0; i < works.size(); ++i) {
    const bool last = i + 1 == works.size() && more.empty();
    // "matematico ed esperantista"
    if (i > 0) text += !last ? "," : works[i].front() == 'e' ? " ed" : " e";
    Add(works[i], &text);
  }
  Add(more, &text);
  return text;
}

}  // namespace

std::string WriteBiography(const WikitextTemplate& call, const WikitextContext&) {
  const std::string who = Who(call);
  if (who.empty()) return {};
  std::string text = who + Dates(call);
  if (const auto end = call.Named("FineIncipit"); !end.empty()) {
    Add(end, &text);
  } else {
    const bool woman = call.Named("Sesso") == "F";
    const bool dead = !(call.Named("AnnoMorte").empty() && call.Named("GiornoMeseMorte").empty());
    const std::string work = Work(call);
    if (const auto before = call.Named("PreAttività"); !before.empty()) {
      Add(before, &text);
      Add(work, &text);
    } else {
      Add(dead ? (woman ? "è stata" : "è stato") : "è", &text);
      text += " " + std::string(Article(woman, work)) + work;
    }
    Add(call.Named("Nazionalità"), &text);
    if (const auto other = call.Named("NazionalitàNaturalizzato"); !other.empty()) {
      text += woman ? " naturalizzata " : " naturalizzato ";
      text += other;
    }
    Add(call.Named("PostNazionalità"), &text);
  }
  return text.ends_with('.') ? text : text + ".";
}

}  // namespace cria::corpus
