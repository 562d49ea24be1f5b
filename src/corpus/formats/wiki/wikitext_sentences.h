// Sentences that lost a word with a template: they go. For nothing else; the corpus counts
// sentences elsewhere.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace cria::corpus {

/// `text`, a paragraph or an item, without the sentences in which kBroken stands. In doubt, as
/// behind abbreviations, a stop ends none, so that more goes rather than half a sentence stays.
std::string WithoutBrokenSentences(std::string_view text);

/// Without the sentences that `drop` wants out; they are asked for from left to right.
std::string WithoutSentences(std::string_view text,
                             const std::function<bool(std::string_view)>& drop);

}  // namespace cria::corpus
