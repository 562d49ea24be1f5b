// The macros that a document knows at one moment of its reading.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "corpus/formats/latex/latex_macros.h"

namespace cria::corpus {

class LatexMacroTable {
 public:
  /// Null if there is none of the name.
  LatexMacro* Find(std::string_view name);
  const LatexMacro* Find(std::string_view name) const;
  /// What a definition of a kMacro says. Words that the expander acts on keep their meaning.
  void Define(const LatexDefinition& definition);
  /// What a kLet says. Returns the bytes that were copied.
  int64_t Let(const LatexDefinition& definition);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, LatexMacro, Hash, std::equal_to<>> macros_;
};

}  // namespace cria::corpus
