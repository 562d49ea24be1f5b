// Blocks of one form that follow each other at one place of the tree are a run; a run is judged as
// a whole.
#include "corpus/formats/html/main_text_measures.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

namespace cria::corpus {
namespace {

using Kind = HtmlBlock::Kind;

constexpr uint32_t kMaxLine = 140;
// A list has so many lines; half of them start with a number, and a quarter name a unit.
constexpr size_t kMinLines = 3;

constexpr std::string_view kUnits[] = {
    "g",          "gr",         "gram",       "grams",       "gramm",       "grammes",
    "gramos",     "gramas",     "grammi",     "kg",          "mg",          "dag",
    "dkg",        "ml",         "cl",         "dl",          "l",           "liter",
    "litre",      "tsp",        "tsps",       "teaspoon",    "teaspoons",   "tbsp",
    "tbs",        "tbsps",      "tablespoon", "tablespoons", "cup",         "cups",
    "oz",         "ounce",      "ounces",     "lb",          "lbs",         "pound",
    "pounds",     "pinch",      "dash",       "clove",       "cloves",      "stick",
    "sticks",     "can",        "cans",       "bunch",       "sprig",       "sprigs",
    "slice",      "slices",     "quart",      "pint",        "el",          "tl",
    "prise",      "zehe",       "zehen",      "bund",        "stück",       "stk",
    "dose",       "becher",     "tasse",      "tassen",      "eetlepel",    "eetlepels",
    "theelepel",  "theelepels", "teen",       "tenen",       "msk",         "tsk",
    "krm",        "ss",         "ts",         "spsk",        "fed",         "cuillère",
    "cuillères",  "gousse",     "gousses",    "pincée",      "verre",       "sachet",
    "cs",         "cc",         "cucharada",  "cucharadas",  "cucharadita", "cucharaditas",
    "taza",       "tazas",      "diente",     "dientes",     "colher",      "colheres",
    "xícara",     "xícaras",    "dente",      "dentes",      "cucchiaio",   "cucchiai",
    "cucchiaino", "cucchiaini", "spicchio",   "spicchi",     "łyżka",       "łyżki",
    "łyżek",      "łyżeczka",   "łyżeczki",   "szklanka",    "szklanki",    "sztuka",
    "sztuki",     "ząbek",      "ząbki",      "ek",          "tk",          "kk",
    "db",         "csomag",     "evőkanál",   "teáskanál",   "csipet",      "lžíce",
    "lžička",     "lžičky",     "hrnek",      "ks",          "lingura",     "linguri",
    "lingurita",  "žlica",      "žlice",      "žličica",     "žličice",     "kašika",
    "kašike",     "г",          "гр",         "кг",          "мл",          "л",
    "ст",         "ч",          "шт",         "стакан",      "чаша",        "克",
    "毫升"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "½" and its like.
bool StartsWithFraction(std::string_view text) {
  for (const std::string_view fraction : {"\u00bc", "\u00bd", "\u00be"}) {
    if (text.starts_with(fraction)) return true;
  }
  return text.size() > 2 && text[0] == '\xe2' && text[1] == '\x85' &&
         static_cast<unsigned char>(text[2]) >= 0x90 && static_cast<unsigned char>(text[2]) <= 0x9e;
}

// Where the number is: at the front, or at the front of the second of two cells.
size_t NumberIn(std::string_view text) {
  const auto number = [](std::string_view at) {
    return !at.empty() && (IsDigit(at[0]) || StartsWithFraction(at));
  };
  // A box to tick stands before some.
  size_t begin = 0;
  for (const std::string_view box : {"\u25a2", "\u2610", "\u2022", "-"}) {
    if (text.starts_with(box)) begin = box.size();
  }
  while (begin < text.size() && text[begin] == ' ') ++begin;
  if (number(text.substr(begin))) return begin;
  const size_t cell = text.find(" | ");
  if (cell != text.npos && number(text.substr(cell + 3))) return cell + 3;
  return text.npos;
}

// Whether one of the words next to the number, "200 g" or "200g", is a unit.
bool NamesUnit(std::string_view text, size_t at) {
  constexpr int kWords = 4;
  std::string word;
  int words = 0;
  for (; at <= text.size() && words < kWords; ++at) {
    const char c = at < text.size() ? text[at] : ' ';
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
        (static_cast<unsigned char>(c) >= 0x80 && !StartsWithFraction(text.substr(at)));
    if (letter) {
      word += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      continue;
    }
    if (word.empty()) continue;
    if (std::find(std::begin(kUnits), std::end(kUnits), word) != std::end(kUnits)) return true;
    word.clear();
    ++words;
  }
  return false;
}

class MeasureFinder {
 public:
  explicit MeasureFinder(const HtmlPage& page) : page_(page), found_(page.blocks.size()) {}

  std::vector<char> Find() {
    for (size_t i = 0; i < page_.blocks.size();) {
      const size_t end = EndOfRun(i);
      if (IsList(i, end)) std::fill(At(i), At(end), 1);
      i = end;
    }
    return std::move(found_);
  }

 private:
  std::vector<char>::iterator At(size_t i) {
    return found_.begin() + static_cast<std::ptrdiff_t>(i);
  }

  const HtmlNode& Node(int32_t n) const { return page_.nodes[static_cast<size_t>(n)]; }

  // The element that holds the lines: the list of an item, what holds a paragraph.
  int32_t HomeOf(const HtmlBlock& block) const {
    int32_t at = block.node;
    if (block.kind == Kind::kItem || block.kind == Kind::kRow) {
      const HtmlTag line = block.kind == Kind::kItem ? HtmlTag::kLi : HtmlTag::kTr;
      for (int up = 0; up < 5 && at > 0 && Node(at).tag != line; ++up) at = Node(at).parent;
    }
    return at > 0 ? Node(at).parent : 0;
  }

  size_t EndOfRun(size_t i) const {
    const HtmlBlock& first = page_.blocks[i];
    const int32_t home = HomeOf(first);
    size_t end = i + 1;
    while (end < page_.blocks.size() && page_.blocks[end].kind == first.kind &&
           HomeOf(page_.blocks[end]) == home) {
      ++end;
    }
    return end;
  }

  bool IsList(size_t begin, size_t end) const {
    const Kind kind = page_.blocks[begin].kind;
    if (end - begin < kMinLines || kind == Kind::kHeading || kind == Kind::kPre) return false;
    size_t numbers = 0, units = 0;
    for (size_t i = begin; i < end; ++i) {
      const HtmlBlock& block = page_.blocks[i];
      if (block.weight > kMaxLine) return false;
      const auto text = std::string_view(page_.text).substr(block.begin, block.end - block.begin);
      const size_t at = NumberIn(text);
      if (at == text.npos) continue;
      ++numbers;
      if (NamesUnit(text, at)) ++units;
    }
    return 2 * numbers >= end - begin && 4 * units >= end - begin && units >= 2;
  }

  const HtmlPage& page_;
  std::vector<char> found_;
};

}  // namespace

std::vector<char> FindMeasures(const HtmlPage& page) { return MeasureFinder(page).Find(); }

}  // namespace cria::corpus
