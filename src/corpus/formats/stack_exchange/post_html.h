// The HTML that forum posts are kept in (Stack Exchange: rendered and cleaned Markdown) to text.
// Every element counts as content: not for whole web pages, which have furniture.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// Text of `html` (UTF-8): paragraphs parted by an empty line, program text with its lines and
/// indentation, list items after "- " or "1. ", quotations after "> ", links as their text, images
/// left out, x<sup>2</sup> as x^2, formulas ($...$, \begin{...}) as written. Never fails; linear
/// time.
std::string PostHtmlToText(std::string_view html);

}  // namespace cria::corpus
