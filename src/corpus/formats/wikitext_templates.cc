// Names and arguments of a call; parser functions and magic words; the rest stands in the table of
// rules.
#include "corpus/formats/wikitext_templates.h"

#include <utf8proc.h>

#include <algorithm>
#include <cctype>

#include "base/utf8.h"
#include "corpus/formats/wikitext_template_rules.h"

namespace cria::corpus {
namespace {

// Longer names are text in braces.
constexpr size_t kMaxNameBytes = 120;
// Behind these many arguments there are tables of data.
constexpr size_t kMaxArguments = 64;
constexpr size_t kMaxKeyBytes = 80;

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

bool IsHint(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"cite ", "citation needed", "harv", "sfn", "cita "};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [name](std::string_view prefix) { return name.starts_with(prefix); });
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

std::string Argument(const WikitextTemplate& call, char which) {
  switch (which) {
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
        rule.pattern[i] == '$' && (std::string_view("L*+,").find(next) != std::string_view::npos ||
                                   (next >= '1' && next <= '9'));
    if (!argument) {
      text += rule.pattern[i];
      continue;
    }
    const std::string piece = Argument(call, next);
    if (first && piece.empty()) return {};
    first = false;
    text += piece;
    ++i;
  }
  while (text.ends_with(' ') && !first) text.pop_back();
  return text;
}

// {{XXe siècle}}, {{-IVe siècle}}: the name is the text.
bool IsFrenchCentury(std::string_view name) {
  if (name.starts_with('-')) name.remove_prefix(1);
  const size_t end = name.find_first_not_of("ivxlc");
  if (end == name.npos || end == 0) return false;
  name.remove_prefix(end);
  return name == "e siècle" || name == "er siècle" || name == "e" || name == "er" ||
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
  } else if (name == "formatnum" || name == "ucfirst" || name == "nobr" || name == "padleft" ||
             name == "formatnúm") {
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
  if (context.language == "fr" && IsFrenchCentury(call.name)) return std::string(head);
  const WikitextTemplateRule* rule = FindWikitextTemplateRule(call.name, context.language);
  if (rule == nullptr) return {IsHint(call.name) ? kGone : kHole};
  for (size_t i = 1; i < parts.size() && i <= kMaxArguments; ++i) AddArgument(parts[i], &call);
  text = ApplyRule(*rule, call, context);
  const bool empty = std::all_of(text.begin(), text.end(), IsWikitextMark);
  return empty ? std::string(1, kHole) : text;
}

}  // namespace cria::corpus
