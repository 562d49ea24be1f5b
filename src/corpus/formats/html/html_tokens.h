// Cuts HTML into tags and text in one linear pass, by the rules of the WHATWG tokenizer that change
// what a reader sees. Builds no tree, copies nothing, knows nothing of what elements mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// The elements that a reader of text treats in a way of their own; all others are kUnknown.
enum class HtmlTag : uint8_t {
  // clang-format off
  kUnknown, kA, kAddress, kArea, kArticle, kAside, kAudio, kB, kBase, kBlockquote, kBody, kBr,
  kButton, kCanvas, kCaption, kCenter, kCite, kCode, kCol, kDatalist, kDd, kDetails, kDialog, kDir,
  kDiv, kDl, kDt, kEm, kEmbed, kFieldset, kFigcaption, kFigure, kFont, kFooter, kForm, kFrame, kH1,
  kH2, kH3, kH4, kH5, kH6, kHead, kHeader, kHgroup, kHr, kHtml, kI, kIframe, kImg, kInput, kLabel,
  kLegend, kLi, kLink, kListing, kMain, kMap, kMath, kMenu, kMeta, kNav, kNoembed, kNoframes,
  kNoscript, kObject, kOl, kOptgroup, kOption, kP, kParam, kPlaintext, kPre, kQ, kRp, kRt, kS,
  kScript, kSection, kSelect, kSmall, kSource, kSpan, kStrong, kStyle, kSub, kSummary, kSup, kSvg,
  kTable, kTbody, kTd, kTemplate, kTextarea, kTfoot, kTh, kThead, kTitle, kTr, kTrack, kTt, kU,
  kUl, kVideo, kWbr, kXmp,
  // clang-format on
};
inline constexpr int kHtmlTags = static_cast<int>(HtmlTag::kXmp) + 1;

/// As written: name in any case, value without its quotes, entities not yet decoded.
struct HtmlAttribute {
  std::string_view name, value;
};

struct HtmlToken {
  enum class Kind : uint8_t { kText, kStart, kEnd, kComment, kDoctype };
  Kind kind = Kind::kText;
  HtmlTag tag = HtmlTag::kUnknown;
  bool closes_itself = false;  ///< "<br/>"
  bool literal = false;        ///< text in which "&" is no entity: scripts, CDATA
  uint32_t name_hash = 0;      ///< of the tag's name in lower case: tells unknown tags apart
  std::string_view bytes;      ///< text, comment without its marks, or the tag's name as written
  std::span<const HtmlAttribute> attributes;

  /// Value of the first attribute of that (lower-case) name; empty if there is none.
  std::string_view Attribute(std::string_view name) const;
  bool Has(std::string_view name) const;
};

/// Tokens of `html`, which must outlive them; the bytes may be of any kind. Script, style, title,
/// textarea, iframe, noframes, noembed, xmp and plaintext hold text, not tags; noscript holds tags,
/// as in a browser without scripts. Leaves out what an unfinished tag or comment at the end
/// swallows.
class HtmlTokens {
 public:
  explicit HtmlTokens(std::string_view html);

  /// The next token, whose views last until the next call; false at the end.
  bool Next(HtmlToken* token);

  /// Attributes of one tag beyond this many are left out.
  static constexpr size_t kMaxAttributes = 64;

 private:
  void Text(HtmlToken* token);
  bool RawText(HtmlToken* token);
  bool Markup(HtmlToken* token);
  bool Declaration(HtmlToken* token);
  void Comment(HtmlToken* token);
  void UpTo(std::string_view mark, HtmlToken* token);
  bool Tag(HtmlToken* token);
  bool Attributes(HtmlToken* token);
  void Value(HtmlAttribute* attribute);
  size_t EndOfScript() const;
  size_t FindEndTag(size_t from) const;
  size_t SkipSpace(size_t at) const;

  std::string_view html_;
  size_t at_ = 0;
  HtmlTag raw_ = HtmlTag::kUnknown;  // the element whose text is not markup, while in it
  std::string_view raw_name_;
  int foreign_ = 0;   // open <svg> and <math>: there, raw text elements do not exist and CDATA does
  bool xml_ = false;  // the page starts as XML, where CDATA is text
  std::vector<HtmlAttribute> attributes_;
};

/// The tag of a name in lower case.
HtmlTag HtmlTagOf(std::string_view lower_name);

/// "Content" equals "content" (`lower` must be lower case).
bool EqualsIgnoringCase(std::string_view text, std::string_view lower);

}  // namespace cria::corpus
