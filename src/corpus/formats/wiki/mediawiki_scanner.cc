// A window over the bytes; text between tags goes where the innermost element says. Inside <text>
// only its end, or that of the page, counts as a tag, so that dumps written by hand are read too.
#include "corpus/formats/wiki/mediawiki_scanner.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "corpus/formats/html/html_references.h"
#include "corpus/formats/xml_prolog.h"

namespace cria::corpus {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 18;
constexpr size_t kMaxTagBytes = size_t{1} << 16;
constexpr size_t kMaxValueBytes = size_t{1} << 14;  // of titles, ids and the like
constexpr size_t kMaxReferenceBytes = 16;
constexpr size_t kMaxDepth = 32;

enum class Element {
  kOther,
  kMediaWiki,
  kDbname,
  kBase,
  kNamespace,
  kPage,
  kTitle,
  kNs,
  kId,
  kRedirect,
  kRevision,
  kContributor,
  kContent,
  kTimestamp,
  kModel,
  kText
};

Element ElementOf(std::string_view name) {
  constexpr std::pair<std::string_view, Element> kNames[] = {{"mediawiki", Element::kMediaWiki},
                                                             {"dbname", Element::kDbname},
                                                             {"base", Element::kBase},
                                                             {"namespace", Element::kNamespace},
                                                             {"page", Element::kPage},
                                                             {"title", Element::kTitle},
                                                             {"ns", Element::kNs},
                                                             {"id", Element::kId},
                                                             {"redirect", Element::kRedirect},
                                                             {"revision", Element::kRevision},
                                                             {"contributor", Element::kContributor},
                                                             {"content", Element::kContent},
                                                             {"timestamp", Element::kTimestamp},
                                                             {"model", Element::kModel},
                                                             {"text", Element::kText}};
  for (const auto& [text, element] : kNames) {
    if (text == name) return element;
  }
  return Element::kOther;
}

// XML's five entities and numbers; others stay as they stand, so that none can grow.
void AppendDecoded(std::string_view text, std::string* out) {
  while (true) {
    const auto* found = static_cast<const char*>(std::memchr(text.data(), '&', text.size()));
    if (found == nullptr) {
      out->append(text);
      return;
    }
    const auto at = static_cast<size_t>(found - text.data());
    out->append(text.substr(0, at));
    text.remove_prefix(at);
    size_t length = 1;
    if (text.starts_with("&lt;")) {
      *out += '<';
      length = 4;
    } else if (text.starts_with("&gt;")) {
      *out += '>';
      length = 4;
    } else if (text.starts_with("&amp;")) {
      *out += '&';
      length = 5;
    } else if (text.starts_with("&quot;")) {
      *out += '"';
      length = 6;
    } else if (text.starts_with("&#") || text.starts_with("&apos;")) {
      const size_t end = text.substr(0, kMaxReferenceBytes).find(';');
      length = end == text.npos ? 1 : end + 1;
      out->append(DecodedReferences(text.substr(0, length)));
    } else {
      *out += '&';
    }
    text.remove_prefix(length);
  }
}

std::string_view Attribute(std::string_view tag, std::string_view name) {
  for (size_t at = tag.find(name); at != tag.npos; at = tag.find(name, at + 1)) {
    const size_t quote = at + name.size() + 1;
    if (quote >= tag.size() || tag[quote - 1] != '=' || at == 0 || tag[at - 1] != ' ') continue;
    if (tag[quote] != '"' && tag[quote] != '\'') continue;
    const size_t end = tag.find(tag[quote], quote + 1);
    return end == tag.npos ? std::string_view() : tag.substr(quote + 1, end - quote - 1);
  }
  return {};
}

struct Revision {
  std::string id, timestamp, model, text;
  bool deleted = false, too_long = false;
};

}  // namespace

struct MediaWikiScanner::State {
  State(Source from, TextSink* to) : source(std::move(from)), sink(to) {}

  Source source;
  TextSink* sink;
  std::string window;
  size_t at = 0;       // in window
  int64_t let_go = 0;  // bytes before the window
  bool ended = false;
  bool any_root = false, any_end = false, damaged = false, reported = false, begun = false;
  MediaWikiSite site;
  std::unordered_set<std::string> namespaces;  // names of all but the articles'

  std::vector<Element> open;
  size_t too_deep = 0;           // elements open beyond kMaxDepth
  std::string* value = nullptr;  // where text goes
  size_t value_limit = 0;
  std::string small;  // of ns and namespace
  MediaWikiPage page;
  bool has_ns = false;
  bool in_page = false, page_done = false;
  int64_t page_begin = 0;
  Revision revision, best;
  bool any_revision = false;

  int64_t offset() const { return let_go + static_cast<int64_t>(at); }
  std::string_view rest() const { return std::string_view(window).substr(at); }
  bool InText() const { return !open.empty() && open.back() == Element::kText && too_deep == 0; }

  // More bytes behind the window; false at the end, or at damage.
  bool Fill() {
    if (ended) return false;
    window.erase(0, at);
    let_go += static_cast<int64_t>(at);
    at = 0;
    size_t filled = window.size();
    const size_t before = filled;
    window.resize(filled + kChunkBytes);
    try {
      // Sources that give little at a time are asked again.
      while (!ended && filled - before < kChunkBytes / 4) {
        const size_t n = source(window.data() + filled, window.size() - filled);
        ended = n == 0;
        filled += n;
      }
    } catch (const Error& error) {
      ended = damaged = reported = true;
      sink->Lose({.reason = "damaged_file", .why = error.what()});
    }
    window.resize(filled);
    return filled > before;
  }

  void Text(std::string_view text) {
    if (value == nullptr || text.empty()) return;
    if (value->size() + text.size() <= value_limit) return AppendDecoded(text, value);
    if (InText()) {
      revision.too_long = true;
      std::string().swap(revision.text);
    }
    value = nullptr;
  }

  // Nothing here expands entities; text that was written with them would be a torso. A prolog whose
  // end is out of sight may declare some.
  void RefuseEntities() {
    begun = true;
    while (rest().size() < kMaxXmlPrologBytes && Fill()) {
    }
    const XmlProlog::State state = ReadXmlProlog(rest()).state;
    const bool too_long = state == XmlProlog::State::kTooLong;
    if (!too_long && state != XmlProlog::State::kEntities) return;
    sink->Lose({.reason = too_long ? "prolog_too_long" : "entities_declared",
                .bytes = static_cast<int64_t>(rest().size()),
                .why = too_long ? "no root element within 64 KiB of the beginning of the dump"
                                : "the document type of the dump declares entities",
                .excerpt = rest()});
    at = window.size();
    ended = reported = true;
  }

  // Text up to the next '<'; false at the end of the dump.
  bool SkipToTag() {
    while (true) {
      const std::string_view ahead = rest();
      const size_t end = ahead.find('<');
      if (end != ahead.npos) {
        Text(ahead.substr(0, end));
        at += end;
        return true;
      }
      // Keep what may be the beginning of a reference.
      size_t whole = ahead.size();
      const size_t amp = ahead.rfind('&');
      if (amp != ahead.npos && ahead.size() - amp < kMaxReferenceBytes) whole = amp;
      Text(ahead.substr(0, whole));
      at += whole;
      if (Fill()) continue;
      Text(rest());
      at = window.size();
      return false;
    }
  }

  // Moves behind the next `mark`; what is searched in vain is let go, so that memory stays bounded.
  void SkipBehind(std::string_view mark) {
    while (true) {
      const size_t found = rest().find(mark);
      if (found != std::string_view::npos) {
        at += found + mark.size();
        return;
      }
      at += rest().size() - std::min(rest().size(), mark.size() - 1);
      if (!Fill()) break;
    }
    at = window.size();
  }

  // Place of the '>' that ends the tag ahead; npos if another begins before, or it is too long.
  size_t TagEnd() {
    size_t searched = 1;
    while (true) {
      const size_t end = rest().find_first_of("<>", searched);
      if (end != std::string_view::npos) return rest()[end] == '>' ? end : std::string_view::npos;
      searched = rest().size();
      if (searched > kMaxTagBytes || !Fill()) return std::string_view::npos;
    }
  }

  // Text as it stands, up to "]]>".
  void Cdata() {
    at += std::string_view("<![CDATA[").size();
    while (true) {
      const size_t end = rest().find("]]>");
      const size_t n =
          end != std::string_view::npos ? end : rest().size() - std::min<size_t>(rest().size(), 2);
      if (value != nullptr && value->size() + n <= value_limit) {
        value->append(rest().substr(0, n));
      } else {
        Text(rest().substr(0, n));
      }
      at += n;
      if (end != std::string_view::npos) {
        at += 3;
        return;
      }
      if (!Fill()) return;
    }
  }

  // At a '<'.
  void Markup() {
    while (rest().size() < 12 && Fill()) {
    }
    const std::string_view ahead = rest();
    if (ahead.starts_with("<![CDATA[")) return Cdata();
    if (InText() && !ahead.starts_with("</text") && !ahead.starts_with("</page") &&
        !ahead.starts_with("<page>") && !ahead.starts_with("</revision")) {
      Text(ahead.substr(0, 1));
      ++at;
      return;
    }
    if (ahead.starts_with("<!--")) return SkipBehind("-->");
    if (ahead.starts_with("<?")) return SkipBehind("?>");
    const size_t end = TagEnd();
    if (end == std::string_view::npos) {  // no tag
      ++at;
      return;
    }
    const std::string tag(rest().substr(1, end - 1));
    at += end + 1;
    Tag(tag);
  }

  void Tag(std::string_view tag) {
    if (tag.empty() || tag[0] == '!') return;
    const bool closing = tag[0] == '/', empty = tag.back() == '/';
    if (closing) tag.remove_prefix(1);
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
    // Prefixed names mean the same.
    const Element element = ElementOf(name.substr(name.rfind(':') + 1));
    if (closing) return End(element);
    Start(element, tag, empty);
    if (empty) End(element);
  }

  Element Parent() const { return open.empty() ? Element::kOther : open.back(); }

  void Start(Element element, std::string_view tag, bool empty) {
    value = nullptr;
    if (element == Element::kPage) return StartPage();
    if (open.size() >= kMaxDepth) {
      ++too_deep;
      return;
    }
    const Element parent = Parent();
    open.push_back(element);
    switch (element) {
      case Element::kMediaWiki:
        any_root = true;
        site.lang = Attribute(tag, "xml:lang");
        return;
      case Element::kDbname:
        return Into(&site.dbname);
      case Element::kBase:
        return Into(&site.base);
      case Element::kNamespace:
        return Attribute(tag, "key") == "0" ? void() : Into(&small);
      default:
        break;
    }
    if (!in_page) return;
    if (element == Element::kRedirect && parent == Element::kPage) page.redirect = true;
    if (element == Element::kTitle && parent == Element::kPage) Into(&page.title);
    if (element == Element::kNs && parent == Element::kPage) Into(&small);
    if (element == Element::kId && parent == Element::kPage) Into(&page.id);
    if (element == Element::kRevision) revision = Revision();
    if (parent != Element::kRevision) return;  // <content> holds what is not the main text
    if (element == Element::kId) Into(&revision.id);
    if (element == Element::kTimestamp) Into(&revision.timestamp);
    if (element == Element::kModel) Into(&revision.model);
    if (element == Element::kText) {
      revision.deleted = !Attribute(tag, "deleted").empty();
      if (!empty && page.article && !page.redirect) {
        Into(&revision.text);
        value_limit = static_cast<size_t>(kMaxRawTextBytes);
      }
    }
  }

  void Into(std::string* to) {
    to->clear();
    value = to;
    value_limit = kMaxValueBytes;
  }

  void StartPage() {
    LosePage("another page begins inside of it");
    open.assign({Element::kMediaWiki, Element::kPage});
    too_deep = 0;
    page = MediaWikiPage();
    has_ns = any_revision = false;
    best = Revision();
    in_page = true;
    page_begin = offset();
  }

  void LosePage(std::string_view why) {
    if (!in_page) return;
    in_page = false;
    sink->Lose({.reason = "damaged_page",
                .bytes = offset() - page_begin,
                .why = fmt::format("page \"{}\" at byte {}: {}", page.title, page_begin, why),
                .part = page.id.empty() ? fmt::format("byte {}", page_begin) : page.id,
                .excerpt = any_revision ? best.text : revision.text});
  }

  void End(Element element) {
    value = nullptr;
    if (element == Element::kPage) return EndPage();
    if (element == Element::kMediaWiki) any_end = true;
    if (too_deep > 0) {
      --too_deep;
      return;
    }
    // The innermost of this kind; what was left open in it ends too.
    const auto found = std::find(open.rbegin(), open.rend(), element);
    if (found == open.rend()) return;
    open.erase(std::prev(found.base()), open.end());
    if (element == Element::kNamespace && !small.empty()) namespaces.insert(std::move(small));
    if (!in_page) return;
    if (element == Element::kTitle && Parent() == Element::kPage && !has_ns) {
      const size_t colon = page.title.find(':');
      page.article =
          colon == std::string::npos || !namespaces.contains(page.title.substr(0, colon));
    }
    if (element == Element::kNs && Parent() == Element::kPage) {
      has_ns = true;
      page.article = small == "0";
    }
    if (element == Element::kRevision) EndRevision();
  }

  // A history has every revision; times are written so that they compare as text.
  void EndRevision() {
    if (revision.deleted) return;
    if (any_revision && revision.timestamp < best.timestamp) return;
    any_revision = true;
    best = std::move(revision);
    revision = Revision();
  }

  void EndPage() {
    open.assign({Element::kMediaWiki});
    too_deep = 0;
    if (!in_page) return;
    in_page = false;
    page_done = true;
    page.bytes = offset() - page_begin;
    page.revision = std::move(best.id);
    page.timestamp = std::move(best.timestamp);
    page.model = std::move(best.model);
    page.text = std::move(best.text);
    page.too_long = best.too_long;
  }

  void EndDump() {
    LosePage(damaged ? "the file is damaged here" : "the dump ends inside of it");
    if (reported) return;
    reported = true;
    if (!any_root) {
      sink->Lose({.reason = "damaged_file",
                  .bytes = offset(),
                  .why = "no <mediawiki> element: not a dump of a wiki"});
    } else if (!any_end) {
      sink->Lose({.reason = "damaged_file", .why = "the dump ends without </mediawiki>"});
    }
  }
};

MediaWikiScanner::MediaWikiScanner(Source source, TextSink* sink)
    : state_(std::make_unique<State>(std::move(source), sink)) {}

MediaWikiScanner::~MediaWikiScanner() = default;

bool MediaWikiScanner::Next(MediaWikiPage* page) {
  State& s = *state_;
  s.page_done = false;
  if (!s.begun) s.RefuseEntities();
  while (s.SkipToTag()) {
    s.Markup();
    if (s.page_done) {
      *page = std::move(s.page);
      return true;
    }
  }
  s.EndDump();
  return false;
}

const MediaWikiSite& MediaWikiScanner::site() const { return state_->site; }

}  // namespace cria::corpus
