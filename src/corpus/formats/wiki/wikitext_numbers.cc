// Separators are those of MediaWiki's messages ($separatorTransformTable, $minimumGroupingDigits);
// its no-break space is a blank here, as everywhere in the text.
#include "corpus/formats/wiki/wikitext_numbers.h"

#include <algorithm>

namespace cria::corpus {
namespace {

constexpr size_t kMaxDigits = 40;

struct Style {
  std::string_view languages, group, point;
};

constexpr Style kStyles[] = {{" en ", ",", "."},
                             {" ca da de hr it nl ro sl sr ", ".", ","},
                             {" bg cs es fr hu pl pt ru sv uk ", " ", ","}};
// Four digits are not grouped there: "1234", but "12 345".
constexpr std::string_view kFourTogether = " bg es pl pt ";

bool Contains(std::string_view languages, std::string_view language) {
  const std::string word = " " + std::string(language) + " ";
  return languages.find(word) != languages.npos;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool IsWikitextNumber(std::string_view text) {
  return !text.empty() && text.find_first_of("0123456789") != text.npos &&
         text.find_first_not_of("0123456789.,/+-e ⁄−") == text.npos;
}

std::string FormatWikitextNumber(std::string_view number, std::string_view language) {
  const auto style =
      std::find_if(std::begin(kStyles), std::end(kStyles),
                   [language](const Style& one) { return Contains(one.languages, language); });
  std::string_view rest = number;
  std::string out;
  for (const std::string_view sign : {"-", "+", "−"}) {
    if (rest.starts_with(sign)) {
      out = sign;
      rest.remove_prefix(sign.size());
    }
  }
  const size_t point = std::min(rest.find('.'), rest.size());
  const std::string_view whole = rest.substr(0, point);
  const std::string_view part = rest.substr(std::min(point + 1, rest.size()));
  const bool plain = !whole.empty() && rest.size() <= kMaxDigits &&
                     std::all_of(whole.begin(), whole.end(), IsDigit) &&
                     std::all_of(part.begin(), part.end(), IsDigit) &&
                     (point == rest.size() || !part.empty());
  if (style == std::end(kStyles) || !plain) return std::string(number);
  const bool grouped =
      whole.size() > (Contains(kFourTogether, language) ? size_t{4} : size_t{3}) && whole[0] != '0';
  for (size_t i = 0; i < whole.size(); ++i) {
    if (grouped && i > 0 && (whole.size() - i) % 3 == 0) out += style->group;
    out += whole[i];
  }
  if (!part.empty()) {
    out += style->point;
    out += part;
  }
  return out;
}

}  // namespace cria::corpus
