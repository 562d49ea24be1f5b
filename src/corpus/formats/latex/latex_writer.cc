// Appending, with an eye on what the last command still takes.
#include "corpus/formats/latex/latex_writer.h"

#include "corpus/formats/latex/latex_scan.h"

namespace cria::corpus {

void LatexWriter::Emit(std::string_view plain) {
  for (size_t i = 0; wrap > 0 && i < plain.size(); ++i) {
    if (plain[i] == '{' || plain[i] == '[' || plain[i] == '}') {
      wrap = 0;
    } else if (!IsLatexBlank(plain[i]) && plain[i] != '\n') {
      --wrap;
    }
  }
  AppendLatex(plain, &text);
}

void LatexWriter::EmitControl(std::string_view control) {
  if (wrap > 0) --wrap;
  text += control;
}

bool LatexWriter::EraseBlankLine() {
  constexpr size_t kMaxBlanks = 1024;
  size_t begin = text.size();
  const size_t lowest = begin > kMaxBlanks ? begin - kMaxBlanks : 0;
  while (begin > lowest && IsLatexBlank(text[begin - 1])) --begin;
  if (begin > 0 && text[begin - 1] != '\n') return false;
  text.resize(begin);
  return true;
}

bool LatexWriter::AfterBlank() const {
  return text.empty() || IsLatexBlank(text.back()) || text.back() == '\n';
}

void LatexWriter::PartFrom(char next, bool blanks) {
  if (AfterBlank() || IsLatexBlank(next)) return;
  const char last = text.back();
  const bool glued =
      IsLatexLetter(next) && (IsLatexLetter(last) || last == '.' || last == ',' || last == ':');
  const bool parted = blanks && std::string_view("{[(").find(last) == std::string_view::npos &&
                      std::string_view("\0\n}])", 5).find(next) == std::string_view::npos;
  if (glued || parted) text += ' ';
}

}  // namespace cria::corpus
