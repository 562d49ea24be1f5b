// What the conditions of a LaTeX document ask, and the answers that need no TeX: the \if.. of TeX
// and the tests with arguments in braces of LaTeX, etoolbox, ifthen and xparse. What cannot be
// known is false. A name that neither the paper nor this reader defines is not defined.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/formats/latex/latex_conditions.h"
#include "corpus/formats/latex/latex_macro_table.h"

namespace cria::corpus {

struct LatexTest {
  enum Kind {
    kUnknown,
    kBool,       ///< \ifbool{name}
    kToggle,     ///< \iftoggle{name}
    kDefined,    ///< \ifdef{\name}
    kNamed,      ///< \ifcsdef{name}
    kEmptyBody,  ///< \ifdefempty{\name}
    kBlank,      ///< \ifstrempty{text}
    kSame,       ///< \ifstrequal{text}{text}
    kSameBody,   ///< \ifdefstring{\name}{text}
    kNumbers,    ///< \ifnumcomp{number}{<}{number}
    kThen,       ///< \ifthenelse{what ifthen knows}
    kNoValue,    ///< \IfNoValueTF{argument}
    kStar,       ///< \IfBooleanTF{argument}
    kSetBool,    ///< \setbool{name}{true}
    kSetToggle,
  } kind = kUnknown;
  int tested = 1;
  bool then_part = true, else_part = true;  ///< which texts stand behind what is tested
  bool negated = false;
  /// For a kSetBool or kSetToggle without a second argument, and as the relation of kNumbers.
  std::string_view value = {};
};

/// What an optional argument that is not given is for \IfNoValueTF, as in LaTeX itself.
inline constexpr std::string_view kLatexNoValue = "-NoValue-";
/// What a star is for \IfBooleanTF.
inline constexpr std::string_view kLatexStar = "\\BooleanTrue", kLatexNoStar = "\\BooleanFalse";

/// The test with arguments in braces of that name; null if it is none.
const LatexTest* FindLatexTest(std::string_view name);

class LatexTests {
 public:
  LatexTests(const LatexConditions& conditions, const LatexMacroTable& macros)
      : conditions_(conditions), macros_(macros) {}

  /// Whether `test` holds for its first arguments.
  bool Holds(const LatexTest& test, const std::vector<std::string>& arguments) const;

  /// Whether TeX's \if.. of the name `word` holds; what it asks stands at text[*at], which is moved
  /// behind it. Nothing, and `at` stays, if that cannot be known.
  std::optional<bool> Primitive(std::string_view word, std::string_view text, size_t* at) const;

 private:
  bool IsDefined(std::string_view name) const;
  std::string Meaning(std::string_view token) const;
  std::string_view Resolve(std::string_view text) const;
  bool Then(std::string_view text) const;
  bool Single(std::string_view text) const;

  const LatexConditions& conditions_;
  const LatexMacroTable& macros_;
};

}  // namespace cria::corpus
