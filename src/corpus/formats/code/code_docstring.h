// Copyright and licence notices in the docstring of a Python module, cut out of it. Stricter than
// for comments: a docstring mostly documents.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// Length of the docstring, with its quotes and letters before them, that `text` begins with; 0 if
/// it begins with none, or if something else stands behind it on its last line.
size_t DocstringLength(std::string_view text);

/// The docstring without its fields of copyright, licence and authors (":copyright: ...", "License:
/// MIT") and its paragraphs of licence wording; empty if nothing else was in it. Unchanged if it
/// states neither copyright nor licence.
std::string WithoutNotice(std::string_view docstring);

}  // namespace cria::corpus
