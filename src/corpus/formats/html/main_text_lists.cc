// Runs of blocks with the same parent in one pass, and a series for each level of headings.
#include "corpus/formats/html/main_text_lists.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace cria::corpus {
namespace {

using Kind = HtmlBlock::Kind;

// Prose of an element whose lists belong to the text, in characters.
constexpr uint64_t kMinText = 90;

// The item or row that a block is of, or -1.
int32_t LineOf(const HtmlPage& page, const HtmlBlock& block) {
  constexpr int kWrappers = 5;
  if (block.kind != Kind::kItem && block.kind != Kind::kRow) return -1;
  const HtmlTag line = block.kind == Kind::kItem ? HtmlTag::kLi : HtmlTag::kTr;
  int32_t at = block.node;
  for (int up = 0; up < kWrappers && at > 0; ++up) {
    const HtmlNode& node = page.nodes[static_cast<size_t>(at)];
    if (node.tag == line) return at;
    at = node.parent;
  }
  return -1;
}

int32_t ParentOf(const HtmlPage& page, int32_t node) {
  return node > 0 ? page.nodes[static_cast<size_t>(node)].parent : -1;
}

// The list or table that holds a block, or -1.
int32_t ListOf(const HtmlPage& page, const HtmlBlock& block) {
  const int32_t list = ParentOf(page, LineOf(page, block));
  if (list < 0) return list;
  const HtmlTag tag = page.nodes[static_cast<size_t>(list)].tag;
  const bool part = tag == HtmlTag::kTbody || tag == HtmlTag::kThead || tag == HtmlTag::kTfoot;
  return part ? ParentOf(page, list) : list;
}

// The number at the front of a heading, 0 if it has none.
int NumberOf(const HtmlPage& page, const HtmlBlock& block) {
  constexpr size_t kMaxDigits = 3;
  const auto text = std::string_view(page.text).substr(block.begin, block.end - block.begin);
  int value = 0;
  size_t digits = 0;
  while (digits < text.size() && digits <= kMaxDigits && text[digits] >= '0' &&
         text[digits] <= '9') {
    value = 10 * value + (text[digits++] - '0');
  }
  if (digits == 0 || digits > kMaxDigits || digits == text.size()) return 0;
  return text[digits] == '.' || text[digits] == ')' ? value : 0;
}

// Where authors say they are to be found.
bool IsNetwork(uint32_t host) {
  constexpr std::string_view kNetworks[] = {
      "facebook.com", "instagram.com", "twitter.com",  "x.com",      "pinterest.com",
      "youtube.com",  "tiktok.com",    "linkedin.com", "amazon.com", "threads.net",
      "bsky.app",     "t.me",          "wa.me",        "reddit.com", "tumblr.com",
      "snapchat.com", "flickr.com",    "patreon.com",  "vk.com",     "shopltk.com"};
  static const auto hashes = [&] {
    std::array<uint32_t, std::size(kNetworks)> made;
    std::transform(std::begin(kNetworks), std::end(kNetworks), made.begin(), HashOfHost);
    return made;
  }();
  return std::find(hashes.begin(), hashes.end(), host) != hashes.end();
}

class ListGrader {
 public:
  ListGrader(const HtmlPage& page, const std::vector<char>& inside,
             const std::vector<uint64_t>& prose, std::vector<BlockGrade>* grades)
      : page_(page), inside_(inside), prose_(prose), grades_(*grades) {}

  void Run() {
    // A title with a link, and who wrote it. What stands below may be an answer button.
    ForRuns([&](const HtmlBlock& block) { return LineOf(page_, block); },
            [&](BlockRange item) {
              constexpr double kSome = 0.25;
              if (BlockAt(item.begin).marker && KeptShare(item) >= kSome)
                Keep({item.begin, item.begin + 1});
            });
    ForRuns([&](const HtmlBlock& block) { return ListOf(page_, block); },
            [&](BlockRange list) {
              constexpr double kMost = 0.6;
              if (KeptShare(list) >= kMost || IsIntroduced(list)) Keep(list);
            });
    KeepResources();
  }

 private:
  const HtmlBlock& BlockAt(size_t i) const { return page_.blocks[i]; }

  // Calls `work` with each run of blocks of one `owner`.
  template <class Owner, class Work>
  void ForRuns(const Owner& owner, const Work& work) {
    for (size_t i = 0; i < page_.blocks.size();) {
      const int32_t first = owner(BlockAt(i));
      size_t end = i + 1;
      while (first >= 0 && end < page_.blocks.size() && owner(BlockAt(end)) == first) ++end;
      if (first >= 0) work({i, end});
      i = end;
    }
  }

  double KeptShare(BlockRange range) const {
    double kept = 0, all = 0;
    for (size_t i = range.begin; i < range.end; ++i) {
      all += BlockAt(i).weight;
      if (grades_[i] != BlockGrade::kNone) kept += BlockAt(i).weight;
    }
    return all > 0 ? kept / all : 0;
  }

  void Keep(BlockRange range) {
    for (size_t i = range.begin; i < range.end; ++i) {
      if (inside_[i] != 0 && grades_[i] == BlockGrade::kNone) grades_[i] = BlockGrade::kShort;
    }
  }

  // "These are good places to begin:" in a paragraph beside the list.
  bool IsIntroduced(BlockRange list) const {
    constexpr uint32_t kMinIntroduction = 45;
    if (BlockAt(list.begin).kind != Kind::kItem || !IsAnnounced(page_, list.begin)) return false;
    const HtmlBlock& above = BlockAt(list.begin - 1);
    if (grades_[list.begin - 1] == BlockGrade::kNone || above.weight < kMinIntroduction) {
      return false;
    }
    // Sites announce more of their own pages in the same way.
    std::unordered_set<uint32_t> hosts;
    size_t links = 0;
    for (size_t i = list.begin; i < list.end; ++i) {
      if (BlockAt(i).links > 0) ++links;
      if (BlockAt(i).link_host != 0) hosts.insert(BlockAt(i).link_host);
    }
    // A paragraph that says more than that is of the text.
    constexpr uint32_t kMinParagraph = 100;
    const bool says_more = above.weight >= kMinParagraph && above.sentence_ends > 0;
    return links == 0 || says_more || (hosts.size() > 1 && 2 * hosts.size() >= links);
  }

  // Lists beside the text that lead to many other sites; those of other pages of a site lead to it.
  void KeepResources() {
    constexpr size_t kMinHosts = 3, kLinesOfHost = 3;
    constexpr uint64_t kMinLine = 15;
    struct Home {
      size_t lines = 0;
      uint64_t weight = 0;
      std::unordered_set<uint32_t> hosts, networks;
    };
    std::unordered_map<int32_t, Home> homes;
    const auto home_of = [&](size_t i) {
      const int32_t home = ParentOf(page_, ListOf(page_, BlockAt(i)));
      const bool text = home >= 0 && prose_[static_cast<size_t>(home)] >= kMinText;
      return text && inside_[i] != 0 && BlockAt(i).kind == Kind::kItem ? home : -1;
    };
    for (size_t i = 0; i < page_.blocks.size(); ++i) {
      const int32_t at = home_of(i);
      if (at < 0) continue;
      Home& home = homes[at];
      if (BlockAt(i).marker) ++home.lines;
      home.weight += BlockAt(i).weight;
      const uint32_t host = BlockAt(i).link_host;
      if (host == 0) continue;
      home.hosts.insert(host);
      if (IsNetwork(host)) home.networks.insert(host);
    }
    for (size_t i = 0; i < page_.blocks.size(); ++i) {
      const int32_t at = home_of(i);
      if (at < 0) continue;
      const Home& home = homes[at];
      const size_t hosts = home.hosts.size() - home.networks.size();
      if (hosts >= kMinHosts && kLinesOfHost * hosts >= home.lines &&
          home.weight >= kMinLine * home.lines) {
        Keep({i, i + 1});
      }
    }
  }

  const HtmlPage& page_;
  const std::vector<char>& inside_;
  const std::vector<uint64_t>& prose_;
  std::vector<BlockGrade>& grades_;
};

}  // namespace

void GradeLists(const HtmlPage& page, const std::vector<char>& inside,
                const std::vector<uint64_t>& prose, std::vector<BlockGrade>* grades) {
  ListGrader(page, inside, prose, grades).Run();
}

bool IsAnnounced(const HtmlPage& page, size_t begin) {
  if (begin == 0) return false;
  const HtmlBlock& above = page.blocks[begin - 1];
  if (above.kind != Kind::kParagraph || page.text[above.end - 1] != ':') return false;
  const int32_t beside = page.nodes[static_cast<size_t>(above.node)].tag == HtmlTag::kP
                             ? ParentOf(page, above.node)
                             : above.node;
  const int32_t home = ParentOf(page, ListOf(page, page.blocks[begin]));
  return home >= 0 && beside == home;
}

size_t ListBegin(const HtmlPage& page, size_t i) {
  const int32_t list = ListOf(page, page.blocks[i]);
  while (list >= 0 && i > 0 && ListOf(page, page.blocks[i - 1]) == list) --i;
  return i;
}

void GradeSeries(const HtmlPage& page, std::vector<BlockGrade>* grades) {
  constexpr size_t kMinSeries = 3;
  struct Series {
    std::vector<size_t> blocks;
    int last = 0;
  };
  std::array<Series, 7> levels;
  const auto close = [&](Series* series) {
    if (series->blocks.size() >= kMinSeries) {
      for (const size_t i : series->blocks) (*grades)[i] = BlockGrade::kProse;
    }
    series->blocks.clear();
  };
  for (size_t i = 0; i < page.blocks.size(); ++i) {
    const HtmlBlock& block = page.blocks[i];
    if (block.kind != Kind::kHeading || (*grades)[i] != BlockGrade::kShort) continue;
    const int number = NumberOf(page, block);
    if (number == 0) continue;
    Series& series = levels[block.level];
    // Up or down by one: "10. ..." to "1. ..." as well.
    if (std::abs(number - series.last) != 1) close(&series);
    series.blocks.push_back(i);
    series.last = number;
  }
  for (Series& series : levels) close(&series);
}

}  // namespace cria::corpus
