// The tags that MediaWiki lets through (Sanitizer::getRecognizedTagData) and those of the
// extensions that Wikipedia runs; all other names are text there as well.
#include "corpus/formats/wiki/wikitext_tags.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <unordered_map>

namespace cria::corpus {
namespace {

constexpr size_t kMaxNameBytes = 20;
constexpr size_t kMaxTagBytes = 4096;

using Tag = WikitextTag;

Tag TagOf(const std::string& name) {
  static const std::unordered_map<std::string_view, Tag> tags = {{"ref", Tag::kFootnote},
                                                                 {"references", Tag::kFootnote},
                                                                 {"section", Tag::kFootnote},
                                                                 {"templatestyles", Tag::kFootnote},
                                                                 {"indicator", Tag::kFootnote},
                                                                 {"includeonly", Tag::kFootnote},
                                                                 {"gallery", Tag::kDropped},
                                                                 {"timeline", Tag::kDropped},
                                                                 {"score", Tag::kDropped},
                                                                 {"imagemap", Tag::kDropped},
                                                                 {"hiero", Tag::kDropped},
                                                                 {"graph", Tag::kDropped},
                                                                 {"mapframe", Tag::kDropped},
                                                                 {"maplink", Tag::kDropped},
                                                                 {"templatedata", Tag::kDropped},
                                                                 {"inputbox", Tag::kDropped},
                                                                 {"categorytree", Tag::kDropped},
                                                                 {"dynamicpagelist", Tag::kDropped},
                                                                 {"charinsert", Tag::kDropped},
                                                                 {"rss", Tag::kDropped},
                                                                 {"style", Tag::kDropped},
                                                                 {"script", Tag::kDropped},
                                                                 {"phonos", Tag::kDropped},
                                                                 {"nowiki", Tag::kNowiki},
                                                                 {"pre", Tag::kPre},
                                                                 {"source", Tag::kSource},
                                                                 {"syntaxhighlight", Tag::kSource},
                                                                 {"math", Tag::kMath},
                                                                 {"chem", Tag::kMath},
                                                                 {"ce", Tag::kMath},
                                                                 {"poem", Tag::kPoem},
                                                                 {"br", Tag::kBreak},
                                                                 {"sup", Tag::kSuperscript},
                                                                 {"sub", Tag::kSubscript},
                                                                 {"table", Tag::kTable},
                                                                 {"li", Tag::kItem}};
  const auto found = tags.find(name);
  if (found != tags.end()) return found->second;
  constexpr std::string_view kInline =
      " b i u s a em strong span small big font code tt kbd samp var cite abbr acronym q del ins "
      "strike rb rp rt rtc ruby bdi bdo dfn mark time data wbr nobr noinclude onlyinclude label "
      "nobold translate tvar caption td th tr tbody thead tfoot col colgroup img input button "
      "langconvert onlyif blink ";
  constexpr std::string_view kBlock = " div center dl dt dd ul ol hr address form fieldset ";
  constexpr std::string_view kParagraph = " p blockquote section article ";
  const std::string word = " " + name + " ";
  if (kInline.find(word) != kInline.npos) return Tag::kInline;
  if (kBlock.find(word) != kBlock.npos) return Tag::kBlock;
  if (kParagraph.find(word) != kParagraph.npos) return Tag::kParagraph;
  if (name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6') return Tag::kHeading;
  return Tag::kUnknown;
}

bool SameName(std::string_view text, std::string_view name) {
  return text.size() >= name.size() &&
         std::equal(name.begin(), name.end(), text.begin(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) ==
                  std::tolower(static_cast<unsigned char>(b));
         });
}

}  // namespace

WikitextTagMatch MatchWikitextTag(std::string_view text) {
  WikitextTagMatch match;
  size_t i = 1;
  if (i < text.size() && text[i] == '/') {
    match.closing = true;
    ++i;
  }
  const size_t begin = i;
  std::string name;
  while (i < text.size() && name.size() <= kMaxNameBytes &&
         std::isalnum(static_cast<unsigned char>(text[i]))) {
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i++])));
  }
  if (name.empty() || name.size() > kMaxNameBytes) return match;
  match.name = text.substr(begin, i - begin);
  match.tag = TagOf(name);
  if (match.tag == Tag::kUnknown) return match;
  match.length = i;
  const size_t end = text.substr(0, kMaxTagBytes).find_first_of("<>", i);
  if (end == text.npos || text[end] == '<') {
    // "a <b and c> d" is no tag; an unfinished one is a slip.
    if (i < text.size() && text[i] != ' ' && text[i] != '\n' && text[i] != '/' && text[i] != '<') {
      match.tag = Tag::kUnknown;
    }
    return match;
  }
  if (text[i] != '>' && text[i] != '/' && text[i] != ' ' && text[i] != '\n' && text[i] != '\t') {
    match.tag = Tag::kUnknown;
    return match;
  }
  match.self_closing = text[end - 1] == '/';
  match.length = end + 1;
  return match;
}

size_t FindClosingTag(std::string_view text, size_t from, std::string_view name) {
  while (true) {
    const size_t at = text.find("</", from);
    if (at == text.npos) return text.npos;
    const std::string_view rest = text.substr(at + 2);
    if (SameName(rest, name) && (rest.size() == name.size() ||
                                 !std::isalnum(static_cast<unsigned char>(rest[name.size()])))) {
      return at;
    }
    from = at + 2;
  }
}

}  // namespace cria::corpus
