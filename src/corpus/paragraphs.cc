// Where long texts are cut.
#include "corpus/paragraphs.h"

#include "base/utf8.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxHeadingBytes = 100;

// Where `part` ends without the headings that are its last paragraphs, a chapter's and its first
// section's: they belong to what follows. Not below `least`.
size_t BeforeHeadings(std::string_view part, size_t least) {
  size_t end = part.size();
  while (true) {
    const size_t begin = part.substr(0, end).rfind("\n\n");
    if (begin == part.npos || begin < least) return end;
    if (!IsHeading(part.substr(begin + 2, end - begin - 2))) return end;
    end = begin;
  }
}

}  // namespace

bool IsHeading(std::string_view paragraph) {
  return !paragraph.empty() && paragraph.size() <= kMaxHeadingBytes &&
         paragraph.find('\n') == paragraph.npos && !paragraph.starts_with("- ") &&
         std::string_view(".!?;,\"')").find(paragraph.back()) == std::string_view::npos;
}

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
    if (skip == 2) end = BeforeHeadings(rest.substr(0, end), limit / 2);
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
