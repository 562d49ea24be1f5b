// The table: the suffixes of RedPajama's github_run_filter.py, all of them and no other.
#include "corpus/formats/code_language.h"

namespace cria::corpus {
namespace {

constexpr CodeLanguage kLanguages[] = {
    {".asm", "Assembly", kSemicolon | kHash | kCStyle},
    {".bat", "Batch", kBatch},
    {".cmd", "Batch", kBatch},
    {".c", "C", kCStyle},
    {".h", "C", kCStyle},
    {".cs", "C#", kCStyle},
    {".cpp", "C++", kCStyle},
    {".hpp", "C++", kCStyle},
    {".c++", "C++", kCStyle},
    {".h++", "C++", kCStyle},
    {".cc", "C++", kCStyle},
    {".hh", "C++", kCStyle},
    {".C", "C++", kCStyle},
    {".H", "C++", kCStyle},
    {".cmake", "CMake", kHash},
    {".css", "CSS", kCStyle},
    {".dockerfile", "Dockerfile", kHash},
    {".f90", "Fortran", kBang},
    {".f", "Fortran", kBang},
    {".f03", "Fortran", kBang},
    {".f08", "Fortran", kBang},
    {".f77", "Fortran", kBang},
    {".f95", "Fortran", kBang},
    {".for", "Fortran", kBang},
    {".fpp", "Fortran", kBang},
    {".go", "Go", kCStyle},
    {".hs", "Haskell", kDashes | kBraceDash},
    {".html", "HTML", kMarkup},
    {".java", "Java", kCStyle},
    {".js", "JavaScript", kCStyle},
    {".jl", "Julia", kHash | kHashEquals},
    {".lua", "Lua", kDashes | kLuaBlock},
    {".md", "Markdown", kMarkup},
    {".markdown", "Markdown", kMarkup},
    {".php", "PHP", kCStyle | kHash},
    {".php3", "PHP", kCStyle | kHash},
    {".php4", "PHP", kCStyle | kHash},
    {".php5", "PHP", kCStyle | kHash},
    {".phps", "PHP", kCStyle | kHash},
    {".phpt", "PHP", kCStyle | kHash},
    {".pl", "Perl", kHash},
    {".pm", "Perl", kHash},
    {".pod", "Perl", 0},
    {".perl", "Perl", kHash},
    {".ps1", "PowerShell", kHash | kAngleHash},
    {".psd1", "PowerShell", kHash | kAngleHash},
    {".psm1", "PowerShell", kHash | kAngleHash},
    {".py", "Python", kHash | kDocstring},
    {".rb", "Ruby", kHash},
    {".rs", "Rust", kCStyle},
    {".sql", "SQL", kDashes | kCStyle},
    {".scala", "Scala", kCStyle},
    {".sh", "Shell", kHash},
    {".bash", "Shell", kHash},
    {".command", "Shell", kHash},
    {".zsh", "Shell", kHash},
    {".ts", "TypeScript", kCStyle},
    {".tsx", "TypeScript", kCStyle},
    {".tex", "TeX", kPercent},
    {".vb", "Visual Basic", kQuote},
    {"Dockerfile", "Dockerfile", kHash},
    {"Makefile", "Makefile", kHash},
    {".xml", "XML", kMarkup},
    {".rst", "reStructuredText", kDots},
    {".m", "Objective-C or Matlab", kCStyle | kPercent},
    {".smali", "Smali", kHash},
};

}  // namespace

std::string_view FileName(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

const CodeLanguage* LanguageOfFile(std::string_view path) {
  const std::string_view name = FileName(path);
  const size_t dot = name.rfind('.');
  // A file that is named ".py" has no suffix.
  const std::string_view suffix = dot == name.npos || dot == 0 ? name : name.substr(dot);
  for (const CodeLanguage& language : kLanguages) {
    if (suffix == language.suffix && (suffix[0] == '.') == (suffix.size() < name.size())) {
      return &language;
    }
  }
  return nullptr;
}

}  // namespace cria::corpus
