// Names and arguments of a call; parser functions and magic words; the rest stands in the table of
// rules.
#include "corpus/formats/wiki/wikitext_templates.h"

#include <utf8proc.h>

#include <algorithm>
#include <cctype>

#include "base/utf8.h"
#include "corpus/formats/wiki/wikitext_asides.h"
#include "corpus/formats/wiki/wikitext_countries.h"
#include "corpus/formats/wiki/wikitext_numbers.h"
#include "corpus/formats/wiki/wikitext_template_rules.h"

namespace cria::corpus {
namespace {

// Longer names are text in braces.
constexpr size_t kMaxNameBytes = 120;
// Behind these many arguments there are tables of data.
constexpr size_t kMaxArguments = 64;
constexpr size_t kMaxKeyBytes = 80;
constexpr std::string_view kDigits = "0123456789";

std::string Fold(std::string_view text, utf8proc_int32_t (*fold)(utf8proc_int32_t)) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      out += static_cast<char>(fold(c));
      ++i;
      continue;
    }
    const Utf8Char u = DecodeUtf8(text.substr(i));
    const auto length = static_cast<size_t>(u.length);
    if (u.valid) {
      AppendUtf8(static_cast<uint32_t>(fold(static_cast<utf8proc_int32_t>(u.code))), &out);
    } else {
      out.append(text.substr(i, length));
    }
    i += length;
  }
  return out;
}

bool IsKey(std::string_view text) {
  if (text.empty() || text.size() > kMaxKeyBytes) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80 ||
           c == ' ' || c == '_' || c == '-' || c == '.' || c == '(' || c == ')';
  });
}

void AddArgument(std::string_view part, WikitextTemplate* call) {
  const size_t equals = part.substr(0, kMaxKeyBytes + 8).find('=');
  if (equals != part.npos) {
    const std::string_view key = TrimWikitext(part.substr(0, equals));
    if (IsKey(key)) {
      call->named.emplace_back(key, TrimWikitext(part.substr(equals + 1)));
      return;
    }
  }
  call->positional.push_back(part);
}

// {{Metadaten Einwohnerzahl DE-BE|Berlin}}: a number that stands in another page, for the place
// that the argument names.
bool LooksUpNumber(std::string_view name) {
  constexpr std::string_view kParts[] = {
      "metada",  "einwohner", "ewz",   "ewd",      "ewr",     "fldez",   "popul",
      "poblaci", "abitanti",  "habit", "inwoner",  "befolk",  "folkeme", "ludno",
      "obyvat",  "prebiv",    "népes", "locuitor", "насел",   "становн", "числен",
      "age",     "alter",     "edad",  "inflat",   "exchange"};
  return std::any_of(std::begin(kParts), std::end(kParts),
                     [name](std::string_view part) { return name.find(part) != name.npos; });
}

// What an unknown template may show: its only argument, if that is a few words.
std::string GuessOf(const WikitextTemplate& call) {
  if (call.positional.size() != 1 || !call.named.empty() || LooksUpNumber(call.name)) return {};
  const std::string_view text = TrimWikitext(call.positional[0]);
  if (text.size() > kMaxGuessBytes || !HasWikitextWords(text)) return {};
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 &&
           std::string_view("[]{}<>|=/#\x7f").find(c) == std::string_view::npos;
  });
  // A small word alone is a code more often than a word ("left", "yes", "raith").
  const bool letters = std::any_of(text.begin(), text.end(), [](char c) {
    return std::isupper(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80 ||
           c == ' ';
  });
  // A name of a file, a code of a language or a country, a number of something: no words.
  const size_t dot = text.rfind('.');
  const bool name = dot != text.npos && dot + 2 < text.size() && text.size() - dot <= 5 &&
                    text.find(' ', dot) == text.npos;
  const bool code = text.size() <= 3 && text.size() > 1 &&
                    std::all_of(text.begin(), text.end(),
                                [](char c) { return std::isalnum(static_cast<uint8_t>(c)) != 0; });
  if (!plain || !letters || name || code) return {};
  return kGuess + std::string(text) + kGuessEnd;
}

// {{IPA-de|tʃ|}}: said in the sentence now and then.
std::string GuessOfSound(const WikitextTemplate& call) {
  const std::string_view text = call.At(1);
  if (!call.name.starts_with("ipa-") || text.empty() || text.size() + 2 > kMaxGuessBytes) return {};
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 &&
           std::string_view("[]{}<>|").find(c) == std::string_view::npos;
  });
  if (!plain) return {};
  return kGuess + ("[" + std::string(text)) + "]" + kGuessEnd;
}

std::string Unknown(const WikitextTemplate& call, const WikitextContext& context) {
  // {{USA|Ziel=Los Angeles}}: a flag and a name.
  if (context.language == "de" && !call.Named("Ziel").empty())
    return std::string(call.Named("Ziel"));
  const char aside = WikitextAsideOf(call.name, context.language, call.positional.empty());
  if (aside == kAside) return GuessOfSound(call) + kAside;
  return aside != '\0' ? std::string(1, aside) : GuessOf(call) + kHole;
}

// What stands for a template that shows no text.
char MarkOf(std::string_view text, const WikitextTemplateRule& rule, const WikitextTemplate& call) {
  if (rule.aside || (rule.pattern.empty() && rule.write == nullptr)) return kAside;
  // {{nowrap begin}}, {{small|<!-- -->}}: form without content.
  const bool bare = rule.write == nullptr && (call.positional.empty() || !text.empty());
  return bare && text.find(kHole) == text.npos ? kAside : kHole;
}

std::string Joined(const WikitextTemplate& call, std::string_view separator) {
  std::string text;
  for (const std::string_view part : call.positional) {
    const std::string_view piece = TrimWikitext(part);
    if (piece.empty()) continue;
    if (!text.empty()) text += separator;
    text += piece;
  }
  return text;
}

std::string Argument(const WikitextTemplate& call, char which, std::string_view language) {
  switch (which) {
    case '#':
      return FormatWikitextNumber(call.At(1), language);
    case 'L': {
      const std::string_view named = call.Named("text|texte|texto|testo|tekst|текст|Text");
      // One argument alone is the code of the language or the colour.
      return std::string(!named.empty() ? named : call.At(2).empty() ? "" : call.Last());
    }
    case '*':
      return Joined(call, " ");
    case '+':
      return Joined(call, "");
    case ',':
      return Joined(call, ", ");
    default:
      return std::string(call.At(static_cast<size_t>(which - '0')));
  }
}

std::string ApplyRule(const WikitextTemplateRule& rule, const WikitextTemplate& call,
                      const WikitextContext& context) {
  if (rule.write != nullptr) return rule.write(call, context);
  // "$2;$1": the first that is not empty.
  if (rule.pattern == "$2;$1") return std::string(call.At(2).empty() ? call.At(1) : call.At(2));
  std::string text;
  bool first = true;
  for (size_t i = 0; i < rule.pattern.size(); ++i) {
    const char next = i + 1 < rule.pattern.size() ? rule.pattern[i + 1] : '\0';
    const bool argument =
        rule.pattern[i] == '$' && (std::string_view("L*+,#").find(next) != std::string_view::npos ||
                                   (next >= '1' && next <= '9'));
    if (!argument) {
      text += rule.pattern[i];
      continue;
    }
    const std::string piece = Argument(call, next, context.language);
    if (first && piece.empty()) return {};
    first = false;
    text += piece;
    ++i;
  }
  while (text.ends_with(' ') && !first) text.pop_back();
  return text;
}

// {{XXe siècle}}, {{-IVe siècle}}, {{84e|congrès}}: the name is the text, or its beginning.
bool IsFrenchOrdinal(std::string_view name) {
  if (name.starts_with('-')) name.remove_prefix(1);
  const size_t letters = name.find_first_not_of("ivxlc"), digits = name.find_first_not_of(kDigits);
  const size_t end = digits == 0 ? letters : digits;
  if (end == name.npos || end == 0) return false;
  name.remove_prefix(end);
  return name == "e siècle" || name == "er siècle" || name == "e" || name == "er" || name == "re" ||
         name == "e millénaire" || name == "er millénaire";
}

// {{name:argument}} and {{NAME}}: parser functions and variables; true if this is one.
bool ExpandFunction(std::string_view head, const WikitextContext& context, std::string* text) {
  if (head.starts_with('#')) {
    *text = head.starts_with("#tag:") ? kGone : kHole;
    return true;
  }
  const size_t colon = head.substr(0, 24).find(':');
  if (colon == head.npos) {
    if (head != "PAGENAME" && head != "FULLPAGENAME" && head != "SUBJECTPAGENAME") return false;
    *text = std::string(context.title);
    return true;
  }
  const std::string name = FoldWikitextName(head.substr(0, colon));
  const std::string_view argument = TrimWikitext(head.substr(colon + 1));
  if (name == "lc" || name == "lcfirst") {
    *text = name == "lc" ? Fold(argument, utf8proc_tolower) : std::string(argument);
  } else if (name == "uc") {
    *text = Fold(argument, utf8proc_toupper);
  } else if (name == "formatnum" || name == "formatnúm") {
    *text = FormatWikitextNumber(argument, context.language);
  } else if (name == "ucfirst" || name == "nobr" || name == "padleft") {
    *text = std::string(argument);
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool HasWikitextWords(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      if (std::isalnum(byte) || text[i] == kStashBegin) return true;
      ++i;
      continue;
    }
    const Utf8Char u = DecodeUtf8(text.substr(i));
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(u.code));
    if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NL) return true;
    i += static_cast<size_t>(u.length);
  }
  return false;
}

std::string FoldWikitextName(std::string_view name) {
  std::string folded = Fold(TrimWikitext(name), utf8proc_tolower);
  std::replace(folded.begin(), folded.end(), '_', ' ');
  return folded;
}

std::string_view WikitextTemplate::At(size_t n) const {
  const std::string key = std::to_string(n);
  for (auto it = named.rbegin(); it != named.rend(); ++it) {
    if (it->first == key) return it->second;
  }
  return n >= 1 && n <= positional.size() ? TrimWikitext(positional[n - 1]) : std::string_view();
}

std::string_view WikitextTemplate::Last() const {
  for (size_t n = std::max<size_t>(positional.size(), 9); n >= 1; --n) {
    if (const std::string_view text = At(n); !text.empty()) return text;
  }
  return {};
}

std::string_view WikitextTemplate::Named(std::string_view names) const {
  while (!names.empty()) {
    const size_t end = std::min(names.find('|'), names.size());
    for (const auto& [key, value] : named) {
      if (key == names.substr(0, end) && !value.empty()) return value;
    }
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return {};
}

bool StartsWikitextArgument(std::string_view text) {
  constexpr size_t kMinName = 3, kMaxName = 20;
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  size_t i = 0;
  while (i < text.size() && i <= kMaxName &&
         (std::isalpha(static_cast<unsigned char>(text[i])) || text[i] == '-' || text[i] == '_')) {
    ++i;
  }
  if (i < kMinName || i > kMaxName) return false;
  i = std::min(text.find_first_not_of(' ', i), text.size());
  return i + 1 < text.size() && text[i] == '=' && text[i + 1] != '=';
}

std::string ExpandWikitextTemplate(const std::vector<std::string_view>& parts,
                                   const WikitextContext& context) {
  std::string_view head = TrimWikitext(parts[0]);
  if (head.empty() || head.size() > kMaxNameBytes * 8) return {kHole};
  std::string text;
  if (ExpandFunction(head, context, &text)) return text.empty() ? std::string(1, kHole) : text;
  if (head.size() > kMaxNameBytes) return {kHole};
  WikitextTemplate call;
  call.name = FoldWikitextName(head);
  for (const std::string_view prefix : {"subst:", "safesubst:", "template:", "msg:"}) {
    if (call.name.starts_with(prefix))
      call.name = FoldWikitextName(call.name.substr(prefix.size()));
  }
  for (size_t i = 1; i < parts.size() && i <= kMaxArguments; ++i) AddArgument(parts[i], &call);
  if (context.language == "fr" && IsFrenchOrdinal(call.name)) {
    return std::string(head) + (call.At(1).empty() ? "" : " ") + std::string(call.At(1));
  }
  if (parts.size() == 1) {
    const std::string_view country = WikitextCountryOf(head, context.language);
    if (!country.empty()) return std::string(country);
  }
  // What the page's own wiki means by a name comes before what others mean by it: {{S|arte}} is a
  // stub there, struck text here.
  const WikitextTemplateRule* rule = FindOwnWikitextTemplateRule(call.name, context.language);
  if (rule == nullptr) {
    const char own = OwnWikitextAsideOf(call.name, context.language);
    if (own != '\0') return std::string(1, own);
    rule = FindWikitextTemplateRule(call.name, context.language);
  }
  if (rule == nullptr) return Unknown(call, context);
  text = ApplyRule(*rule, call, context);
  const bool empty = std::all_of(text.begin(), text.end(), IsWikitextMark);
  return empty ? std::string(1, MarkOf(text, *rule, call)) : text;
}

}  // namespace cria::corpus
