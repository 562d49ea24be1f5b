// Letters of any script are made small; of punctuation ASCII and the quotes that TriviaQA's own
// scorer drops.
#include "eval/grading/closed_book.h"

#include <utf8proc.h>

#include <cctype>
#include <string_view>

#include "base/utf8.h"

namespace cria::eval {
namespace {

// ASCII punctuation, and quotes: ' ' " " ´ `
bool IsDropped(uint32_t code) {
  if (code < 0x80) return std::isalnum(static_cast<int>(code)) == 0;
  return code == 0x2018 || code == 0x2019 || code == 0x201C || code == 0x201D || code == 0xB4;
}
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

std::string CutAnswer(const std::string& written) {
  size_t first = 0;
  while (first < written.size() && IsBlank(written[first]) && written[first] != '\n') ++first;
  size_t end = first;
  for (; end < written.size(); ++end) {
    const char c = written[end];
    const bool last = end + 1 == written.size() || IsBlank(written[end + 1]);
    if (c == '\n' || c == ',' || (c == '.' && last)) break;
  }
  while (end > first && IsBlank(written[end - 1])) --end;
  return written.substr(first, end - first);
}

std::string NormalizeAnswer(const std::string& answer) {
  std::string words, word;
  const auto finish = [&] {
    if (!word.empty() && word != "a" && word != "an" && word != "the") {
      if (!words.empty()) words += ' ';
      words += word;
    }
    word.clear();
  };
  for (size_t at = 0; at < answer.size();) {
    const Utf8Char c = DecodeUtf8(std::string_view(answer).substr(at));
    if (IsBlank(answer[at])) {
      finish();
    } else if (!c.valid) {
      word += answer[at];
    } else if (!IsDropped(c.code)) {
      AppendUtf8(static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c.code))),
                 &word);
    }
    at += static_cast<size_t>(c.length);
  }
  finish();
  return words;
}

}  // namespace cria::eval
