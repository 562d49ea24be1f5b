// Writes the blocks that are main text as plain text.
#include "corpus/formats/html/main_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "corpus/formats/html/html_blocks.h"
#include "corpus/formats/html/main_text_judge.h"
#include "corpus/formats/html/main_text_widgets.h"
#include "corpus/language.h"

namespace cria::corpus {
namespace {

using Kind = HtmlBlock::Kind;

// Items, rows and definitions follow what stands before on the next line.
bool ContinuesParagraph(const HtmlBlock& before, const HtmlBlock& block) {
  if (block.kind == Kind::kItem) return before.kind == Kind::kItem;
  if (block.kind == Kind::kRow) return before.kind == Kind::kRow;
  return block.kind == Kind::kDefinition && before.kind != Kind::kHeading;
}

void AppendBlock(const HtmlPage& page, const HtmlBlock& block, std::string* out) {
  constexpr size_t kMaxIndents = 7;
  std::string_view text = std::string_view(page.text).substr(block.begin, block.end - block.begin);
  // A publication's last line often is "Article Code Demo", a link each.
  for (size_t line = text.rfind('\n');
       block.kind == Kind::kItem && block.links > 0 && line != text.npos; line = text.rfind('\n')) {
    if (!NamesForms(text.substr(line + 1))) break;
    text = text.substr(0, line);
  }
  if (block.kind != Kind::kItem) {
    *out += text;
    return;
  }
  const size_t depth = block.level > 0 ? block.level - 1u : 0u;
  const std::string indent(2 * std::min(kMaxIndents, depth), ' ');
  const std::string mark = !block.marker      ? "  "
                           : block.number > 0 ? std::to_string(block.number) + ". "
                                              : "- ";
  *out += indent;
  *out += mark;
  *out += text;
}

std::string MainText(const HtmlPage& page) {
  const std::vector<char> keep = JudgeMainText(page);
  std::string text;
  const HtmlBlock* before = nullptr;
  for (size_t i = 0; i < page.blocks.size(); ++i) {
    if (keep[i] == 0) continue;
    const HtmlBlock& block = page.blocks[i];
    if (before != nullptr) text += ContinuesParagraph(*before, block) ? "\n" : "\n\n";
    AppendBlock(page, block, &text);
    before = &block;
  }
  return text;
}

}  // namespace

RawText ExtractMainText(std::string_view utf8_html) {
  const HtmlPage page = ReadHtmlBlocks(utf8_html);
  const auto valid = [](std::string text) { return IsValidUtf8(text) ? text : RepairUtf8(text); };
  RawText result;
  result.text = valid(MainText(page));
  result.title = valid(page.title);
  result.language = NormalizeLanguage(page.language);
  if (!page.canonical_url.empty()) result.meta["canonical_url"] = valid(page.canonical_url);
  if (!page.date.empty()) result.meta["date"] = valid(page.date);
  return result;
}

}  // namespace cria::corpus
