// Blocks are judged in four steps: (1) parts of the tree whose names say that they are furniture
// go, unless they hold most of the page's prose; (2) the element that holds the rest of the prose
// is looked for, by its declared role or by going down to where the prose is; (3) inside it single
// blocks are judged by length, link density and neighbours (Pomikalek 2011; Kohlschuetter et al.
// 2010), without stop words, so that no language is preferred; (4) what sites write between and
// below texts goes (main_text_furniture.h).
#include "corpus/formats/html/main_text_judge.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "corpus/formats/html/main_text_furniture.h"
#include "corpus/formats/html/main_text_lead.h"
#include "corpus/formats/html/main_text_lists.h"
#include "corpus/formats/html/main_text_look.h"
#include "corpus/formats/html/main_text_measures.h"

namespace cria::corpus {
namespace {

using Kind = HtmlBlock::Kind;

// The limits below were set on half of two public collections of pages with marked main text
// (bench/corpus/main_text.sh); the results move little with any of them.

// Prose: at least so long (in characters that are no spaces: about nine words of English), twice
// that without the end of a sentence, and not mostly links.
constexpr uint32_t kMinProse = 45;
constexpr double kMaxProseLinks = 0.4;
// "Headings" longer than this are text.
constexpr uint32_t kMaxHeading = 250;
// Between prose, a block may hold more links than this only with so much other text.
constexpr double kMaxShortLinks = 0.5;
constexpr uint32_t kMinBesideLinks = 80;

// Furniture by name stays if it holds more than this share of the page's prose. Comments often
// hold more than the article; what says that it is main text all the same is believed.
constexpr double kMaxFurniture = 0.5, kMaxComments = 0.8, kMaxContradicted = 0.05;
// An element that says it is main text is believed if it holds this share of the prose.
constexpr double kMinDeclared = 0.3;
// Going down ends where no child holds such shares of the prose, and of all text beside links.
constexpr double kMinChildProse = 0.93, kMinChildPlain = 0.5;
// With less prose than this left, or this share, the names have misled.
constexpr uint64_t kMinLeft = 100, kMinLeftShare = 10;

constexpr uint64_t kMinWithoutProse = 150;

constexpr HtmlHints kFurniture = kHintHidden | kHintNavigation | kHintSide | kHintFooter |
                                 kHintNotice | kHintShare | kHintAd | kHintForm | kHintComments |
                                 kHintConsent;

// Names that a whole recipe may stand below.
constexpr HtmlHints kRecipe = kHintSide | kHintFooter | kHintShare | kHintForm;

double LinkShare(const HtmlBlock& block) {
  return static_cast<double>(block.link_weight) / block.weight;
}

class Judge {
 public:
  explicit Judge(const HtmlPage& page)
      : page_(page),
        dropped_(page.nodes.size()),
        inside_(page.nodes.size()),
        about_(page.nodes.size()),
        prose_(page.nodes.size()),
        plain_(page.nodes.size()),
        own_(page.nodes.size()),
        alike_(page.nodes.size()),
        measures_(FindMeasures(page)),
        grades_(page.blocks.size()),
        keep_(page.blocks.size()) {}

  /// For each block whether it is main text.
  std::vector<char> Run() {
    ReadCaptions();
    SumText();
    DropByNames();
    const uint64_t all = prose_[0];
    ReadLooks();
    SumText();
    if (prose_[0] < kMinLeft || prose_[0] < all / kMinLeftShare) {
      std::fill(dropped_.begin(), dropped_.end(), 0);
      ReadLooks();
      SumText();
    }
    MarkInside(FindMain());
    GradeBlocks();
    DropFurniture(page_, alike_blocks_, &grades_);
    KeepBlocks();
    return std::move(keep_);
  }

 private:
  const HtmlNode& NodeOf(const HtmlBlock& block) const {
    return page_.nodes[static_cast<size_t>(block.node)];
  }

  size_t IndexOf(const HtmlBlock& block) const {
    return static_cast<size_t>(&block - page_.blocks.data());
  }

  // "{{item.title}} by {{item.author}}": what a program of the page should have filled in.
  bool IsTemplate(const HtmlBlock& block) const {
    if (block.kind == Kind::kPre) return false;
    const auto text = std::string_view(page_.text).substr(block.begin, block.end - block.begin);
    size_t inside = 0;
    for (size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at)) {
      const size_t end = text.find("}}", at);
      if (end == text.npos) break;
      inside += end + 2 - at;
      at = end;
    }
    return 3 * inside > text.size();
  }

  // Length of the block without links if it is prose, else 0.
  uint64_t ProseOf(const HtmlBlock& block) const {
    if (measures_[IndexOf(block)] != 0) return block.weight;
    if (IsTemplate(block)) return 0;
    if (block.kind == Kind::kHeading && block.weight < kMaxHeading) return 0;
    if (block.kind == Kind::kCaption && !captions_) return 0;
    if (block.weight < kMinProse || LinkShare(block) > kMaxProseLinks) return 0;
    if (block.sentence_ends == 0 && block.weight < 2 * kMinProse && block.kind != Kind::kPre) {
      return 0;
    }
    return block.weight - block.link_weight;
  }

  // In a picture series the captions are the text.
  void ReadCaptions() {
    uint64_t captions = 0, others = 0;
    for (const HtmlBlock& block : page_.blocks) {
      if (block.kind == Kind::kCaption)
        captions += block.weight;
      else
        others += ProseOf(block);
    }
    captions_ = captions > others;
  }

  // Prose, and all text beside links, of each subtree, without what is dropped.
  void SumText() {
    std::fill(prose_.begin(), prose_.end(), 0);
    std::fill(plain_.begin(), plain_.end(), 0);
    std::fill(own_.begin(), own_.end(), 0);
    for (const HtmlBlock& block : page_.blocks) {
      const auto node = static_cast<size_t>(block.node);
      if (dropped_[node] != 0) continue;
      const uint64_t prose = ProseOf(block);
      prose_[node] += prose;
      const bool paragraph = page_.nodes[node].tag == HtmlTag::kP;
      own_[paragraph ? static_cast<size_t>(page_.nodes[node].parent) : node] += prose;
      if (LinkShare(block) <= kMaxProseLinks) plain_[node] += block.weight - block.link_weight;
    }
    for (size_t i = prose_.size(); i-- > 1;) {
      const auto parent = static_cast<size_t>(page_.nodes[i].parent);
      prose_[parent] += prose_[i];
      plain_[parent] += plain_[i];
    }
  }

  // Measures in each subtree.
  std::vector<uint64_t> SumMeasures() const {
    std::vector<uint64_t> sums(page_.nodes.size());
    for (size_t i = 0; i < measures_.size(); ++i) {
      if (measures_[i] != 0) ++sums[static_cast<size_t>(page_.blocks[i].node)];
    }
    for (size_t i = sums.size(); i-- > 1;) {
      sums[static_cast<size_t>(page_.nodes[i].parent)] += sums[i];
    }
    return sums;
  }

  // Elements that are called an excerpt, of one look and several: those of other pages.
  std::vector<char> FindExcerpts() const {
    constexpr size_t kMinExcerpts = 4;
    constexpr double kMaxExcerpts = 0.7;
    struct Sum {
      size_t count = 0;
      uint64_t prose = 0;
    };
    std::unordered_map<uint32_t, Sum> looks;
    std::vector<char> found(page_.nodes.size());
    const auto called = [&](const HtmlNode& node) {
      return (node.hints & kHintLead) != 0 && node.look != 0;
    };
    for (size_t i = 1; i < page_.nodes.size(); ++i) {
      if (!called(page_.nodes[i]) || prose_[i] == 0) continue;
      Sum& sum = looks[page_.nodes[i].look];
      ++sum.count;
      sum.prose += prose_[i];
    }
    for (size_t i = 1; i < page_.nodes.size(); ++i) {
      if (!called(page_.nodes[i])) continue;
      const auto sum = looks.find(page_.nodes[i].look);
      if (sum == looks.end() || sum->second.count < kMinExcerpts) continue;
      const auto limit = kMaxExcerpts * static_cast<double>(prose_[0]);
      if (static_cast<double>(sum->second.prose) <= limit) found[i] = 1;
    }
    return found;
  }

  void DropByNames() {
    const auto all = static_cast<double>(prose_[0]);
    const std::vector<uint64_t> measures = SumMeasures();
    const std::vector<char> excerpts = FindExcerpts();
    for (size_t i = 1; i < page_.nodes.size(); ++i) {
      const HtmlNode& node = page_.nodes[i];
      dropped_[i] = dropped_[static_cast<size_t>(node.parent)];
      const HtmlHints furniture = node.hints & kFurniture;
      if (dropped_[i] == 0) dropped_[i] = excerpts[i];
      if (dropped_[i] != 0 || furniture == 0) continue;
      // A quotation of a message that somebody shared.
      if (node.tag == HtmlTag::kBlockquote && furniture == kHintShare) continue;
      // A recipe that can be printed, voted for and shared.
      const bool recipe = 2 * measures[i] > measures[0];
      if (recipe && (furniture & ~kRecipe) == 0) continue;
      const double limit = (furniture & kHintConsent) != 0               ? 1
                           : (node.hints & (kHintMain | kHintBody)) != 0 ? kMaxContradicted
                           : (furniture & kHintComments) != 0            ? kMaxComments
                                                                         : kMaxFurniture;
      if (static_cast<double>(prose_[i]) <= limit * all) dropped_[i] = 1;
    }
  }

  // Paragraphs that look like those of the text are of it, below weak names too.
  void ReadLooks() {
    constexpr HtmlHints kWeak = kHintSide | kHintFooter | kHintNotice;
    std::vector<uint64_t> prose(page_.blocks.size());
    for (size_t i = 0; i < prose.size(); ++i) {
      const HtmlBlock& block = page_.blocks[i];
      if (dropped_[static_cast<size_t>(block.node)] == 0) prose[i] = ProseOf(block);
    }
    alike_blocks_ = FindBodyParagraphs(page_, prose);
    size_t end = prose.size();
    while (end > 0 && prose[end - 1] == 0) --end;
    for (size_t i = 0; i < end; ++i) {
      const HtmlBlock& block = page_.blocks[i];
      const auto node = static_cast<size_t>(block.node);
      if (alike_blocks_[i] == 0 || dropped_[node] == 0) continue;
      HtmlHints names = 0;
      for (size_t at = node; at > 0; at = static_cast<size_t>(page_.nodes[at].parent)) {
        if (dropped_[at] != 0) names |= page_.nodes[at].hints;
      }
      const bool prose_too = ProseOf(block) > 0 && block.sentence_ends > 0;
      if (prose_too && (names & kFurniture & ~kWeak) == 0) dropped_[node] = 0;
    }
    std::fill(alike_.begin(), alike_.end(), 0);
    for (size_t i = 0; i < end; ++i) {
      const auto node = static_cast<size_t>(page_.blocks[i].node);
      if (alike_blocks_[i] != 0 && dropped_[node] == 0 && ProseOf(page_.blocks[i]) > 0) {
        ++alike_[node];
      }
    }
    for (size_t i = alike_.size(); i-- > 1;) {
      alike_[static_cast<size_t>(page_.nodes[i].parent)] += alike_[i];
    }
  }

  // The heaviest element that declares itself to be main text, or 0.
  size_t FindDeclared() const {
    for (const HtmlHints hint : {kHintBody, kHintMain}) {
      size_t best = 0;
      for (size_t i = 1; i < page_.nodes.size(); ++i) {
        if (dropped_[i] != 0 || (page_.nodes[i].hints & hint) == 0) continue;
        if (best == 0 || prose_[i] > prose_[best]) best = i;
      }
      if (best != 0 &&
          static_cast<double>(prose_[best]) >= kMinDeclared * static_cast<double>(prose_[0])) {
        return best;
      }
    }
    return 0;
  }

  size_t FindMain() const {
    std::vector<size_t> heaviest(page_.nodes.size());
    for (size_t i = 1; i < page_.nodes.size(); ++i) {
      size_t& child = heaviest[static_cast<size_t>(page_.nodes[i].parent)];
      if (child == 0 || prose_[i] > prose_[child]) child = i;
    }
    const auto holds = [](uint64_t part, uint64_t whole, double share) {
      return static_cast<double>(part) >= share * static_cast<double>(whole);
    };
    size_t at = FindDeclared();
    for (;;) {
      const size_t child = heaviest[at];
      if (child == 0 || prose_[child] == 0 || own_[at] != 0) return at;
      const HtmlTag tag = page_.nodes[child].tag;
      const bool heading = tag >= HtmlTag::kH1 && tag <= HtmlTag::kH6;  // that nobody ended
      if (heading || tag == HtmlTag::kP || tag == HtmlTag::kLi || tag == HtmlTag::kPre) return at;
      if (!holds(prose_[child], prose_[at], kMinChildProse) ||
          !holds(plain_[child], plain_[at], kMinChildPlain) || alike_[child] < alike_[at]) {
        return at;
      }
      at = child;
    }
  }

  void MarkInside(size_t main) {
    inside_[main] = 1;
    for (size_t i = 1; i < page_.nodes.size(); ++i) {
      const HtmlNode& node = page_.nodes[i];
      const auto parent = static_cast<size_t>(node.parent);
      if (i > main) inside_[i] = inside_[parent];
      about_[i] =
          prose_[i] == 0 && ((node.hints & (kHintMeta | kHintHeader)) != 0 || about_[parent] != 0);
    }
  }

  void GradeBlocks() {
    for (size_t i = 0; i < page_.blocks.size(); ++i) {
      const HtmlBlock& block = page_.blocks[i];
      const auto node = static_cast<size_t>(block.node);
      if (dropped_[node] != 0 || inside_[node] == 0 || IsTemplate(block)) continue;
      if (ProseOf(block) > 0) {
        grades_[i] = BlockGrade::kProse;
      } else if (block.kind == Kind::kHeading) {
        grades_[i] = BlockGrade::kShort;
      } else if (about_[node] == 0) {
        grades_[i] = GradeOfShort(block);
      }
    }
    std::vector<char> inside(page_.blocks.size());
    for (size_t i = 0; i < inside.size(); ++i) {
      const auto node = static_cast<size_t>(page_.blocks[i].node);
      inside[i] = dropped_[node] == 0 && inside_[node] != 0 ? 1 : 0;
    }
    GradeLists(page_, inside, own_, &grades_);
    GradeSeries(page_, &grades_);
  }

  // "It also runs <a>joint exercises with others</a>.", not "Read more: <a>...</a>."
  bool IsSentence(const HtmlBlock& block) const {
    constexpr uint32_t kMinSentence = 35, kMinOutside = 6, kMinBetween = 25;
    constexpr uint64_t kMaxShortPage = 1500;
    constexpr size_t kLabel = 50;
    if (NodeOf(block).tag != HtmlTag::kP) return false;
    const uint32_t outside = block.weight - block.link_weight;
    // A short page may say most of what it has to say in links with words between them.
    const bool between = prose_[0] <= kMaxShortPage && block.links > 1 && outside >= kMinBetween;
    if (!between && alike_blocks_[IndexOf(block)] == 0) return false;
    if (block.weight < kMinSentence || outside < kMinOutside) return false;
    const auto text = std::string_view(page_.text).substr(block.begin, block.end - block.begin);
    if (text.substr(0, kLabel).find(':') != text.npos) return false;
    return block.sentence_ends > 0 && text.find_last_of(".\xe2") + 3 >= text.size();
  }

  BlockGrade GradeOfShort(const HtmlBlock& block) const {
    if (LinkShare(block) > kMaxProseLinks && IsSentence(block)) return BlockGrade::kProse;
    const bool paragraph = block.kind == Kind::kParagraph && block.sentence_ends > 0;
    if (LinkShare(block) >= kMaxShortLinks) {
      return paragraph && block.weight - block.link_weight >= kMinBesideLinks ? BlockGrade::kShort
                                                                              : BlockGrade::kNone;
    }
    // A short sentence next to prose in the same element is prose.
    const bool own = NodeOf(block).tag == HtmlTag::kP;
    const auto element = static_cast<size_t>(own ? NodeOf(block).parent : block.node);
    const bool beside = inside_[element] != 0 && prose_[element] > 2 * kMinProse;
    return paragraph && beside && LinkShare(block) <= kMaxProseLinks ? BlockGrade::kProse
                                                                     : BlockGrade::kShort;
  }

  void KeepBlocks() {
    const size_t count = page_.blocks.size();
    size_t first = 0, end = count;
    while (first < count && grades_[first] != BlockGrade::kProse) ++first;
    while (end > first && grades_[end - 1] != BlockGrade::kProse) --end;
    if (first == count) return KeepWhatIsThere();
    const size_t list = BeginOfList(first);
    if (list < first && grades_[list] == BlockGrade::kNone && IsAnnounced(page_, list + 1)) {
      grades_[list] = BlockGrade::kShort;
    }
    first = list;
    end = EndOfLists(end);
    for (size_t i = first; i < end; ++i) keep_[i] = grades_[i] != BlockGrade::kNone ? 1 : 0;
    KeepLead(first);
    KeepHeadings();
  }

  // A text may begin with a list of which the first lines are short, below the line that says what
  // of: "Here are some facts about me:".
  size_t BeginOfList(size_t first) const {
    const size_t begin = ListBegin(page_, first);
    const Kind kind = page_.blocks[begin].kind;
    if ((kind != Kind::kItem && kind != Kind::kRow) || begin == 0) return begin;
    // The list may be the element of the text, and the line outside of it.
    const auto above = static_cast<size_t>(page_.blocks[begin - 1].node);
    return dropped_[above] == 0 && IsAnnounced(page_, begin) ? begin - 1 : begin;
  }

  // Lists and tables after the last prose belong to the text, where nothing but a caption or a
  // heading stands between.
  size_t EndOfLists(size_t end) const {
    constexpr size_t kReach = 3;
    size_t at = end;
    while (at < page_.blocks.size() && at <= end + kReach) {
      const Kind kind = page_.blocks[at].kind;
      const bool inner = kind == Kind::kItem && !page_.blocks[at].marker;
      if (grades_[at] == BlockGrade::kNone && !inner) break;
      if (grades_[at++] == BlockGrade::kNone) continue;
      if (kind == Kind::kItem || kind == Kind::kRow || kind == Kind::kPre ||
          kind == Kind::kDefinition) {
        end = at;
      }
    }
    return end;
  }

  // A page without prose: everything that is no link, if it is enough to be a text.
  void KeepWhatIsThere() {
    uint64_t weight = 0;
    for (size_t i = 0; i < grades_.size(); ++i) {
      if (grades_[i] != BlockGrade::kNone) weight += page_.blocks[i].weight;
    }
    if (weight < kMinWithoutProse) return;
    for (size_t i = 0; i < grades_.size(); ++i) keep_[i] = grades_[i] != BlockGrade::kNone ? 1 : 0;
    KeepHeadings();
  }

  void KeepLead(size_t first) {
    for (const size_t i : FindLead(page_, dropped_, first)) {
      grades_[i] = BlockGrade::kProse;
      keep_[i] = 1;
    }
  }

  // A heading stays with the text below it, or with a lower heading that stays.
  void KeepHeadings() {
    bool text = false;  // kept since the heading below
    int below = 0;      // level of the kept heading below
    for (size_t i = page_.blocks.size(); i-- > 0;) {
      const HtmlBlock& block = page_.blocks[i];
      if (block.kind != Kind::kHeading || grades_[i] == BlockGrade::kProse) {
        text = text || keep_[i] != 0;
        continue;
      }
      if (grades_[i] == BlockGrade::kNone) continue;
      keep_[i] = text || below > block.level ? 1 : 0;
      if (keep_[i] != 0) below = block.level;
      text = false;
    }
  }

  const HtmlPage& page_;
  bool captions_ = false;  // the page is a picture series
  // By node: furniture; in the main element; says something about the text, holds no prose.
  std::vector<char> dropped_, inside_, about_;
  std::vector<uint64_t> prose_, plain_, own_, alike_;  // alike_: paragraphs like those of the text
  // By block: of a list of measures; like those of the text.
  std::vector<char> measures_, alike_blocks_;
  std::vector<BlockGrade> grades_;
  std::vector<char> keep_;
};

}  // namespace

std::vector<char> JudgeMainText(const HtmlPage& page) { return Judge(page).Run(); }

}  // namespace cria::corpus
