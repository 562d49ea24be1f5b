// A paragraph without a class looks like the class of what holds it.
#include "corpus/formats/html/main_text_look.h"

#include <unordered_map>

namespace cria::corpus {
namespace {

// A look is that of the text if it holds this share of the prose, in so many paragraphs.
constexpr double kMinShare = 0.5;
constexpr size_t kMinParagraphs = 3;

// 0 for what has no look.
uint64_t LookOf(const HtmlPage& page, const HtmlBlock& block) {
  const HtmlNode& node = page.nodes[static_cast<size_t>(block.node)];
  if (node.tag != HtmlTag::kP || node.parent < 0) return 0;
  if (node.look != 0) return node.look;
  const uint64_t around = page.nodes[static_cast<size_t>(node.parent)].look;
  return around << 32;
}

}  // namespace

std::vector<char> FindBodyParagraphs(const HtmlPage& page, const std::vector<uint64_t>& prose) {
  struct Sum {
    uint64_t prose = 0;
    size_t paragraphs = 0;
  };
  std::unordered_map<uint64_t, Sum> looks;
  uint64_t all = 0, best = 0;
  for (size_t i = 0; i < page.blocks.size(); ++i) {
    all += prose[i];
    if (prose[i] == 0) continue;
    const uint64_t look = LookOf(page, page.blocks[i]);
    if (look == 0) continue;
    Sum& sum = looks[look];
    sum.prose += prose[i];
    ++sum.paragraphs;
    if (best == 0 || sum.prose > looks[best].prose) best = look;
  }
  std::vector<char> body(page.blocks.size());
  if (best == 0 || looks[best].paragraphs < kMinParagraphs) return body;
  if (static_cast<double>(looks[best].prose) < kMinShare * static_cast<double>(all)) return body;
  for (size_t i = 0; i < page.blocks.size(); ++i) {
    body[i] = LookOf(page, page.blocks[i]) == best ? 1 : 0;
  }
  return body;
}

}  // namespace cria::corpus
