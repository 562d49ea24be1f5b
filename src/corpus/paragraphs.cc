// Where long texts are cut.
#include "corpus/paragraphs.h"

#include "base/utf8.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxHeadingBytes = 100;

// Where `part` ends if a heading is its last paragraph: that belongs to what follows. Not below
// `least`.
size_t BeforeHeading(std::string_view part, size_t least) {
  const size_t begin = part.rfind("\n\n");
  if (begin == part.npos || begin < least) return part.size();
  const std::string_view last = part.substr(begin + 2);
  const bool heading = last.size() <= kMaxHeadingBytes && last.find('\n') == last.npos &&
                       std::string_view(".!?;,\"')").find(last.back()) == std::string_view::npos;
  return heading ? begin : part.size();
}

}  // namespace

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
    if (skip == 2) end = BeforeHeading(rest.substr(0, end), limit / 2);
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
