// Control characters go from all, for later stages use them as signs.
#include "corpus/formats/wiki/wikitext_raw.h"

#include <algorithm>
#include <cstdint>

#include "corpus/formats/html/html_references.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxFormulaBytes = 4096;

std::string WithoutControls(std::string_view text) {
  std::string clean(text);
  std::erase_if(clean, [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
  });
  return clean;
}

}  // namespace

std::string WikitextFormula(std::string_view content) {
  std::string text = "$";
  for (const char c : WithoutControls(content)) {
    const bool space = c == '\n' || c == '\t' || c == ' ';
    if (!space) text += c;
    if (space && text.size() > 1 && text.back() != ' ') text += ' ';
  }
  while (text.ends_with(' ')) text.pop_back();
  return text.size() == 1 || text.size() > kMaxFormulaBytes ? std::string() : text + "$";
}

std::string WikitextProgram(std::string_view content, bool entities) {
  std::string text = WithoutControls(content);
  if (entities) text = DecodedReferences(text);
  text.erase(0, std::min(text.find_first_not_of('\n'), text.size()));
  text.erase(text.find_last_not_of(" \n\t") + 1);
  return text;
}

std::string WikitextNowiki(std::string_view content) {
  std::string text = DecodedReferences(WithoutControls(content));
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace cria::corpus
