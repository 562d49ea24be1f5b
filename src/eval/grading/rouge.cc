// Counts of words; what is not an ASCII letter or digit parts them.
#include "eval/grading/rouge.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

namespace cria::eval {
namespace {

struct Words {
  std::map<std::string, int64_t> counts;
  int64_t total = 0;
};

Words CountWords(std::string_view text) {
  Words words;
  std::string word;
  const auto finish = [&] {
    if (word.empty()) return;
    ++words.counts[word];
    ++words.total;
    word.clear();
  };
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter) {
      word += static_cast<char>(c | 0x20);
    } else if (c >= '0' && c <= '9') {
      word += c;
    } else {
      finish();
    }
  }
  finish();
  return words;
}

}  // namespace

double Rouge1(std::string_view text, std::string_view reference) {
  const Words a = CountWords(text), b = CountWords(reference);
  int64_t shared = 0;
  for (const auto& [word, count] : a.counts) {
    const auto found = b.counts.find(word);
    if (found != b.counts.end()) shared += std::min(count, found->second);
  }
  // 2 P R / (P + R) with P = shared / a, R = shared / b.
  return shared == 0 ? 0
                     : 2.0 * static_cast<double>(shared) / static_cast<double>(a.total + b.total);
}

}  // namespace cria::eval
