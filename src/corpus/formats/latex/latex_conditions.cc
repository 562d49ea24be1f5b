// Flags by name, and a search for the \fi that belongs to an \if.
#include "corpus/formats/latex/latex_conditions.h"

#include "corpus/formats/latex/latex_scan.h"
#include "corpus/formats/latex/latex_words.h"

namespace cria::corpus {

std::optional<bool> LatexConditions::Value(std::string_view word) const {
  const auto flag = flags_.find(word);
  if (flag == flags_.end()) return std::nullopt;
  return flag->second;
}

bool LatexConditions::Set(std::string_view word) {
  if (flags_.empty()) return false;
  const bool value = word.ends_with("true");
  if (!value && !word.ends_with("false")) return false;
  const auto flag = flags_.find("if" + std::string(word.substr(0, word.size() - (value ? 4 : 5))));
  if (flag == flags_.end()) return false;
  flag->second = value;
  return true;
}

bool LatexConditions::IsUnknownSwitch(std::string_view word, std::string_view text, size_t end) {
  if (word.size() < 4 || !word.starts_with("if") || LatexWords().contains(word)) return false;
  end = SkipLatexBlanks(text, end);
  return end < text.size() && text[end] != '{' && text[end] != '[';
}

size_t LatexConditions::BranchEnd(std::string_view text, size_t at, bool at_is_letter,
                                  bool stop_at_else, bool* at_else) const {
  int64_t depth = 0;
  for (at = text.find('\\', at); at != text.npos; at = text.find('\\', at)) {
    const size_t end = ControlEnd(text, at, at_is_letter);
    const std::string_view word = text.substr(at + 1, end - at - 1);
    at = end;
    const auto known = LatexWords().find(word);
    const LatexWord kind = known == LatexWords().end() ? LatexWord::kPlain : known->second;
    if (kind == LatexWord::kIf || kind == LatexWord::kIfTrue || kind == LatexWord::kIfFalse ||
        flags_.contains(word) || IsUnknownSwitch(word, text, end)) {
      ++depth;
    } else if (kind == LatexWord::kFi && depth-- == 0) {
      return end;
    } else if (kind == LatexWord::kElse && depth == 0 && stop_at_else) {
      *at_else = true;
      return end;
    }
  }
  return text.npos;
}

}  // namespace cria::corpus
