// Names of units, and prefixes of multiples before those that have none of their own.
#include "corpus/formats/wiki/wikitext_units.h"

#include <cctype>
#include <string_view>
#include <unordered_map>

#include "corpus/formats/wiki/wikitext_numbers.h"

namespace cria::corpus {
namespace {

std::string_view RangeWord(std::string_view word) {
  static const std::unordered_map<std::string_view, std::string_view> words = {
      {"to", " to "},    {"-", "–"},          {"–", "–"},    {"and", " and "}, {"or", " or "},
      {"by", " by "},    {"x", " × "},        {"×", " × "},  {"+/-", " ± "},   {"±", " ± "},
      {"to(-)", " to "}, {"and(-)", " and "}, {"xx", " × "}, {"*", " × "},     {"&ndash;", "–"},
      {"+", " + "},      {",", ", "}};
  const auto found = words.find(word);
  return found == words.end() ? std::string_view() : found->second;
}

// Codes that are not how the unit is written, and what is; several of them.
std::string_view NameOf(std::string_view code) {
  static const std::unordered_map<std::string_view, std::string_view> names = {
      {"sqmi", "square miles"},
      {"sqkm", "km²"},
      {"km2", "km²"},
      {"m2", "m²"},
      {"cm2", "cm²"},
      {"mm2", "mm²"},
      {"m3", "m³"},
      {"cm3", "cm³"},
      {"km3", "km³"},
      {"dm3", "dm³"},
      {"sqft", "sq ft"},
      {"ft2", "sq ft"},
      {"sqin", "sq in"},
      {"sqyd", "sq yd"},
      {"cuft", "cu ft"},
      {"ft3", "cu ft"},
      {"cuin", "cu in"},
      {"in3", "cu in"},
      {"cuyd", "cu yd"},
      {"yd3", "cu yd"},
      {"cumi", "cu mi"},
      {"C", "°C"},
      {"F", "°F"},
      {"K", "K"},
      {"C-change", "°C"},
      {"F-change", "°F"},
      {"mph", "mph"},
      {"kph", "km/h"},
      {"kmh", "km/h"},
      {"mi", "miles"},
      {"mile", "miles"},
      {"ft", "feet"},
      {"foot", "feet"},
      {"in", "inches"},
      {"inch", "inches"},
      {"yd", "yards"},
      {"lb", "pounds"},
      {"lbs", "pounds"},
      {"oz", "ounces"},
      {"ozt", "troy ounces"},
      {"carat", "carats"},
      {"acre", "acres"},
      {"acreft", "acre-feet"},
      {"acre.ft", "acre-feet"},
      {"ST", "short tons"},
      {"LT", "long tons"},
      {"ton", "tons"},
      {"t", "tonnes"},
      {"MT", "tonnes"},
      {"nmi", "nautical miles"},
      {"kn", "knots"},
      {"knot", "knots"},
      {"fathom", "fathoms"},
      {"furlong", "furlongs"},
      {"chain", "chains"},
      {"bbl", "barrels"},
      {"oilbbl", "barrels"},
      {"USgal", "US gallons"},
      {"usgal", "US gallons"},
      {"gal", "gallons"},
      {"U.S.gal", "US gallons"},
      {"impgal", "imperial gallons"},
      {"USoz", "US fl oz"},
      {"USbsh", "US bushels"},
      {"bu", "bushels"},
      {"hp", "horsepower"},
      {"bhp", "bhp"},
      {"PD/sqmi", "per square mile"},
      {"PD/km2", "per km²"},
      {"/sqmi", "per square mile"},
      {"/km2", "per km²"},
      {"m3/s", "m³/s"},
      {"m3/d", "m³/d"},
      {"cuft/s", "cu ft/s"},
      {"kg/m3", "kg/m³"},
      {"g/cm3", "g/cm³"},
      {"g/cc", "g/cm³"},
      {"stone", "stone"},
      {"st", "stone"},
      {"uL", "μL"},
      {"um", "μm"},
      {"h", "hours"},
      {"mpgus", "mpg"},
      {"psi", "psi"}};
  const auto found = names.find(code);
  return found == names.end() ? std::string_view() : found->second;
}

std::string_view Multiple(std::string_view prefix) {
  static const std::unordered_map<std::string_view, std::string_view> words = {
      {"e3", "thousand"}, {"e6", "million"}, {"e9", "billion"}, {"e12", "trillion"},
      {"k", "thousand"},  {"M", "million"},  {"G", "billion"},  {"T", "trillion"}};
  const auto found = words.find(prefix);
  return found == words.end() ? std::string_view() : found->second;
}

std::string_view Period(std::string_view code) {
  static const std::unordered_map<std::string_view, std::string_view> words = {
      {"d", "day"},    {"day", "day"}, {"h", "hour"},  {"min", "minute"},
      {"s", "second"}, {"a", "year"},  {"yr", "year"}, {"year", "year"}};
  const auto found = words.find(code);
  return found == words.end() ? std::string_view() : found->second;
}

std::string UnitName(std::string_view code) {
  if (const std::string_view name = NameOf(code); !name.empty()) return std::string(name);
  // "e6acre", "e9m3", "e12cuft".
  if (code.size() > 2 && code[0] == 'e' && std::isdigit(static_cast<unsigned char>(code[1])) != 0) {
    const size_t digits = code.size() > 3 && code[2] == '2' ? 3 : 2;
    const std::string_view word = Multiple(code.substr(0, digits));
    if (!word.empty()) return std::string(word) + " " + UnitName(code.substr(digits));
  }
  // "MUSgal", "koilbbl/d"; "Mm" and "GW" are units by themselves.
  if (const std::string_view word = Multiple(code.substr(0, 1)); !word.empty()) {
    const std::string_view rest = code.substr(1);
    const bool large = rest.starts_with("oilbbl") || rest.starts_with("USgal") ||
                       rest.starts_with("impgal") || rest.starts_with("bbl") ||
                       rest.starts_with("cuft");
    if (large) return std::string(word) + " " + UnitName(rest);
  }
  const size_t slash = code.find('/');
  if (slash != code.npos) {
    const std::string_view what = NameOf(code.substr(0, slash));
    const std::string_view period = Period(code.substr(slash + 1));
    if (what.ends_with('s') && !period.empty()) {
      return std::string(what) + " per " + std::string(period);
    }
  }
  return std::string(code);
}

// "feet" -> "foot"; what is no English word stays.
std::string Singular(std::string unit) {
  if (unit == "feet") return "foot";
  if (unit == "acre-feet") return "acre-foot";
  if (unit == "inches") return "inch";
  if (unit.size() > 4 && unit.ends_with('s')) unit.pop_back();
  return unit;
}

std::string Amount(const std::string& number, std::string_view code, bool adjective) {
  const std::string name = UnitName(code);
  const std::string one = Singular(name);
  const bool words = one != name;
  // "a 1,150-mile trail"
  if (adjective && words && one.find(' ') == one.npos) return number + "-" + one;
  return number + " " + (number == "1" && words ? one : name);
}

}  // namespace

std::string WriteConvert(const WikitextTemplate& call, const WikitextContext& context) {
  if (!IsWikitextNumber(call.At(1))) return {};
  // Only what it comes to is shown, which is not computed here.
  if (call.Named("disp").starts_with("out")) return {};
  std::string text = FormatWikitextNumber(call.At(1), context.language);
  size_t n = 2;
  while (true) {
    const std::string_view range = RangeWord(call.At(n));
    if (range.empty() || !IsWikitextNumber(call.At(n + 1))) break;
    text += range;
    text += FormatWikitextNumber(call.At(n + 1), context.language);
    n += 2;
  }
  const std::string_view unit = call.At(n);
  if (unit.empty() || IsWikitextNumber(unit)) return text;
  // 6 ft 2 in, 9 st 4 lb
  const std::string_view small = call.At(n + 2);
  if (IsWikitextNumber(call.At(n + 1)) && (small == "in" || small == "lb" || small == "ft")) {
    return text + " " + std::string(unit) + " " + std::string(call.At(n + 1)) + " " +
           std::string(small);
  }
  const bool adjective = call.Named("adj") == "on" || call.Named("sing") == "on";
  return Amount(text, unit, adjective);
}

}  // namespace cria::corpus
