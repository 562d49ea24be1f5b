// memchr from mark to mark; the states of the WHATWG tokenizer are the functions.
#include "corpus/formats/html/html_tokens.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace cria::corpus {
namespace {

// In the order of HtmlTag.
constexpr std::array<std::string_view, kHtmlTags> kTagNames = {
    "",         "a",         "address",    "area",   "article",  "aside",    "audio",
    "b",        "base",      "blockquote", "body",   "br",       "button",   "canvas",
    "caption",  "center",    "cite",       "code",   "col",      "datalist", "dd",
    "details",  "dialog",    "dir",        "div",    "dl",       "dt",       "em",
    "embed",    "fieldset",  "figcaption", "figure", "font",     "footer",   "form",
    "frame",    "h1",        "h2",         "h3",     "h4",       "h5",       "h6",
    "head",     "header",    "hgroup",     "hr",     "html",     "i",        "iframe",
    "img",      "input",     "label",      "legend", "li",       "link",     "listing",
    "main",     "map",       "math",       "menu",   "meta",     "nav",      "noembed",
    "noframes", "noscript",  "object",     "ol",     "optgroup", "option",   "p",
    "param",    "plaintext", "pre",        "q",      "rp",       "rt",       "s",
    "script",   "section",   "select",     "small",  "source",   "span",     "strong",
    "style",    "sub",       "summary",    "sup",    "svg",      "table",    "tbody",
    "td",       "template",  "textarea",   "tfoot",  "th",       "thead",    "title",
    "tr",       "track",     "tt",         "u",      "ul",       "video",    "wbr",
    "xmp"};

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool IsAlpha(char c) { return Lower(c) >= 'a' && Lower(c) <= 'z'; }
constexpr bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

// FNV-1a, 32 bits.
constexpr uint32_t kHashStart = 2166136261u;
constexpr uint32_t HashStep(uint32_t hash, char c) {
  return (hash ^ static_cast<unsigned char>(Lower(c))) * 16777619u;
}
constexpr uint32_t Hash(std::string_view name) {
  uint32_t hash = kHashStart;
  for (const char c : name) hash = HashStep(hash, c);
  return hash;
}

constexpr uint32_t kSlots = 512;

constexpr std::array<uint8_t, kSlots> MakeTagTable() {
  std::array<uint8_t, kSlots> table{};
  for (int tag = 1; tag < kHtmlTags; ++tag) {
    uint32_t slot = Hash(kTagNames[tag]) % kSlots;
    while (table[slot] != 0) slot = (slot + 1) % kSlots;
    table[slot] = static_cast<uint8_t>(tag);
  }
  return table;
}
constexpr std::array<uint8_t, kSlots> kTagTable = MakeTagTable();

HtmlTag FindTag(std::string_view name, uint32_t hash) {
  for (uint32_t slot = hash % kSlots; kTagTable[slot] != 0; slot = (slot + 1) % kSlots) {
    if (EqualsIgnoringCase(name, kTagNames[kTagTable[slot]])) {
      return static_cast<HtmlTag>(kTagTable[slot]);
    }
  }
  return HtmlTag::kUnknown;
}

bool HoldsRawText(HtmlTag tag) {
  switch (tag) {
    case HtmlTag::kScript:
    case HtmlTag::kStyle:
    case HtmlTag::kTitle:
    case HtmlTag::kTextarea:
    case HtmlTag::kIframe:
    case HtmlTag::kNoframes:
    case HtmlTag::kNoembed:
    case HtmlTag::kXmp:
    case HtmlTag::kPlaintext:
      return true;
    default:
      return false;
  }
}

size_t FindChar(std::string_view text, char c, size_t from) {
  if (from >= text.size()) return text.npos;
  const void* found = std::memchr(text.data() + from, c, text.size() - from);
  return found == nullptr ? text.npos : static_cast<const char*>(found) - text.data();
}

}  // namespace

HtmlTag HtmlTagOf(std::string_view lower_name) { return FindTag(lower_name, Hash(lower_name)); }

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

std::string_view HtmlToken::Attribute(std::string_view name) const {
  for (const HtmlAttribute& attribute : attributes) {
    if (EqualsIgnoringCase(attribute.name, name)) return attribute.value;
  }
  return {};
}

bool HtmlToken::Has(std::string_view name) const {
  return std::any_of(attributes.begin(), attributes.end(), [&](const HtmlAttribute& attribute) {
    return EqualsIgnoringCase(attribute.name, name);
  });
}

HtmlTokens::HtmlTokens(std::string_view html) : html_(html) {
  if (html_.starts_with("\xef\xbb\xbf")) at_ = 3;
  xml_ = html_.substr(at_).starts_with("<?xml");
}

size_t HtmlTokens::SkipSpace(size_t at) const {
  while (at < html_.size() && IsSpace(html_[at])) ++at;
  return at;
}

bool HtmlTokens::Next(HtmlToken* token) {
  if (raw_ != HtmlTag::kUnknown && RawText(token)) return true;
  while (at_ < html_.size()) {
    *token = HtmlToken();
    Text(token);
    if (!token->bytes.empty() || Markup(token)) return true;
  }
  return false;
}

// Up to the next "<" that starts markup.
void HtmlTokens::Text(HtmlToken* token) {
  const size_t begin = at_;
  for (;;) {
    at_ = FindChar(html_, '<', at_);
    if (at_ == html_.npos) {
      at_ = html_.size();
      break;
    }
    const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : ' ';
    if (IsAlpha(next) || next == '!' || next == '?') break;
    if (next == '/' && at_ + 2 < html_.size()) break;
    ++at_;
  }
  token->bytes = html_.substr(begin, at_ - begin);
}

// The place of the end tag of `raw_name_` from `from` on, or the end of the page.
size_t HtmlTokens::FindEndTag(size_t from) const {
  for (size_t at = FindChar(html_, '<', from); at != html_.npos;
       at = FindChar(html_, '<', at + 1)) {
    const size_t end = at + 2 + raw_name_.size();
    if (end > html_.size() || html_[at + 1] != '/') continue;
    if (end < html_.size() && !IsSpace(html_[end]) && html_[end] != '/' && html_[end] != '>') {
      continue;
    }
    if (EqualsIgnoringCase(html_.substr(at + 2, raw_name_.size()), raw_name_)) return at;
  }
  return html_.size();
}

// "Script data double escaped": between "<!--" and "-->" a "<script" hides the next "</script".
size_t HtmlTokens::EndOfScript() const {
  size_t end = FindEndTag(at_);
  size_t at = at_;
  for (;;) {
    const size_t open = html_.substr(0, end).find("<!--", at);
    if (open == html_.npos) return end;
    bool inner = false;
    for (at = open + 4;; ++at) {
      at = std::min(html_.find_first_of("<-", at), html_.size());
      if (at >= end && !inner) return end;
      if (at == html_.size()) return at;
      const std::string_view rest = html_.substr(at);
      if (rest.starts_with("-->")) break;
      if (!inner && EqualsIgnoringCase(rest.substr(0, 7), "<script")) inner = true;
      if (inner && at == end) {
        inner = false;
        end = FindEndTag(at + 1);
      }
    }
  }
}

bool HtmlTokens::RawText(HtmlToken* token) {
  const size_t begin = at_;
  at_ = raw_ == HtmlTag::kPlaintext ? html_.size()
        : raw_ == HtmlTag::kScript  ? EndOfScript()
                                    : FindEndTag(at_);
  *token = HtmlToken();
  token->bytes = html_.substr(begin, at_ - begin);
  token->literal = raw_ != HtmlTag::kTitle && raw_ != HtmlTag::kTextarea;
  raw_ = HtmlTag::kUnknown;
  return !token->bytes.empty();
}

// At a "<" that starts markup. False if it leaves nothing.
bool HtmlTokens::Markup(HtmlToken* token) {
  if (at_ >= html_.size()) return false;
  const char next = html_[at_ + 1];
  if (next == '!') return Declaration(token);
  if (next == '?' || (next == '/' && !IsAlpha(html_[at_ + 2]))) {
    if (next == '/' && html_[at_ + 2] == '>') {
      at_ += 3;
      return false;
    }
    at_ += 2;
    token->kind = HtmlToken::Kind::kComment;
    UpTo(">", token);
    return true;
  }
  return Tag(token);
}

bool HtmlTokens::Declaration(HtmlToken* token) {
  const std::string_view rest = html_.substr(at_);
  if (rest.starts_with("<!--")) {
    Comment(token);
  } else if (rest.starts_with("<![CDATA[") && (foreign_ > 0 || xml_)) {
    at_ += 9;
    token->literal = true;
    UpTo("]]>", token);
    return !token->bytes.empty();
  } else {
    const bool doctype = EqualsIgnoringCase(rest.substr(2, 7), "doctype");
    token->kind = doctype ? HtmlToken::Kind::kDoctype : HtmlToken::Kind::kComment;
    at_ += 2;
    UpTo(">", token);
  }
  return true;
}

void HtmlTokens::UpTo(std::string_view mark, HtmlToken* token) {
  const size_t end = html_.find(mark, at_);
  token->bytes = html_.substr(at_, end == html_.npos ? end : end - at_);
  at_ = end == html_.npos ? html_.size() : end + mark.size();
}

// Ends at "-->" or "--!>"; "<!-->" and "<!--->" are whole.
void HtmlTokens::Comment(HtmlToken* token) {
  token->kind = HtmlToken::Kind::kComment;
  const size_t begin = at_ + 4;
  for (size_t end = html_.find("--", at_ + 2); end != html_.npos; end = html_.find("--", end + 1)) {
    const std::string_view after = html_.substr(end + 2);
    if (!after.starts_with(">") && (end < begin || !after.starts_with("!>"))) continue;
    token->bytes = html_.substr(begin, std::max(end, begin) - begin);
    at_ = end + (after[0] == '>' ? 3 : 4);
    return;
  }
  token->bytes = html_.substr(std::min(begin, html_.size()));
  at_ = html_.size();
}

bool HtmlTokens::Tag(HtmlToken* token) {
  const bool ends = html_[at_ + 1] == '/';
  token->kind = ends ? HtmlToken::Kind::kEnd : HtmlToken::Kind::kStart;
  const size_t begin = at_ + (ends ? 2 : 1);
  uint32_t hash = kHashStart;
  for (at_ = begin; at_ < html_.size(); ++at_) {
    const char c = html_[at_];
    if (IsSpace(c) || c == '/' || c == '>') break;
    hash = HashStep(hash, c);
  }
  token->bytes = html_.substr(begin, at_ - begin);
  token->name_hash = hash;
  token->tag = FindTag(token->bytes, hash);
  if (!Attributes(token)) return false;
  const bool foreign = token->tag == HtmlTag::kSvg || token->tag == HtmlTag::kMath;
  if (ends) {
    if (foreign && foreign_ > 0) --foreign_;
  } else if (foreign) {
    if (!token->closes_itself) ++foreign_;
  } else if (foreign_ > 0 ? !token->closes_itself && token->tag == HtmlTag::kScript
                          : HoldsRawText(token->tag)) {
    raw_ = token->tag;
    raw_name_ = kTagNames[static_cast<size_t>(raw_)];
  } else if (token->tag == HtmlTag::kDiv || token->tag == HtmlTag::kP) {
    foreign_ = 0;  // by the standard, these leave an <svg> that nobody closed
  }
  return true;
}

// Up to and with the ">"; false if the page ends before it.
bool HtmlTokens::Attributes(HtmlToken* token) {
  attributes_.clear();
  for (;;) {
    at_ = SkipSpace(at_);
    if (at_ >= html_.size()) return false;
    const char c = html_[at_];
    if (c == '>') {
      ++at_;
      token->attributes = attributes_;
      return true;
    }
    if (c == '/') {
      ++at_;
      token->closes_itself = at_ < html_.size() && html_[at_] == '>';
      continue;
    }
    const size_t begin = at_++;  // a name may start with "="
    while (at_ < html_.size() && !IsSpace(html_[at_]) && html_[at_] != '/' && html_[at_] != '>' &&
           html_[at_] != '=') {
      ++at_;
    }
    HtmlAttribute attribute{html_.substr(begin, at_ - begin), {}};
    Value(&attribute);
    if (attributes_.size() < kMaxAttributes) attributes_.push_back(attribute);
  }
}

void HtmlTokens::Value(HtmlAttribute* attribute) {
  const size_t equals = SkipSpace(at_);
  if (equals >= html_.size() || html_[equals] != '=') {
    at_ = equals;
    return;
  }
  at_ = SkipSpace(equals + 1);
  if (at_ >= html_.size() || html_[at_] == '>') return;
  if (const char quote = html_[at_]; quote == '"' || quote == '\'') {
    const size_t end = FindChar(html_, quote, at_ + 1);
    attribute->value = html_.substr(at_ + 1, end == html_.npos ? end : end - at_ - 1);
    at_ = end == html_.npos ? html_.size() : end + 1;
    return;
  }
  const size_t begin = at_;
  while (at_ < html_.size() && !IsSpace(html_[at_]) && html_[at_] != '>') ++at_;
  attribute->value = html_.substr(begin, at_ - begin);
}

}  // namespace cria::corpus
