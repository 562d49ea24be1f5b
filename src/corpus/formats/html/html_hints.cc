// A table of words and a few rules for pairs of them. The words are those that the common site
// software and page templates use; compare the lists of Readability and Trafilatura.
#include "corpus/formats/html/html_hints.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

namespace cria::corpus {
namespace {

// Names longer than this are generated; what stands behind is left out.
constexpr size_t kMaxNames = 512;
constexpr size_t kMaxWord = 20;

// Parts of pairs, not handed out: "article" + "body" is kHintBody, "has" + "sidebar" is nothing.
constexpr HtmlHints kSubject = 1u << 29, kMatter = 1u << 30, kNegation = 1u << 31;
// "visually" + "hidden", "sr" + "only", "screen" + "reader": for the blind, or for nobody.
constexpr HtmlHints kSight = 1u << 27, kUnseen = 1u << 28;

struct Word {
  std::string_view word;
  HtmlHints hints;
};

// clang-format off
constexpr Word kWords[] = {
    // Menus and ways through the site.
    {"nav", kHintNavigation}, {"navi", kHintNavigation}, {"navbar", kHintNavigation},
    {"navigation", kHintNavigation}, {"navbox", kHintNavigation}, {"navlinks", kHintNavigation},
    {"navheader", kHintNavigation}, {"navfooter", kHintNavigation}, {"menu", kHintNavigation},
    {"menus", kHintNavigation}, {"mainmenu", kHintNavigation}, {"submenu", kHintNavigation},
    {"topmenu", kHintNavigation}, {"topnav", kHintNavigation}, {"subnav", kHintNavigation},
    {"dropdown", kHintNavigation}, {"breadcrumb", kHintNavigation},
    {"breadcrumbs", kHintNavigation}, {"crumb", kHintNavigation}, {"crumbs", kHintNavigation},
    {"pagination", kHintNavigation}, {"pager", kHintNavigation}, {"paging", kHintNavigation},
    {"pagenav", kHintNavigation}, {"topbar", kHintNavigation}, {"toolbar", kHintNavigation},
    {"skiplink", kHintNavigation}, {"skip", kHintNavigation}, {"toc", kHintNavigation},
    {"sitemap", kHintNavigation}, {"catlinks", kHintNavigation}, {"linkheader", kHintNavigation},
    {"linkfooter", kHintNavigation}, {"genindex", kHintNavigation},
    {"indexlinks", kHintNavigation},
    // Side columns and lists of other pages.
    {"sidebar", kHintSide}, {"sidebars", kHintSide}, {"sphinxsidebar", kHintSide},
    {"sidenav", kHintSide}, {"aside", kHintSide}, {"widget", kHintSide}, {"widgets", kHintSide},
    {"rail", kHintSide}, {"related", kHintSide}, {"relacionadas", kHintSide},
    {"relatedposts", kHintSide}, {"recommend", kHintSide}, {"recommended", kHintSide},
    {"recommendation", kHintSide}, {"recommendations", kHintSide}, {"recirc", kHintSide},
    {"recirculation", kHintSide}, {"readmore", kHintSide}, {"teaser", kHintSide | kHintLead},
    {"teasers", kHintSide}, {"promo", kHintSide}, {"promos", kHintSide}, {"trending", kHintSide},
    {"popular", kHintSide}, {"mostread", kHintSide}, {"latest", kHintSide}, {"recent", kHintSide},
    {"ticker", kHintSide}, {"tagcloud", kHintSide}, {"blogroll", kHintSide},
    {"calendar", kHintSide}, {"carousel", kHintSide}, {"yarpp", kHintSide}, {"moreon", kHintSide},
    {"morestories", kHintSide}, {"weather", kHintSide}, {"rss", kHintSide},
    // Ends.
    {"footer", kHintFooter}, {"footers", kHintFooter}, {"foot", kHintFooter},
    {"colophon", kHintFooter}, {"copyright", kHintFooter}, {"imprint", kHintFooter},
    {"impressum", kHintFooter}, {"legal", kHintFooter}, {"disclaimer", kHintFooter},
    {"tags", kHintFooter}, {"taglist", kHintFooter}, {"posttags", kHintFooter},
    {"authorbox", kHintFooter}, {"authorbio", kHintFooter}, {"bio", kHintFooter},
    {"postmetadata", kHintFooter}, {"trackback", kHintFooter}, {"trackbacks", kHintFooter},
    {"pingback", kHintFooter}, {"printfooter", kHintFooter}, {"reflist", kHintFooter},
    {"header", kHintHeader}, {"masthead", kHintHeader | kHintNavigation},
    {"branding", kHintHeader}, {"logo", kHintHeader | kHintMark},
    // Notices.
    {"cookie", kHintNotice}, {"cookies", kHintNotice}, {"cookiebar", kHintNotice},
    {"cookiebanner", kHintNotice}, {"consent", kHintNotice}, {"gdpr", kHintNotice},
    {"ccpa", kHintNotice}, {"newsletter", kHintNotice}, {"subscribe", kHintNotice},
    {"subscription", kHintNotice}, {"signup", kHintNotice}, {"login", kHintNotice},
    {"signin", kHintNotice}, {"register", kHintNotice}, {"registration", kHintNotice},
    {"modal", kHintNotice}, {"popup", kHintNotice}, {"lightbox", kHintNotice},
    {"overlay", kHintNotice}, {"tooltip", kHintNotice}, {"paywall", kHintNotice},
    {"noscript", kHintNotice}, {"noprint", kHintNotice}, {"donate", kHintNotice},
    {"donation", kHintNotice}, {"announcement", kHintNotice},
    // Programs that ask for consent.
    {"onetrust", kHintConsent}, {"optanon", kHintConsent}, {"ot", kHintConsent},
    {"didomi", kHintConsent}, {"usercentrics", kHintConsent}, {"cookiebot", kHintConsent},
    {"cybotcookiebotdialog", kHintConsent}, {"quantcast", kHintConsent},
    {"cookieconsent", kHintConsent}, {"cookieyes", kHintConsent}, {"iubenda", kHintConsent},
    // Buttons.
    {"share", kHintShare}, {"sharing", kHintShare}, {"shares", kHintShare}, {"sharer", kHintShare},
    {"sharethis", kHintShare}, {"sharebar", kHintShare}, {"social", kHintShare},
    {"socials", kHintShare}, {"socialmedia", kHintShare}, {"addthis", kHintShare},
    {"addtoany", kHintShare}, {"sharedaddy", kHintShare}, {"shariff", kHintShare},
    {"bookmarks", kHintShare}, {"like", kHintShare}, {"likes", kHintShare},
    {"likebox", kHintShare}, {"vote", kHintShare}, {"votes", kHintShare}, {"rating", kHintShare},
    {"ratings", kHintShare}, {"poll", kHintShare}, {"print", kHintShare}, {"printer", kHintShare},
    {"facebook", kHintShare}, {"fb", kHintShare}, {"twitter", kHintShare},
    {"whatsapp", kHintShare}, {"pinterest", kHintShare}, {"linkedin", kHintShare},
    {"follow", kHintShare}, {"button", kHintShare}, {"buttons", kHintShare}, {"btn", kHintShare},
    // Readers.
    {"comment", kHintComments}, {"comments", kHintComments}, {"commentlist", kHintComments},
    {"kommentar", kHintComments}, {"kommentare", kHintComments}, {"comentarios", kHintComments},
    {"commentaires", kHintComments}, {"commenti", kHintComments}, {"disqus", kHintComments},
    {"respond", kHintComments}, {"reply", kHintComments}, {"replies", kHintComments},
    {"commentform", kHintComments}, {"commentarea", kHintComments}, {"komentarze", kHintComments},
    {"discussion", kHintComments}, {"livefyre", kHintComments}, {"responses", kHintComments},
    // Advertisements.
    {"ad", kHintAd}, {"ads", kHintAd}, {"advert", kHintAd}, {"adverts", kHintAd},
    {"advertisement", kHintAd}, {"advertising", kHintAd}, {"adsense", kHintAd},
    {"adsbygoogle", kHintAd}, {"adslot", kHintAd}, {"adbox", kHintAd}, {"adunit", kHintAd},
    {"dfp", kHintAd}, {"anzeige", kHintAd}, {"werbung", kHintAd}, {"reklama", kHintAd},
    {"publicidad", kHintAd}, {"sponsor", kHintAd}, {"sponsored", kHintAd}, {"sponsors", kHintAd},
    {"outbrain", kHintAd}, {"taboola", kHintAd}, {"affiliate", kHintAd},
    // Forms.
    {"search", kHintForm}, {"searchform", kHintForm}, {"searchbox", kHintForm},
    {"searchbar", kHintForm}, {"contactform", kHintForm}, {"captcha", kHintForm},
    // About the text.
    {"byline", kHintMeta}, {"bylines", kHintMeta}, {"author", kHintMeta}, {"authors", kHintMeta},
    {"autor", kHintMeta}, {"date", kHintMeta}, {"datetime", kHintMeta}, {"dateline", kHintMeta},
    {"timestamp", kHintMeta}, {"published", kHintMeta}, {"pubdate", kHintMeta},
    {"meta", kHintMeta}, {"metadata", kHintMeta}, {"metas", kHintMeta}, {"credit", kHintMeta},
    {"credits", kHintMeta}, {"postmeta", kHintMeta}, {"postinfo", kHintMeta},
    {"category", kHintMeta}, {"categories", kHintMeta}, {"tag", kHintMeta}, {"kicker", kHintMeta},
    {"readtime", kHintMeta}, {"caption", kHintMeta}, {"copyrights", kHintMeta},
    {"gallery", kHintMeta}, {"slideshow", kHintMeta}, {"slider", kHintMeta}, {"source", kHintMeta},
    // Small marks.
    {"editsection", kHintMark}, {"headerlink", kHintMark}, {"headeranchor", kHintMark},
    {"lineno", kHintMark}, {"linenos", kHintMark},
    {"linenumber", kHintMark}, {"linenumbers", kHintMark}, {"sronly", kHintMark},
    {"visuallyhidden", kHintMark}, {"screenreader", kHintMark},
    // Main text.
    {"article", kSubject | kHintContent}, {"artikel", kSubject | kHintContent},
    {"entry", kSubject | kHintContent}, {"post", kSubject | kHintContent},
    {"story", kSubject | kHintContent}, {"news", kSubject}, {"blog", kSubject}, {"page", kSubject},
    {"blogpost", kSubject | kHintContent}, {"recipe", kSubject}, {"single", kSubject},
    {"td", kSubject}, {"node", kSubject}, {"field", kSubject}, {"content", kMatter | kHintContent},
    {"contents", kMatter}, {"body", kMatter}, {"text", kMatter | kHintContent}, {"copy", kMatter},
    {"main", kSubject | kHintContent}, {"articlebody", kHintBody}, {"articlecontent", kHintBody},
    {"articletext", kHintBody}, {"entrycontent", kHintBody}, {"postcontent", kHintBody},
    {"postbody", kHintBody}, {"posttext", kHintBody}, {"storybody", kHintBody},
    {"storytext", kHintBody}, {"storycontent", kHintBody}, {"bodytext", kHintBody},
    {"newstext", kHintBody}, {"fulltext", kHintBody}, {"maincontent", kHintContent},
    {"hentry", kHintContent}, {"bodycontent", kHintContent}, {"artikeltext", kHintBody},
    {"blogcontent", kHintBody},
    // The line between the title and the text.
    {"standfirst", kHintLead}, {"dek", kHintLead}, {"subtitle", kHintLead},
    {"subtitles", kHintLead}, {"subheadline", kHintLead}, {"subheader", kHintLead},
    {"subhead", kHintLead}, {"abstract", kHintLead}, {"excerpt", kHintLead},
    {"preamble", kHintLead}, {"perex", kHintLead}, {"lead", kHintLead}, {"lede", kHintLead},
    {"leadtext", kHintLead}, {"intro", kHintLead}, {"strapline", kHintLead},
    {"summary", kHintLead}, {"ingress", kHintLead}, {"chapo", kHintLead}, {"entradilla", kHintLead},
    {"teasertext", kHintLead}, {"introtext", kHintLead}, {"sottotitolo", kHintLead},
    // Of two words.
    {"visually", kSight}, {"sr", kSight}, {"screen", kSight}, {"hidden", kUnseen},
    {"only", kUnseen}, {"reader", kUnseen},
    // "has-sidebar" says nothing about the element's own text.
    {"has", kNegation}, {"with", kNegation}, {"without", kNegation}, {"no", kNegation},
    {"hide", kNegation}, {"is", kNegation}, {"non", kNegation}, {"not", kNegation},
};
// clang-format on

constexpr uint32_t HashWord(std::string_view word) {
  uint32_t hash = 2166136261u;
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash ^ (hash >> 15);
}

constexpr uint32_t kSlots = 1024;

// One more than the index in kWords; 0 is free.
constexpr std::array<uint16_t, kSlots> MakeTable() {
  std::array<uint16_t, kSlots> table{};
  for (size_t i = 0; i < std::size(kWords); ++i) {
    uint32_t slot = HashWord(kWords[i].word) % kSlots;
    while (table[slot] != 0) slot = (slot + 1) % kSlots;
    table[slot] = static_cast<uint16_t>(i + 1);
  }
  return table;
}
constexpr std::array<uint16_t, kSlots> kTable = MakeTable();

HtmlHints FindWord(std::string_view word) {
  for (uint32_t slot = HashWord(word) % kSlots; kTable[slot] != 0; slot = (slot + 1) % kSlots) {
    if (kWords[kTable[slot] - 1].word == word) return kWords[kTable[slot] - 1].hints;
  }
  return 0;
}

constexpr bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsWordChar(char c) {
  return (c >= 'a' && c <= 'z') || IsUpper(c) || (c >= '0' && c <= '9');
}

HtmlHints HintsOfRole(std::string_view role) {
  struct Role {
    std::string_view name;
    HtmlHints hints;
  };
  constexpr Role kRoles[] = {
      {"navigation", kHintNavigation}, {"menu", kHintNavigation},    {"menubar", kHintNavigation},
      {"search", kHintForm},           {"contentinfo", kHintFooter}, {"banner", kHintHeader},
      {"complementary", kHintSide},    {"dialog", kHintNotice},      {"alertdialog", kHintNotice},
      {"alert", kHintNotice},          {"button", kHintShare},       {"main", kHintMain},
      {"article", kHintContent}};
  for (const Role& known : kRoles) {
    if (EqualsIgnoringCase(role, known.name)) return known.hints;
  }
  return 0;
}

bool StyleHides(std::string_view style) {
  std::string plain;
  for (const char c : style.substr(0, kMaxNames)) {
    if (c != ' ' && c != '\t' && c != '\n') plain += static_cast<char>(IsUpper(c) ? c + 32 : c);
  }
  return plain.find("display:none") != plain.npos || plain.find("visibility:hidden") != plain.npos;
}

HtmlHints HintsOfTag(HtmlTag tag) {
  switch (tag) {
    case HtmlTag::kNav:
    case HtmlTag::kMenu:
      return kHintNavigation;
    case HtmlTag::kAside:
      return kHintSide;
    case HtmlTag::kFooter:
      return kHintFooter;
    case HtmlTag::kHeader:
      return kHintHeader;
    case HtmlTag::kDialog:
    case HtmlTag::kNoscript:
      return kHintNotice;
    case HtmlTag::kForm:
    case HtmlTag::kFieldset:
      return kHintForm;
    case HtmlTag::kFigcaption:
      return kHintMeta;
    case HtmlTag::kArticle:
      return kHintContent;
    case HtmlTag::kMain:
      return kHintMain;
    default:
      return 0;
  }
}

bool IsPart(HtmlTag tag) {
  return tag == HtmlTag::kSection || tag == HtmlTag::kDiv || tag == HtmlTag::kAside;
}

// "hidden", but not "hidden md:block", which wide screens show.
bool IsHiddenHeading(const HtmlToken& tag, std::string_view names) {
  if (tag.tag < HtmlTag::kH1 || tag.tag > HtmlTag::kH6) return false;
  constexpr std::string_view kHidden = "hidden";
  const size_t at = names.find(kHidden);
  if (at == names.npos || names.find(":") != names.npos) return false;
  const bool front = at == 0 || names[at - 1] == ' ';
  const size_t end = at + kHidden.size();
  return front && (end == names.size() || names[end] == ' ');
}

// WordPress names the topics of a post among its classes: "hentry category-news tag-social".
std::string WithoutTopics(std::string_view names) {
  std::string others;
  while (!names.empty()) {
    const size_t end = std::min(names.find(' '), names.size());
    const std::string_view name = names.substr(0, end);
    if (!name.starts_with("tag-") && !name.starts_with("category-")) others.append(name) += ' ';
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return others;
}

// Paragraphs that readers pay for stand in the page all the same.
HtmlHints HintsOfClass(const HtmlToken& tag, std::string_view names) {
  // Line numbers beside program text. "grid-gutter-0" is the space between columns.
  if (IsHiddenHeading(tag, names) || names.starts_with("gutter")) return kHintMark;
  // "[1]" of MediaWiki.
  if (tag.tag == HtmlTag::kSup && names.starts_with("reference")) return kHintMark;
  const bool post = names.find("hentry") != names.npos || names.find("type-post") != names.npos;
  const HtmlHints hints = post ? HintsOfNames(WithoutTopics(names)) : HintsOfNames(names);
  const bool text = tag.tag == HtmlTag::kP || tag.tag == HtmlTag::kUl || tag.tag == HtmlTag::kOl ||
                    (tag.tag >= HtmlTag::kH1 && tag.tag <= HtmlTag::kH6);
  const bool paid = text && names.find("paywall") != names.npos;
  return paid ? hints & ~static_cast<HtmlHints>(kHintNotice) : hints;
}

// Ids of parts of a text are made from their headings ("menus", "related-work").
bool IsSection(const HtmlToken& tag) {
  switch (tag.tag) {
    case HtmlTag::kDiv: {
      const std::string_view names = tag.Attribute("class");
      return names.starts_with("sect") || names.starts_with("refsect") ||
             names.starts_with("chapter");
    }
    case HtmlTag::kSection:
    case HtmlTag::kP:
    case HtmlTag::kPre:
    case HtmlTag::kDt:
    case HtmlTag::kDd:
    case HtmlTag::kSpan:
    case HtmlTag::kA:
    case HtmlTag::kCode:
      return true;
    default:
      return tag.tag >= HtmlTag::kH1 && tag.tag <= HtmlTag::kH6;
  }
}

}  // namespace

HtmlHints HintsOfNames(std::string_view names) {
  names = names.substr(0, kMaxNames);
  HtmlHints all = 0, before = 0;
  size_t at = 0;
  while (at < names.size()) {
    if (!IsWordChar(names[at])) {
      if (names[at] == ' ') before = 0;
      ++at;
      continue;
    }
    char word[kMaxWord];
    size_t length = 0;
    bool whole = true;
    for (bool first = true; at < names.size() && IsWordChar(names[at]); ++at, first = false) {
      const char c = names[at];
      if (IsUpper(c) && !first && !IsUpper(names[at - 1])) break;
      if (length == kMaxWord)
        whole = false;
      else
        word[length++] = static_cast<char>(IsUpper(c) ? c + 32 : c);
    }
    HtmlHints hints = whole ? FindWord({word, length}) : 0;
    if ((before & kNegation) != 0) hints = 0;
    if ((before & kSubject) != 0 && (hints & kMatter) != 0) all |= kHintBody;
    if ((before & kSight) != 0 && (hints & kUnseen) != 0) all |= kHintMark;
    all |= hints;
    before = hints;
  }
  return all & ~(kSubject | kMatter | kNegation | kSight | kUnseen);
}

HtmlHints HintsOf(const HtmlToken& tag) {
  HtmlHints hints = HintsOfTag(tag.tag);
  for (const HtmlAttribute& attribute : tag.attributes) {
    const auto is = [&](std::string_view name) { return EqualsIgnoringCase(attribute.name, name); };
    switch (attribute.name.size()) {
      case 2:
        if (is("id") && !IsSection(tag)) hints |= HintsOfNames(attribute.value);
        break;
      case 4:
        if (is("role")) hints |= HintsOfRole(attribute.value);
        break;
      case 5:
        if (is("class")) hints |= HintsOfClass(tag, attribute.value);
        if (is("style") && StyleHides(attribute.value)) hints |= kHintHidden;
        break;
      case 6:
        if (is("hidden")) hints |= kHintHidden;
        break;
      case 8:
        if (is("itemprop") && (EqualsIgnoringCase(attribute.value, "articlebody") ||
                               EqualsIgnoringCase(attribute.value, "text"))) {
          hints |= kHintBody;
        }
        break;
      case 10:
        if (is("aria-label") && IsPart(tag.tag)) {
          hints |= HintsOfNames(attribute.value) & kHintNotice;
        }
        break;
      case 11:
        // Sites keep paragraphs behind their pay banner from screen readers, nothing else.
        if (tag.tag != HtmlTag::kP && is("aria-hidden") &&
            EqualsIgnoringCase(attribute.value, "true")) {
          hints |= kHintHidden;
        }
        break;
      default:
        break;
    }
  }
  return hints;
}

}  // namespace cria::corpus
