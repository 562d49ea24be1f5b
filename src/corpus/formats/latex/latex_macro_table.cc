// Definitions in the order of the document; groups do not end them.
#include "corpus/formats/latex/latex_macro_table.h"

#include "corpus/formats/latex/latex_words.h"

namespace cria::corpus {
namespace {

// What keeps its meaning, whatever the paper makes of it: \section is a section in any layout.
bool IsFixed(std::string_view name) {
  const auto word = LatexWords().find(name);
  return word != LatexWords().end() && word->second != LatexWord::kTakesOne &&
         word->second != LatexWord::kTakesTwo && word->second != LatexWord::kXspace;
}

}  // namespace

LatexMacro* LatexMacroTable::Find(std::string_view name) {
  const auto found = macros_.find(name);
  return found == macros_.end() ? nullptr : &found->second;
}

const LatexMacro* LatexMacroTable::Find(std::string_view name) const {
  const auto found = macros_.find(name);
  return found == macros_.end() ? nullptr : &found->second;
}

void LatexMacroTable::Define(const LatexDefinition& definition) {
  const auto known = macros_.find(definition.name);
  if (definition.only_if_new && known != macros_.end()) return;
  if (IsFixed(definition.name)) return;
  if (!definition.expandable) {
    if (known != macros_.end()) macros_.erase(known);
  } else {
    macros_[definition.name] = definition.macro;
  }
}

int64_t LatexMacroTable::Let(const LatexDefinition& definition) {
  if (IsFixed(definition.name)) return 0;
  std::string_view target = definition.target;
  if (target.starts_with('\\')) {
    if (const LatexMacro* known = Find(target.substr(1)); known != nullptr) {
      LatexMacro copy = *known;
      const auto bytes = static_cast<int64_t>(copy.body.size());
      macros_[definition.name] = std::move(copy);
      return bytes;
    }
  }
  LatexMacro macro;
  macro.body = target;
  macro.literal = true;
  // \relax and the like stand for what only TeX's inside knows.
  if (!definition.expandable || target == "\\relax" || target == "\\undefined") {
    macros_.erase(definition.name);
  } else {
    macros_[definition.name] = macro;
  }
  return 0;
}

}  // namespace cria::corpus
