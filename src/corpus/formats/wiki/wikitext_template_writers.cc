// One short function for each. None uses an argument twice (see ExpandWikitextTemplate).
#include "corpus/formats/wiki/wikitext_template_writers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "corpus/formats/wiki/wikitext_numbers.h"

namespace cria::corpus {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

int ToInt(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

// The month in the case that a date needs; `word` where the language is not known.
std::string_view MonthOf(std::string_view language, int month, std::string_view word) {
  using Months = std::array<std::string_view, 12>;
  static const std::unordered_map<std::string_view, Months> all = {
      {"fr",
       {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre"}},
      {"es",
       {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
        "octubre", "noviembre", "diciembre"}},
      {"pt",
       {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro",
        "outubro", "novembro", "dezembro"}},
      {"pl",
       {"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia",
        "września", "października", "listopada", "grudnia"}},
      {"ro",
       {"ianuarie", "februarie", "martie", "aprilie", "mai", "iunie", "iulie", "august",
        "septembrie", "octombrie", "noiembrie", "decembrie"}},
      {"ru",
       {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
        "октября", "ноября", "декабря"}},
      {"uk",
       {"січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня",
        "жовтня", "листопада", "грудня"}}};
  const auto found = all.find(language);
  return found == all.end() ? word : found->second[static_cast<size_t>(month - 1)];
}

// "12", "May" or "5" -> "May"; other words stay.
std::string_view Month(std::string_view text) {
  const int number = ToInt(text);
  return number >= 1 && number <= 12 ? kMonths[static_cast<size_t>(number - 1)] : text;
}

void Append(std::string_view separator, std::string_view text, std::string* out) {
  if (text.empty()) return;
  if (!out->empty()) *out += separator;
  *out += text;
}

std::string_view LanguageName(std::string_view code) {
  static const std::unordered_map<std::string_view, std::string_view> names = {
      {"ar", "Arabic"},        {"az", "Azerbaijani"},
      {"be", "Belarusian"},    {"bg", "Bulgarian"},
      {"af", "Afrikaans"},     {"bs", "Bosnian"},
      {"pa", "Punjabi"},       {"ms", "Malay"},
      {"mr", "Marathi"},       {"ml", "Malayalam"},
      {"ne", "Nepali"},        {"gu", "Gujarati"},
      {"kn", "Kannada"},       {"te", "Telugu"},
      {"si", "Sinhala"},       {"km", "Khmer"},
      {"lo", "Lao"},           {"my", "Burmese"},
      {"bo", "Tibetan"},       {"eo", "Esperanto"},
      {"lb", "Luxembourgish"}, {"br", "Breton"},
      {"bn", "Bengali"},       {"ca", "Catalan"},
      {"cs", "Czech"},         {"cy", "Welsh"},
      {"da", "Danish"},        {"de", "German"},
      {"el", "Greek"},         {"en", "English"},
      {"es", "Spanish"},       {"et", "Estonian"},
      {"eu", "Basque"},        {"fa", "Persian"},
      {"fi", "Finnish"},       {"fr", "French"},
      {"ga", "Irish"},         {"gd", "Scottish Gaelic"},
      {"gl", "Galician"},      {"gr", "Greek"},
      {"he", "Hebrew"},        {"hi", "Hindi"},
      {"hr", "Croatian"},      {"hu", "Hungarian"},
      {"hy", "Armenian"},      {"id", "Indonesian"},
      {"is", "Icelandic"},     {"it", "Italian"},
      {"ja", "Japanese"},      {"ka", "Georgian"},
      {"kk", "Kazakh"},        {"ko", "Korean"},
      {"ku", "Kurdish"},       {"ky", "Kyrgyz"},
      {"la", "Latin"},         {"lt", "Lithuanian"},
      {"lv", "Latvian"},       {"mk", "Macedonian"},
      {"mn", "Mongolian"},     {"mt", "Maltese"},
      {"nl", "Dutch"},         {"no", "Norwegian"},
      {"pl", "Polish"},        {"ps", "Pashto"},
      {"pt", "Portuguese"},    {"ro", "Romanian"},
      {"ru", "Russian"},       {"sa", "Sanskrit"},
      {"sk", "Slovak"},        {"sl", "Slovene"},
      {"sq", "Albanian"},      {"sr", "Serbian"},
      {"sv", "Swedish"},       {"sw", "Swahili"},
      {"ta", "Tamil"},         {"th", "Thai"},
      {"tr", "Turkish"},       {"tt", "Tatar"},
      {"uk", "Ukrainian"},     {"ur", "Urdu"},
      {"uz", "Uzbek"},         {"vi", "Vietnamese"},
      {"yi", "Yiddish"},       {"zh", "Chinese"},
      {"grc", "Ancient Greek"}};
  const auto found = names.find(code);
  return found == names.end() ? std::string_view() : found->second;
}

// "km2" -> "km²": a digit behind a letter is an exponent.
std::string WithExponents(std::string_view unit) {
  std::string out;
  for (size_t i = 0; i < unit.size(); ++i) {
    const bool exponent = i > 0 && (unit[i] == '2' || unit[i] == '3') &&
                          std::isalpha(static_cast<unsigned char>(unit[i - 1]));
    if (exponent) {
      out += unit[i] == '2' ? "²" : "³";
    } else {
      out += unit[i];
    }
  }
  return out;
}

}  // namespace

std::string WriteNumber(const WikitextTemplate& call, const WikitextContext& context) {
  return FormatWikitextNumber(call.At(1), context.language);
}

std::string WriteCoordinates(const WikitextTemplate& call, const WikitextContext&) {
  if (call.Named("display").find("title") == 0) return {};
  constexpr std::array<std::string_view, 3> kSigns = {"°", "′", "″"};
  std::string text;
  size_t sign = 0;
  for (size_t n = 1; n <= 8; ++n) {
    const std::string_view part = call.At(n);
    const bool direction = part == "N" || part == "S" || part == "E" || part == "W";
    if (direction) {
      text += part;
      if (part == "E" || part == "W") break;
      text += ' ';
      sign = 0;
    } else if (IsWikitextNumber(part) && sign < kSigns.size()) {
      text += part;
      text += kSigns[sign++];
    } else {
      break;
    }
  }
  if (!text.ends_with('E') && !text.ends_with('W')) return {};
  return kGuess + text + kGuessEnd + kAside;
}

std::string WriteAge(const WikitextTemplate& call, const WikitextContext&) {
  std::array<int, 6> date{};
  for (size_t n = 0; n < date.size(); ++n) date[n] = ToInt(call.At(n + 1));
  if (date[0] <= 0 || date[3] <= 0 || date[3] < date[0] || date[3] - date[0] > 3000) return {};
  const bool before = date[4] < date[1] || (date[4] == date[1] && date[5] < date[2]);
  return std::to_string(date[3] - date[0] - (before ? 1 : 0));
}

std::string WriteAsOf(const WikitextTemplate& call, const WikitextContext&) {
  if (const auto alternative = call.Named("alt"); !alternative.empty()) {
    return std::string(alternative);
  }
  if (call.At(1).empty()) return {};
  const bool small = !call.Named("lc").empty();
  std::string text =
      call.Named("since").empty() ? (small ? "as of" : "As of") : (small ? "since" : "Since");
  Append(" ", call.At(3), &text);
  Append(" ", Month(call.At(2)), &text);
  Append(" ", call.At(1), &text);
  return text;
}

std::string WriteDate(const WikitextTemplate& call, const WikitextContext&) {
  const std::string_view year = call.At(1), month = Month(call.At(2)), day = call.At(3);
  std::string text;
  if (!call.Named("df").empty()) {
    Append(" ", day, &text);
    Append(" ", month, &text);
    Append(" ", year, &text);
  } else {
    Append(" ", month, &text);
    Append(" ", day, &text);
    Append(day.empty() ? " " : ", ", year, &text);
  }
  return text;
}

std::string WriteFraction(const WikitextTemplate& call, const WikitextContext&) {
  // "(3n + 1)/2": a sum is one side of the line.
  const auto side = [&](size_t n) {
    const std::string_view text = call.At(n);
    const bool sum = text.size() > 1 &&
                     (text.find_first_of("+-", 1) != text.npos || text.find("−", 1) != text.npos);
    return sum ? "(" + std::string(text) + ")" : std::string(text);
  };
  const std::string a = side(1), b = side(2), c = side(3);
  if (a.empty()) return {};
  if (b.empty()) return "1/" + a;
  return c.empty() ? a + "/" + b : a + " " + b + "/" + c;
}

std::string WriteValue(const WikitextTemplate& call, const WikitextContext&) {
  std::string text(call.At(1));
  if (text.empty()) return {};
  Append("±", call.At(2), &text);
  if (const auto exponent = call.Named("e"); !exponent.empty()) {
    text += "×10";
    text += kSuperscript;
    text += exponent;
    text += kSuperscriptEnd;
  }
  const std::string_view unit = call.Named("u|ul|up|upl");
  if (!unit.empty() && unit != "%" && unit != "°") text += ' ';
  return text + WithExponents(unit);
}

namespace {

// "SO4(2-)", "Fe2O3", "CO2 + H2O", "Na+": a whole formula in one argument.
std::string WholeFormula(std::string_view formula) {
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto is_sign = [](char c) { return c == '+' || c == '-'; };
  std::string text;
  for (size_t i = 0; i < formula.size();) {
    const char before = i > 0 ? formula[i - 1] : ' ';
    const bool behind = std::isalpha(static_cast<unsigned char>(before)) != 0 || before == ')' ||
                        before == ']' || before == '\'' || is_digit(before);
    size_t end = i + (formula[i] == '(' ? 1 : 0);
    while (end < formula.size() && is_digit(formula[end])) ++end;
    const bool sign = end < formula.size() && is_sign(formula[end]);
    const bool bracket = formula[i] == '(' && sign && formula.substr(end + 1, 1) == ")";
    const bool bare = end == i && sign && (i + 1 == formula.size() || formula[i + 1] == ' ');
    if (behind && (bracket || bare)) {
      text += kSuperscript;
      text += formula.substr(bracket ? i + 1 : i, end + 1 - (bracket ? i + 1 : i));
      text += kSuperscriptEnd;
      i = end + (bracket ? 2 : 1);
    } else if (behind && end > i && is_digit(formula[i])) {
      text += kSubscript;
      text += formula.substr(i, end - i);
      text += kSubscriptEnd;
      i = end;
    } else {
      text += formula[i++];
    }
  }
  return text;
}

}  // namespace

std::string WriteChemistry(const WikitextTemplate& call, const WikitextContext&) {
  if (call.name == "chem2" && call.positional.size() == 1) return WholeFormula(call.At(1));
  std::string text;
  for (const std::string_view part : call.positional) {
    const std::string_view piece = TrimWikitext(part);
    const bool figures = piece.find_first_not_of("0123456789+-−") == piece.npos;
    const bool charge =
        figures && !piece.empty() && std::isdigit(static_cast<unsigned char>(piece.back())) == 0;
    const bool count = !charge && IsWikitextNumber(piece);
    if (count) text += kSubscript;
    if (charge) text += kSuperscript;
    text += piece;
    if (count) text += kSubscriptEnd;
    if (charge) text += kSuperscriptEnd;
  }
  return text;
}

std::string WriteUnit(const WikitextTemplate& call, const WikitextContext& context) {
  // {{unité|25000 km}} has the unit in one argument with the number.
  const std::string_view amount = call.At(1);
  const size_t blank = std::min(amount.find(' '), amount.size());
  std::string text = FormatWikitextNumber(amount.substr(0, blank), context.language);
  text += amount.substr(blank);
  if (text.empty()) return call.name == "esd" ? " " : "";  // the Spanish one alone is a blank
  // value, then a unit and its exponent, again and again; "-" keeps a place free (Italian).
  for (size_t n = 2; n <= 7; ++n) {
    const std::string_view part = call.At(n);
    if (part.empty() || part == "-") continue;
    const bool exponent = n > 2 && IsWikitextNumber(part) && part.size() <= 3;
    if (exponent) {
      text += kSuperscript;
      text += part;
      text += kSuperscriptEnd;
    } else {
      // The Italian one has the prefix apart: {{M|5|k|m}}.
      Append(call.name == "m" && n == 3 && call.At(2).size() == 1 ? "" : " ", part, &text);
    }
  }
  Append(" ", WithExponents(call.Named("u|ul|unité|unidad|um")), &text);
  return text;
}

std::string WriteForeign(const WikitextTemplate& call, const WikitextContext& context) {
  // In Ukrainian and Russian as well the word stands alone here, without the language's short name.
  const std::string_view text = call.At(1).empty() ? call.Named("text|текст") : call.At(1);
  if (text.empty() || context.language != "en") return std::string(text);
  const std::string code = call.name.substr(call.name.find('-') + 1);
  const std::string_view language = LanguageName(code);
  if (language.empty() || !call.Named("link").empty()) return std::string(text);
  return std::string(language) + ": " + std::string(text);
}

std::string WriteNihongo(const WikitextTemplate& call, const WikitextContext&) {
  std::string foreign;
  Append(", ", call.At(2), &foreign);
  Append(", ", call.At(3), &foreign);
  Append(", ", call.At(4), &foreign);
  const std::string first(call.At(1));
  if (first.empty() || foreign.empty()) return first + foreign;
  return first + " (" + foreign + ")";
}

std::string WriteChinese(const WikitextTemplate& call, const WikitextContext& context) {
  std::string_view word = call.At(1).empty() ? call.Named("c|t|s|hanzi|v|l") : call.At(1);
  const std::string_view sound = call.Named("p|hp|pinyin");
  const bool labels = context.language == "en" && call.At(1).empty() &&
                      call.Named("labels") != "no" && call.Named("first").empty();
  std::string text;
  if (labels && !word.empty()) text = "Chinese: ";
  text += word;
  if (!sound.empty()) {
    Append(labels ? "; " : ", ", labels ? "pinyin: " : sound, &text);
    if (labels) text += sound;
  }
  return text;
}

std::string WriteSpanishCentury(const WikitextTemplate& call, const WikitextContext&) {
  if (call.At(1).empty()) return {};
  const std::string_view era = call.At(2);
  std::string text = call.name == "siglos" ? "siglos " : "siglo ";
  text += call.At(1);
  return text + (era.starts_with('a') ? " a. C." : era.starts_with('d') ? " d. C." : "");
}

std::string WriteQuote(const WikitextTemplate& call, const WikitextContext&) {
  std::string_view text =
      call.Named("text|quote|texte|testo|texto|Text|zitat|citat|citace|tekst|текст|цитат");
  std::string_view author =
      call.Named("author|auteur|autor|autore|Autor|sign|source|cite|Quelle|автор|автор цитаты");
  if (text.empty()) {
    text = call.At(1);
    if (author.empty()) author = call.At(2);
  }
  if (text.empty()) return {};
  std::string out = "\n\n" + std::string(text);
  if (!author.empty()) out += " — " + std::string(author);
  // "Neminem laede", and what it means.
  const std::string_view translation =
      call.Named("Übersetzung|translation|traduction|traducción|traduzione|tradução|vertaling");
  if (!translation.empty()) out += " (" + std::string(translation) + ")";
  return out + "\n\n";
}

std::string WriteInterlanguage(const WikitextTemplate& call, const WikitextContext&) {
  const std::string_view text = call.Named("lt|label|display|texte|texto|testo|text|текст|треба");
  if (!text.empty()) return std::string(text);
  if (call.At(1).empty()) return std::string(call.Named("fr|trad"));
  // "Joseph II (empereur du Saint-Empire)" is shown without its addition.
  const std::string_view name = call.At(1);
  const size_t bracket = call.name.starts_with("souverain") ? name.find(" (") : name.npos;
  return std::string(name.substr(0, bracket));
}

std::string WriteAudio(const WikitextTemplate& call, const WikitextContext&) {
  static const std::unordered_set<std::string_view> invitations = {
      "listen",        "info",      "help·info", "pronunciation", "audio",         "sound",
      "écouter",       "ascolta",   "escuchar",  "ouvir",         "hören",         "anhören",
      "lyt",           "lyssna",    "posłuchaj", "wymowa",        "poslech",       "výslovnost",
      "luister",       "слушать",   "слушай",    "произношение",  "вимова",        "слухати",
      "uitspraak",     "uttal",     "udtale",    "aussprache",    "pronunciación", "pronúncia",
      "prononciation", "pronuncia", "kiejtés",   "izgovor"};
  const std::string_view label = call.At(2);
  return invitations.contains(FoldWikitextName(label)) ? std::string() : std::string(label);
}

std::string WriteDayMonthYear(const WikitextTemplate& call, const WikitextContext& context) {
  // One argument may hold all three.
  std::vector<std::string_view> words;
  for (size_t n = 1; n <= 3; ++n) {
    for (std::string_view rest = call.At(n); !rest.empty();) {
      const size_t end = std::min(rest.find(' '), rest.size());
      if (end > 0) words.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  const std::string_view link = context.language == "es" || context.language == "pt" ? " de " : " ";
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    const int number = ToInt(word);
    if (i == 1 && number >= 1 && number <= 12) word = MonthOf(context.language, number, word);
    if (context.language == "fr" && i == 0 && words.size() > 1 && word == "1") word = "1er";
    Append(word == "de" || words[i > 0 ? i - 1 : 0] == "de" ? " " : link, word, &text);
  }
  return text;
}

std::string WriteFrenchCentury(const WikitextTemplate& call, const WikitextContext&) {
  if (call.At(1).empty()) return {};
  std::string text(call.At(1));
  text += call.At(2).empty() ? (text == "I" ? "er" : "e") : call.At(2);
  text += " siècle";
  return call.name.starts_with('-') ? text + " av. J.-C." : text;
}

std::string WriteShip(const WikitextTemplate& call, const WikitextContext&) {
  if (call.At(1).empty()) return {};
  if (call.name == "ship") return std::string(call.At(1)) + " " + std::string(call.At(2));
  std::string prefix = call.name;
  for (char& c : prefix) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return prefix + " " + std::string(call.At(1));
}

std::string WriteLines(const WikitextTemplate& call, const WikitextContext&) {
  std::string text;
  std::vector<std::string_view> parts = call.positional;
  if (parts.empty()) parts.push_back(call.Named("1|2|liste|content"));
  // The number of columns before a list of one argument.
  if (parts.size() == 2 && IsWikitextNumber(TrimWikitext(parts[0]))) parts.erase(parts.begin());
  for (const std::string_view part : parts) {
    const std::string_view item = TrimWikitext(part);
    if (item.empty()) continue;
    // Several lines in one argument have their marks, or none.
    text += item.front() == '*' || item.find('\n') != item.npos ? "\n" : "\n* ";
    text += item;
  }
  return text.empty() ? text : text + "\n";
}

}  // namespace cria::corpus
