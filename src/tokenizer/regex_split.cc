// PCRE2 with Unicode properties; \s is Unicode's White_Space, as in the libraries that the
// expressions were written for.
#include "tokenizer/regex_split.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

#include "base/error.h"

namespace cria::tokenizer {
namespace {

constexpr uint32_t kMatchLimit = 10'000'000;  // steps; an honest pattern needs a few per character

// PCRE2's \s has U+180E, which left White_Space in Unicode 6.3.
constexpr const char* kWhiteSpace =
    R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";

std::string WithUnicodeSpaces(const std::string& pattern) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char next = pattern[++i];
      if (next == 's') {
        out += in_class ? kWhiteSpace : fmt::format("[{}]", kWhiteSpace);
      } else if (next == 'S' && !in_class) {
        out += fmt::format("[^{}]", kWhiteSpace);
      } else {
        out += {c, next};
      }
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    out += c;
  }
  return out;
}

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatch {
  void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
};
struct FreeContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

}  // namespace

struct RegexSplit::Code {
  std::unique_ptr<pcre2_code, FreeCode> code;
  std::unique_ptr<pcre2_match_context, FreeContext> context;
  std::string where;
};

RegexSplit::RegexSplit(const std::string& pattern, const std::string& where)
    : code_(std::make_unique<Code>()) {
  const std::string translated = WithUnicodeSpaces(pattern);
  int number = 0;
  PCRE2_SIZE offset = 0;
  code_->code.reset(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                    PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &number, &offset, nullptr));
  if (!code_->code) {
    throw Error(fmt::format("\"{}\" is not a regular expression (error {})", pattern, number),
                where, "the tokenizer is damaged; fetch it again");
  }
  pcre2_jit_compile(code_->code.get(), PCRE2_JIT_COMPLETE);  // where it cannot, matching interprets
  code_->context.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(code_->context.get(), kMatchLimit);
  code_->where = where;
}

RegexSplit::RegexSplit(RegexSplit&&) noexcept = default;
RegexSplit::~RegexSplit() = default;

void RegexSplit::Split(std::string_view text, std::vector<std::string_view>* out) const {
  const std::unique_ptr<pcre2_match_data, FreeMatch> match(
      pcre2_match_data_create_from_pattern(code_->code.get(), nullptr));
  size_t done = 0, from = 0;  // everything before `done` is written; search begins at `from`
  while (from < text.size()) {
    const int found =
        pcre2_match(code_->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                    PCRE2_NO_UTF_CHECK, match.get(), code_->context.get());
    if (found == PCRE2_ERROR_NOMATCH) break;
    if (found < 0) {
      throw Error(fmt::format("its regular expression gave up on the text (error {})", found),
                  code_->where, "the tokenizer is damaged or hostile; fetch it again");
    }
    const PCRE2_SIZE* range = pcre2_get_ovector_pointer(match.get());
    const size_t begin = range[0], end = range[1];
    if (end <= begin) {  // an empty match splits nothing; go on behind the next character
      from = std::max<size_t>(begin, from) + 1;
      while (from < text.size() && (static_cast<uint8_t>(text[from]) & 0xC0) == 0x80) ++from;
      continue;
    }
    if (begin > done) out->push_back(text.substr(done, begin - done));
    out->push_back(text.substr(begin, end - begin));
    done = from = end;
  }
  if (done < text.size()) out->push_back(text.substr(done));
}

}  // namespace cria::tokenizer
