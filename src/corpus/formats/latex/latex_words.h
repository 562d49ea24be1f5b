// The control words that reading a LaTeX document acts on, and what each is for.
#pragma once

#include <string_view>
#include <unordered_map>

namespace cria::corpus {

enum class LatexWord {
  kPlain,     // the structure of a document: what a paper makes of it is layout
  kPrefix,    // \long\def
  kTakesOne,  // commands whose argument may stand without braces
  kTakesTwo,
  kIfTrue,
  kIfFalse,
  kIf,
  kElse,
  kFi,
  kInput,
  kImport,
  kStyle,
  kBegin,
  kEnd,
  kAtLetter,
  kAtOther,
  kXspace,
};

/// The words, without their backslash.
const std::unordered_map<std::string_view, LatexWord>& LatexWords();

}  // namespace cria::corpus
