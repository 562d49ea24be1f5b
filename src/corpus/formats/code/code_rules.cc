// Thresholds by their sources.
#include "corpus/formats/code/code_rules.h"

#include <utf8proc.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "base/ascii.h"
#include "base/utf8.h"
#include "corpus/formats/code/code_generated.h"
#include "corpus/formats/code/code_language.h"
#include "corpus/formats/code/code_vendored.h"

namespace cria::corpus {
namespace {

template <size_t N>
bool EndsWithAny(std::string_view text, const std::string_view (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return text.ends_with(word); });
}

bool HasMinifiedName(std::string_view name) {
  constexpr std::string_view kEnds[] = {".min.js",     "-min.js",    ".min.css", "-min.css",
                                        ".bundle.js",  ".packed.js", ".pack.js", ".chunk.js",
                                        ".bundle.css", ".min.html"};
  return EndsWithAny(LowerAscii(name), kEnds);
}

// What compilers of web pages leave on the last line.
bool HasSourceMap(std::string_view text) {
  constexpr size_t kTailBytes = 300;
  const std::string_view tail = text.substr(text.size() - std::min(text.size(), kTailBytes));
  return tail.find("sourceMappingURL=") != tail.npos;
}

struct Counts {
  int64_t characters = 0, letters = 0, digits = 0, lines = 0, longest = 0;
};

// As Python does it: str.isalnum() is the categories L and N.
Counts Count(std::string_view text) {
  Counts n;
  int64_t line = 0;
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<uint8_t>(text[i]);
    ++n.characters;
    if (c == '\n') {
      ++n.lines;
      n.longest = std::max(n.longest, line);
      line = 0;
      ++i;
      continue;
    }
    ++line;
    if (c < 0x80) {
      const bool digit = c >= '0' && c <= '9';
      n.digits += digit;
      n.letters += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      ++i;
      continue;
    }
    const Utf8Char u = DecodeUtf8(text.substr(i));
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(u.code));
    n.letters += category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    n.digits += category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
    i += static_cast<size_t>(u.length);
  }
  n.longest = std::max(n.longest, line);
  n.lines += line > 0;
  return n;
}

}  // namespace

const char* CodePathRejectReason(std::string_view path, const CodeRules& rules) {
  if (LanguageOfFile(path) == nullptr) return "suffix_not_listed";
  if (rules.drop_generated && HasMinifiedName(FileName(path))) return "minified";
  if (rules.drop_vendored && IsVendored(path)) return "vendored";
  return rules.drop_generated && HasGeneratedName(path) ? "generated" : nullptr;
}

const char* CodeRejectReason(std::string_view path, std::string_view text, const CodeRules& rules) {
  if (const char* reason = CodePathRejectReason(path, rules)) return reason;
  if (text.find_first_not_of(" \t\r\n\f\v") == text.npos) return "empty";
  if (rules.drop_generated) {
    if (SaysGenerated(path, text)) return "generated";
    if (path.ends_with(".js") && HasSourceMap(text)) return "minified";
  }
  const Counts n = Count(text);
  const auto characters = static_cast<double>(n.characters);
  if (n.longest > rules.max_line_characters) return "long_line";
  if (characters > rules.max_mean_line_characters * static_cast<double>(n.lines)) {
    return "long_lines";
  }
  if (static_cast<double>(n.letters + n.digits) < rules.min_alphanumeric_share * characters) {
    return "few_alphanumerics";
  }
  if (rules.count_tokens == nullptr) return nullptr;
  const auto tokens = static_cast<double>(rules.count_tokens(text));
  const bool few = static_cast<double>(n.letters) < rules.min_letters_per_token * tokens;
  return few ? "few_letters_per_token" : nullptr;
}

}  // namespace cria::corpus
