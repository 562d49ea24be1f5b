// Where long texts are cut.
#include "corpus/paragraphs.h"

#include "base/utf8.h"

namespace cria::corpus {

std::vector<std::string> CutText(std::string text, int64_t max_bytes) {
  const auto limit = static_cast<size_t>(max_bytes);
  std::vector<std::string_view> parts;
  std::string_view rest = text;
  while (rest.size() > limit) {
    // Not below half of the limit, so that a single early break does not leave crumbs.
    size_t end = rest.rfind("\n\n", limit - 2);
    size_t skip = 2;
    if (end == rest.npos || end < limit / 2) {
      end = rest.rfind('\n', limit - 1);
      skip = 1;
    }
    if (end == rest.npos || end < limit / 2) {
      end = CompleteUtf8Prefix(rest.substr(0, limit));
      skip = 0;
    }
    parts.push_back(rest.substr(0, end));
    rest.remove_prefix(end + skip);
  }
  if (parts.empty()) return {std::move(text)};
  const bool crumb = rest.size() < limit / 8 && rest.find_first_not_of('\n') != rest.npos;
  if (crumb) {  // the last part goes on to the end, with the break that stood between
    const char* begin = parts.back().data();
    parts.back() = {begin, static_cast<size_t>(rest.data() + rest.size() - begin)};
  } else if (!rest.empty()) {
    parts.push_back(rest);
  }
  return {parts.begin(), parts.end()};
}

}  // namespace cria::corpus
