// Cutting text by a regular expression with Unicode classes and look-ahead (PCRE2), as byte-level
// tokenizers do before they merge.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cria::tokenizer {

class RegexSplit {
 public:
  /// Throws Error at `where` if the expression is not valid.
  RegexSplit(const std::string& pattern, const std::string& where);
  RegexSplit(RegexSplit&&) noexcept;
  ~RegexSplit();

  /// Appends the matches in `text` (valid UTF-8) and what lies between them, in order; joined they
  /// are `text`. Thread-safe. Throws Error if a hostile expression exceeds its limit of steps.
  void Split(std::string_view text, std::vector<std::string_view>* out) const;

 private:
  struct Code;
  std::unique_ptr<Code> code_;
};

}  // namespace cria::tokenizer
