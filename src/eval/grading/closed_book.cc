// Byte by byte: what is not ASCII stays as it is.
#include "eval/grading/closed_book.h"

#include <cctype>

namespace cria::eval {
namespace {

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }
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
  for (const char c : answer) {
    if (IsBlank(c)) {
      finish();
    } else if (!IsAscii(c) || std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word += IsAscii(c) ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : c;
    }
  }
  finish();
  return words;
}

}  // namespace cria::eval
