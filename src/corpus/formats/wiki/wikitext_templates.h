// Templates of wikitext: the text that a reader sees where one stands, for those that carry some.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/formats/wiki/wikitext_marks.h"

namespace cria::corpus {

/// A template's name and arguments, which are reduced text already.
struct WikitextTemplate {
  std::string name;  ///< folded
  std::vector<std::string_view> positional;
  std::vector<std::pair<std::string_view, std::string_view>> named;

  /// The n-th argument without a name, from 1, or the one named "n"; trimmed; empty if absent.
  std::string_view At(size_t n) const;
  std::string_view Last() const;
  /// The first of these names that is given and not empty; names are separated by '|'.
  std::string_view Named(std::string_view names) const;
};

/// True for "url = http:" and the like: an argument, without the bar before it.
bool StartsWikitextArgument(std::string_view text);

/// What stands in the page for {{parts[0]|parts[1]|...}}; kHole for a template that is left out,
/// with a guess before it if it has one short argument; kGone or kAside where the sentence does
/// without it. No argument is used twice, so that nesting cannot make a text grow.
std::string ExpandWikitextTemplate(const std::vector<std::string_view>& parts,
                                   const WikitextContext& context);

}  // namespace cria::corpus
