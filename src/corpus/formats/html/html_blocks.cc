// The tokens, a bounded stack of open elements with the implied ends of the HTML standard, and the
// text that is written as it comes.
#include "corpus/formats/html/html_blocks.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "corpus/formats/html/html_block_writer.h"
#include "corpus/formats/html/html_references.h"
#include "corpus/formats/html/html_tokens.h"

namespace cria::corpus {
namespace {

// What an element is to the reader of text.
enum Trait : uint8_t {
  kInline = 0,
  kBlock = 1,    // ends the block of text before and after it
  kVoid = 2,     // has no contents and no end tag
  kUnshown = 4,  // its contents are no text of the page
  kIgnored = 8,  // the page itself
  kRaw = 16,     // its contents come as one piece of text
};

constexpr std::array<uint8_t, kHtmlTags> MakeTraits() {
  std::array<uint8_t, kHtmlTags> traits{};
  using enum HtmlTag;
  for (const HtmlTag tag :
       {kAddress, kArticle,  kAside, kBlockquote, kCaption, kCenter,   kDd,         kDetails,
        kDialog,  kDir,      kDiv,   kDl,         kDt,      kFieldset, kFigcaption, kFigure,
        kFooter,  kForm,     kH1,    kH2,         kH3,      kH4,       kH5,         kH6,
        kHeader,  kHgroup,   kLabel, kLegend,     kLi,      kListing,  kMain,       kMenu,
        kNav,     kNoscript, kOl,    kP,          kPre,     kSection,  kSummary,    kTable,
        kTbody,   kTd,       kTfoot, kTh,         kThead,   kTr,       kUl}) {
    traits[static_cast<size_t>(tag)] = kBlock;
  }
  for (const HtmlTag tag : {kArea, kBase, kBr, kCol, kEmbed, kFrame, kHr, kImg, kInput, kLink,
                            kMeta, kParam, kSource, kTrack, kWbr}) {
    traits[static_cast<size_t>(tag)] = kVoid;
  }
  for (const HtmlTag tag : {kAudio, kButton, kCanvas, kDatalist, kMath, kObject, kRp, kRt, kSelect,
                            kSvg, kTemplate, kVideo}) {
    traits[static_cast<size_t>(tag)] = kUnshown;
  }
  for (const HtmlTag tag :
       {kIframe, kNoembed, kNoframes, kPlaintext, kScript, kStyle, kTextarea, kTitle, kXmp}) {
    traits[static_cast<size_t>(tag)] = kRaw;
  }
  for (const HtmlTag tag : {kHtml, kHead, kBody}) traits[static_cast<size_t>(tag)] = kIgnored;
  return traits;
}
constexpr std::array<uint8_t, kHtmlTags> kTraits = MakeTraits();
uint8_t TraitOf(HtmlTag tag) { return kTraits[static_cast<size_t>(tag)]; }

bool IsCell(HtmlTag tag) { return tag == HtmlTag::kTd || tag == HtmlTag::kTh; }
bool IsHeading(HtmlTag tag) { return tag >= HtmlTag::kH1 && tag <= HtmlTag::kH6; }
bool IsList(HtmlTag tag) {
  return tag == HtmlTag::kUl || tag == HtmlTag::kOl || tag == HtmlTag::kMenu ||
         tag == HtmlTag::kDir;
}
bool IsPre(HtmlTag tag) { return tag == HtmlTag::kPre || tag == HtmlTag::kListing; }
bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

class BlockReader {
 public:
  HtmlPage Read(std::string_view html) {
    page_.text.reserve(html.size() / 4);
    page_.nodes.push_back({-1, HtmlTag::kBody, 0, 0});
    stack_.push_back({});
    HtmlTokens tokens(html);
    HtmlToken token;
    while (tokens.Next(&token)) {
      const HtmlTag raw = raw_;
      raw_ = HtmlTag::kUnknown;
      switch (token.kind) {
        case HtmlToken::Kind::kText:
          raw != HtmlTag::kUnknown ? RawText(raw, token) : Text(token);
          break;
        case HtmlToken::Kind::kStart:
          Start(token);
          break;
        case HtmlToken::Kind::kEnd:
          End(token);
          break;
        default:
          break;
      }
    }
    writer_.Flush();
    return std::move(page_);
  }

 private:
  // kInPage: the link leads to another place of the page. kInMath: nothing but <math> is skipped.
  // kInitial: a large first letter.
  enum Flag : uint8_t { kInLink = 1, kSkip = 2, kInPage = 4, kInMath = 8, kInitial = 16 };
  struct Frame {
    HtmlTag tag = HtmlTag::kBody;
    uint8_t flags = 0;
    uint32_t name_hash = 0;
    int32_t node = 0;
    int32_t number = 0;  // of the last item, in a numbered list
  };

  // ---- Elements.

  void Start(const HtmlToken& token) {
    const HtmlTag tag = token.tag;
    const uint8_t trait = TraitOf(tag);
    if (trait == kIgnored) {
      if (page_.language.empty()) page_.language = Decoded(token.Attribute("lang"));
      if (page_.language.empty()) page_.language = Decoded(token.Attribute("xml:lang"));
    } else if (trait == kRaw) {
      raw_ = tag;
    } else if (trait == kVoid) {
      Void(token);
    } else if (trait == kBlock) {
      HtmlHints hints = HintsOf(token);
      // Labels elsewhere open and close parts of the text.
      if (tag == HtmlTag::kLabel && open_[static_cast<size_t>(HtmlTag::kForm)] > 0) {
        hints |= kHintForm;
      }
      StartBlock(token, hints);
    } else {
      StartInline(token);
    }
  }

  void StartInline(const HtmlToken& token) {
    if (token.closes_itself && TraitOf(token.tag) == kUnshown) return;
    if (token.tag == HtmlTag::kA && open_[static_cast<size_t>(HtmlTag::kA)] > 0) EndLink();
    const HtmlHints hints = token.attributes.empty() ? 0 : HintsOf(token);
    const bool custom = token.tag == HtmlTag::kUnknown && token.bytes.find('-') != token.bytes.npos;
    if (custom) {
      const HtmlHints named = hints | HintsOfNames(token.bytes);
      if (named != 0) return StartBlock(token, named);
    }
    uint8_t flags = stack_.back().flags;
    if (token.tag == HtmlTag::kMath && (flags & kSkip) == 0) {
      Formula(token.Attribute("alttext"));
      if (!token.Has("alttext")) flags |= kInMath;
    }
    if (TraitOf(token.tag) == kUnshown || (hints & (kHintHidden | kHintMark)) != 0) flags |= kSkip;
    if ((flags & kInMath) != 0 && token.Attribute("encoding").ends_with("tex")) {
      flags &= static_cast<uint8_t>(~(kSkip | kInMath));
    }
    if (token.tag == HtmlTag::kSpan && IsInitial(token.Attribute("class"))) flags |= kInitial;
    if (token.tag == HtmlTag::kA && token.Has("href")) {
      flags |= kInLink;
      writer_.StartLink(HostOf(token.Attribute("href")));
      if (token.Attribute("href").starts_with('#')) flags |= kInPage;
    }
    // Other inline elements change nothing, and those of old pages often are not ended.
    if (flags == stack_.back().flags && open_[static_cast<size_t>(token.tag)] == 0) return;
    Push(token, flags, stack_.back().node);
  }

  // A hash of the host of an address that names one, else 0.
  static uint32_t HostOf(std::string_view address) {
    const size_t slashes = address.find("//");
    if (slashes == address.npos || slashes > std::string_view("https:").size()) return 0;
    std::string_view host = address.substr(slashes + 2);
    host = host.substr(0, host.find_first_of("/?#"));
    if (host.starts_with("www.")) host.remove_prefix(4);
    return HashOfHost(host);
  }

  // A formula that is written in TeX beside its picture.
  void Formula(std::string_view tex) {
    if (tex.empty() || (stack_.back().flags & kSkip) != 0) return;
    writer_.SetPlace(PlaceHere(InPre()));
    writer_.Text(tex, false);
  }

  // As Wikipedia, WordPress and others call the pictures of formulas.
  static bool IsFormula(std::string_view names) {
    for (const std::string_view name : {"mwe-math", "latex", "tex", "math"}) {
      if (names.starts_with(name) || names.find(std::string(" ").append(name)) != names.npos) {
        return true;
      }
    }
    return false;
  }

  static bool IsInitial(std::string_view names) {
    for (const std::string_view name : {"initial-letter", "dropcap", "drop-cap"}) {
      if (names.find(name) != names.npos) return true;
    }
    return false;
  }

  // Whether a letter alone is no word: "N a" is one, "A dog" are two.
  bool IsPartOfWord(std::string_view letter) const {
    constexpr std::string_view kParts = "BCDFGHJLMNPQRTX", kSlavic = "KSVWZ";
    if (letter.size() != 1) return false;
    if (kParts.find(letter[0]) != kParts.npos) return true;
    for (const std::string_view language : {"cs", "sk", "pl", "sl", "hr", "bs", "sr"}) {
      if (page_.language.starts_with(language)) return false;
    }
    return kSlavic.find(letter[0]) != kSlavic.npos;
  }

  void StartBlock(const HtmlToken& token, HtmlHints hints) {
    const HtmlTag tag = token.tag;
    EndImplied(tag);
    if (InPre()) {
      uint8_t flags = stack_.back().flags;
      if ((hints & (kHintMark | kHintHidden)) != 0) flags |= kSkip;
      writer_.BreakVerbatim();
      return Push(token, flags, stack_.back().node);
    }
    writer_.Boundary(tag, true);
    const std::string_view look = token.Attribute("class");
    const auto hash = look.empty() ? 0u : static_cast<uint32_t>(Hash64(look)) | 1u;
    page_.nodes.push_back({stack_.back().node, tag, hints, hash});
    if (tag == HtmlTag::kLi) {
      int32_t number = 0;
      for (size_t i = stack_.size(); i-- > 0;) {
        if (!IsList(stack_[i].tag)) continue;
        if (stack_[i].tag == HtmlTag::kOl) number = ++stack_[i].number;
        break;
      }
      writer_.StartItem(number);
    }
    uint8_t flags = stack_.back().flags;
    if ((hints & kHintMark) != 0 && (hints & ~(kHintMark | kHintHidden)) == 0) flags |= kSkip;
    Push(token, flags, static_cast<int32_t>(page_.nodes.size()) - 1);
  }

  void Push(const HtmlToken& token, uint8_t flags, int32_t node) {
    if (stack_.size() >= kMaxHtmlDepth) {
      ++unpushed_;
      return;
    }
    ++open_[static_cast<size_t>(token.tag)];
    stack_.push_back({token.tag, flags, token.name_hash, node, 0});
  }

  void Void(const HtmlToken& token) {
    switch (token.tag) {
      case HtmlTag::kBr:
        return LineBreak();
      case HtmlTag::kHr:
        EndImplied(HtmlTag::kDiv);
        return writer_.Flush();
      case HtmlTag::kImg: {
        return IsFormula(token.Attribute("class")) ? Formula(token.Attribute("alt")) : void();
      }
      case HtmlTag::kMeta:
        return Meta(token);
      case HtmlTag::kLink:
        if (EqualsIgnoringCase(token.Attribute("rel"), "canonical")) {
          page_.canonical_url = Decoded(token.Attribute("href"));
        }
        return;
      default:
        return;
    }
  }

  void Meta(const HtmlToken& token) {
    std::string_view name = token.Attribute("property");
    if (name.empty()) name = token.Attribute("name");
    if (name.empty()) name = token.Attribute("http-equiv");
    std::string* value = nullptr;
    if (EqualsIgnoringCase(name, "og:url")) value = &page_.canonical_url;
    if (EqualsIgnoringCase(name, "article:published_time")) value = &page_.date;
    if (EqualsIgnoringCase(name, "content-language")) value = &page_.language;
    if (EqualsIgnoringCase(name, "og:title")) value = &page_.title;
    if (value != nullptr && value->empty()) *value = Decoded(token.Attribute("content"));
  }

  // The ends that the standard adds before a block element.
  void EndImplied(HtmlTag tag) {
    using enum HtmlTag;
    if (tag != kUnknown) EndOpen(kP, {});
    switch (tag) {
      case kLi:
        return EndOpen(kLi, {kUl, kOl, kMenu, kDir});
      case kDd:
      case kDt:
        EndOpen(kDd, {kDl});
        return EndOpen(kDt, {kDl});
      case kTr:
        return EndOpen(kTr, {kTable});
      case kTd:
      case kTh:
        EndOpen(kTd, {kTr, kTable});
        return EndOpen(kTh, {kTr, kTable});
      case kTbody:
      case kThead:
      case kTfoot:
        EndOpen(kTbody, {kTable});
        EndOpen(kThead, {kTable});
        return EndOpen(kTfoot, {kTable});
      default:
        if (IsHeading(tag) && IsHeading(stack_.back().tag)) PopTo(stack_.size() - 1);
        return;
    }
  }

  // Ends the innermost `tag`, unless one of `limits` or a table's cell stands between.
  void EndOpen(HtmlTag tag, std::initializer_list<HtmlTag> limits) {
    if (open_[static_cast<size_t>(tag)] == 0) return;
    for (size_t i = stack_.size() - 1; i > 0; --i) {
      const HtmlTag open = stack_[i].tag;
      if (open == tag) return PopTo(i);
      if (std::find(limits.begin(), limits.end(), open) != limits.end()) return;
      if (!IsCell(tag) && tag != HtmlTag::kTr && IsCell(open)) return;
    }
  }

  void End(const HtmlToken& token) {
    const HtmlTag tag = token.tag;
    const uint8_t trait = TraitOf(tag);
    if (tag == HtmlTag::kBr) return LineBreak();
    if (trait == kVoid || trait == kRaw || trait == kIgnored) return;
    if (unpushed_ > 0) {
      --unpushed_;
      if (trait == kBlock) writer_.Flush();
      return;
    }
    if (open_[static_cast<size_t>(tag)] == 0) {
      if (trait == kBlock && !InPre()) writer_.Flush();
      return;
    }
    if (tag == HtmlTag::kA) return EndLink();
    const bool table = tag == HtmlTag::kTable || tag == HtmlTag::kTr || IsCell(tag) ||
                       tag == HtmlTag::kTbody || tag == HtmlTag::kThead || tag == HtmlTag::kTfoot;
    for (size_t i = stack_.size() - 1; i > 0; --i) {
      const Frame& frame = stack_[i];
      if (frame.tag == tag && (tag != HtmlTag::kUnknown || frame.name_hash == token.name_hash)) {
        return PopTo(i);
      }
      if (table ? frame.tag == HtmlTag::kTable : IsCell(frame.tag)) return;
      if (trait != kBlock && tag != HtmlTag::kUnknown && TraitOf(frame.tag) == kBlock) return;
    }
  }

  // An <a> ends even where block elements that it holds, or that hold it, are still open.
  void EndLink() {
    size_t at = stack_.size() - 1;
    while (at > 0 && stack_[at].tag != HtmlTag::kA) --at;
    if (at == 0) return;
    --open_[static_cast<size_t>(HtmlTag::kA)];
    const bool skips = (stack_[at].flags & ~stack_[at - 1].flags & kSkip) != 0;
    stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(at));
    for (; at < stack_.size(); ++at) {
      const int ended = kInLink | kInPage | (skips ? kSkip : 0);
      stack_[at].flags &= static_cast<uint8_t>(~ended);
    }
  }

  void PopTo(size_t at) {
    while (stack_.size() > at) {
      const HtmlTag tag = stack_.back().tag;
      const size_t above = stack_.size() - 2;
      const bool own = InPre() || stack_.back().node != stack_[above].node;
      if (TraitOf(tag) == kBlock || (tag == HtmlTag::kUnknown && own)) {
        if (IsPre(tag) || !InPre())
          writer_.Boundary(tag, false);
        else
          writer_.BreakVerbatim();
      }
      if (tag == HtmlTag::kLi) writer_.EndItem();
      --open_[static_cast<size_t>(tag)];
      stack_.pop_back();
    }
  }

  bool InPre() const {
    return open_[static_cast<size_t>(HtmlTag::kPre)] +
               open_[static_cast<size_t>(HtmlTag::kListing)] >
           0;
  }

  bool InHeading() const {
    for (auto tag = static_cast<size_t>(HtmlTag::kH1); tag <= static_cast<size_t>(HtmlTag::kH6);
         ++tag) {
      if (open_[tag] > 0) return true;
    }
    return false;
  }

  // ---- Text.

  HtmlBlockWriter::Place PlaceHere(bool pre) const {
    const Frame& frame = stack_.back();
    const int lists =
        open_[static_cast<size_t>(HtmlTag::kUl)] + open_[static_cast<size_t>(HtmlTag::kOl)];
    // A heading that links to itself, or opens its part of the text, is a heading.
    const bool own = (frame.flags & kInPage) != 0 && InHeading();
    return {frame.node, (frame.flags & kInLink) != 0 && !own, pre, lists};
  }

  void Text(const HtmlToken& token) {
    if ((stack_.back().flags & kSkip) != 0) {
      // A dash that is hidden from those who listen stands between blanks that are not.
      const std::string_view text = token.bytes;
      if (!InPre() && (text.starts_with(' ') || text.ends_with(' '))) {
        writer_.Text(" ", true);
      }
      return;
    }
    writer_.SetPlace(PlaceHere(InPre()));
    writer_.Text(token.bytes, token.literal);
    if ((stack_.back().flags & kInitial) != 0 && IsPartOfWord(token.bytes)) writer_.Glue();
  }

  void LineBreak() {
    if ((stack_.back().flags & kSkip) != 0) return;
    InPre() ? writer_.BreakVerbatim() : writer_.LineBreak();
  }

  void RawText(HtmlTag tag, const HtmlToken& token) {
    if (tag == HtmlTag::kTitle && !has_title_) {
      has_title_ = true;
      page_.title = Decoded(token.bytes);
    }
    if (tag != HtmlTag::kXmp && tag != HtmlTag::kPlaintext) return;
    if ((stack_.back().flags & kSkip) != 0) return;
    writer_.Flush();
    writer_.SetPlace(PlaceHere(true));
    writer_.Text(token.bytes, token.literal);
    writer_.Flush();
  }

  // An attribute's value or a title: references decoded, white space folded.
  static std::string Decoded(std::string_view raw) {
    std::string decoded, folded;
    AppendDecodedHtml(raw.substr(0, 4096), true, &decoded);
    for (const char c : decoded) {
      if (!IsSpace(c))
        folded += c;
      else if (!folded.empty() && folded.back() != ' ')
        folded += ' ';
    }
    if (!folded.empty() && folded.back() == ' ') folded.pop_back();
    return folded;
  }

  HtmlPage page_;
  std::vector<Frame> stack_;               // [0] is the page
  std::array<int32_t, kHtmlTags> open_{};  // how many of each are on the stack
  int64_t unpushed_ = 0;                   // open elements beyond the deepest
  HtmlTag raw_ = HtmlTag::kUnknown;        // the next text belongs to this element
  bool has_title_ = false;
  HtmlBlockWriter writer_{&page_};
};

}  // namespace

uint32_t HashOfHost(std::string_view host) { return static_cast<uint32_t>(Hash64(host)) | 1; }

HtmlPage ReadHtmlBlocks(std::string_view utf8_html) {
  utf8_html = utf8_html.substr(0, kMaxHtmlBytes);
  if (utf8_html.find('\0') == utf8_html.npos) return BlockReader().Read(utf8_html);
  std::string shown(utf8_html);
  shown.erase(std::remove(shown.begin(), shown.end(), '\0'), shown.end());
  return BlockReader().Read(shown);
}

}  // namespace cria::corpus
