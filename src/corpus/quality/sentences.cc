// Punkt's decisions (NLTK's PunktSentenceTokenizer) on the words at each possible end. Punkt learns
// its abbreviations and which words occur in small letters from a corpus; here these are lists.
#include "corpus/quality/sentences.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/utf8.h"
#include "corpus/quality/white_space.h"

namespace cria::corpus {
namespace {

using Words = std::unordered_set<std::string_view>;

Words ListOf(std::string_view list) {  // divided by single blanks
  Words words;
  while (!list.empty()) {
    const size_t end = std::min(list.find(' '), list.size());
    words.insert(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return words;
}

// With a stop after them these are not the end, whatever follows in small letters. Left out on
// purpose: "e.g", "i.e", "etc", "no", "vol", "fig", which Punkt's English parameters (Wall Street
// Journal) do not have, so that C4 took them as ends.
const Words kAbbreviations = ListOf(
    // titles and names
    "mr mrs ms dr prof sr jr st messrs rep reps sen gen col maj lt adm ph.d m.b.a "
    // firms, and places in addresses
    "co cos corp inc ltd bros cie ave b.v n.v s.a vs "
    // time and measures
    "jan feb aug sep sept oct nov dec tues wed fri a.m p.m yr a.d ft mg ct ok "
    // countries and states
    "u.s u.k u.n u.s.a u.s.s.r d.c n.y n.j n.c n.d n.h n.m r.i s.c w.va l.a ala ariz calif colo "
    "conn fla ga ill kan ky mich minn nev okla ore pa tenn va vt wash wis "
    // letters that stand for a name, or at the head of a list, more often than they end a sentence
    "c d e f g h k l n p r s t v w");

// Two letters that begin a personal name, by their first letter: "J.P. Morgan". Not "e.g".
constexpr std::string_view kFirstInitials = "adefghjlnrtw";

// Words that open a sentence: with a capital after an abbreviation or "..." they show its end.
const Words kStarters = ListOf(
    "above according accordingly afterwards almost along already although altogether always "
    "among anyone anything anyway apparently behind being besides better between beyond both "
    "but certainly currently despite does either especially even eventually ever except finally "
    "following furthermore given he hence her here however i if in indeed initially instead "
    "into it lately least likewise many meanwhile moreover most naturally neither nevertheless "
    "nonetheless nor nothing originally otherwise please possibly presumably previously "
    "probably recently regardless sadly separately similarly simply since so some someone "
    "sometimes soon still such suddenly surely thank thanks the there thereafter therefore "
    "these they this though through throughout thus together typically under unfortunately "
    "unless unlike upon using very were when whenever whereas whether which while whom within "
    "without yes yet your");

// Ordinary words: with a capital after a single letter they show an end, where a name would not.
// After an abbreviation they show nothing: in headlines they have capitals too.
const Words kOrdinary = ListOf(
    "a about actually after again against all also an and another any are as at because before "
    "below by can clearly come consequently could did do don during each every everybody "
    "everyone everything few first for fortunately from further generally get go had has have "
    "having his how is its just last later less let like look maybe more mostly much my nearly "
    "never next no nobody none not now obviously of often on once one only or other others our "
    "over perhaps quite rather really several shall she should somebody something take than "
    "that their then those to today too until use usually was we well what whatever where who "
    "whoever whose why will with would you");

constexpr size_t kLongestListed = 16;  // of the words above; longer tokens are in no list

constexpr std::array<bool, 256> TableOf(std::string_view characters) {
  std::array<bool, 256> table{};
  for (const char c : characters) table[static_cast<uint8_t>(c)] = true;
  return table;
}
constexpr auto kEndMark = TableOf(".?!");
// Punkt's classes: what cannot stand inside a word, and what cannot open one.
constexpr auto kNotInWord = TableOf("?!)\";}]*:@'({[");
constexpr auto kNotFirstInWord = TableOf("(\"`{[:;&#*@)}]-,");
constexpr auto kCloser = TableOf("\"')]}");

template <size_t N>
bool Is(const std::array<bool, N>& table, char c) {
  return table[static_cast<uint8_t>(c)];
}

bool IsRun(std::string_view text, size_t i, char c) {  // two or more: "--", ".."
  return text[i] == c && i + 1 < text.size() && text[i + 1] == c;
}

bool EndsWord(std::string_view text, size_t i) {
  return Is(kNotInWord, text[i]) || IsRun(text, i, '-') || IsRun(text, i, '.');
}

// Cuts the first token off `*text`, which is not empty and holds no white space.
std::string_view NextToken(std::string_view* text) {
  const std::string_view t = *text;
  size_t length = 1;
  if (IsRun(t, 0, '-') || IsRun(t, 0, '.')) {
    length = std::min(t.find_first_not_of(t[0]), t.size());
  } else if (!Is(kNotFirstInWord, t[0])) {
    while (length < t.size() && !EndsWord(t, length)) {
      if (t[length] == ',' && (length + 1 == t.size() || EndsWord(t, length + 1))) break;
      ++length;
    }
  }
  text->remove_prefix(length);
  return t.substr(0, length);
}

// Looks a token up in ASCII lower case.
bool Holds(const Words& words, std::string_view token) {
  if (token.empty() || token.size() > kLongestListed) return false;
  std::array<char, kLongestListed> lower;
  for (size_t i = 0; i < token.size(); ++i)
    lower[i] = token[i] >= 'A' && token[i] <= 'Z' ? static_cast<char>(token[i] | 0x20) : token[i];
  return words.contains(std::string_view(lower.data(), token.size()));
}

bool IsNumber(std::string_view token) {  // with its last stop
  if (token.starts_with('-')) token.remove_prefix(1);
  if (token.starts_with('.') || token.starts_with(',')) token.remove_prefix(1);
  if (token.empty() || token[0] < '0' || token[0] > '9') return false;
  return token.find_first_not_of("0123456789,.-") == token.npos;
}

bool IsInitial(std::string_view token) {  // one letter and a stop
  const Utf8Char first = DecodeUtf8(token);
  if (!first.valid || first.length + 1 != static_cast<int>(token.size())) return false;
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(first.code));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool IsAbbreviation(std::string_view word) {  // without its stop
  if (Holds(kAbbreviations, word)) return true;
  const size_t hyphen = word.rfind('-');
  if (hyphen != word.npos && Holds(kAbbreviations, word.substr(hyphen + 1))) return true;
  if (word.size() != 3 || word[1] != '.') return false;
  const char pair[] = {static_cast<char>(word[0] | 0x20), '.', static_cast<char>(word[2] | 0x20)};
  const std::string_view lower(pair, 3);
  return kFirstInitials.find(lower[0]) != kFirstInitials.npos && lower[2] >= 'a' &&
         lower[2] <= 'z' && lower != "e.g";
}

enum class Case { kNone, kSmall, kCapital };

Case FirstCase(std::string_view token) {
  const auto code = static_cast<utf8proc_int32_t>(DecodeUtf8(token).code);
  return utf8proc_isupper(code)   ? Case::kCapital
         : utf8proc_islower(code) ? Case::kSmall
                                  : Case::kNone;
}

// Whether `token` ends a sentence, given the one that follows it.
bool IsEnd(std::string_view token, std::string_view next) {
  if (token == "?" || token == "!") return true;
  if (token.back() != '.') return false;
  if (token.size() == 1) return true;
  const std::string_view word = token.substr(0, token.size() - 1);
  const bool dots = word.back() == '.';
  const bool initial = !dots && IsInitial(token);
  const bool abbreviation = !dots && IsAbbreviation(word);
  if (dots || (abbreviation && !initial)) {
    if (next.ends_with('.') && next.size() > 1) next.remove_suffix(1);
    return FirstCase(next) == Case::kCapital && Holds(kStarters, next);
  }
  if (initial || IsNumber(token)) {
    const bool goes_on = next.size() == 1 && std::string_view(";:,.!?").find(next) != next.npos;
    const Case first = FirstCase(next);
    if (goes_on || first == Case::kSmall) return false;
    const bool name = first == Case::kCapital && !Holds(kStarters, next) && !Holds(kOrdinary, next);
    if (initial && name) return false;
  }
  return !abbreviation;
}

// Whether a token of `before` or `after`, the last one excepted, is an end. As in Punkt, all are
// looked at, not only the one at the border.
bool HoldsEnd(std::string_view before, std::string_view after) {
  std::string_view last;
  for (std::string_view rest : {before, after}) {
    while (!rest.empty()) {
      const std::string_view token = NextToken(&rest);
      if (!last.empty() && IsEnd(last, token)) return true;
      last = token;
    }
  }
  return false;
}

size_t SkipSpace(std::string_view text, size_t i) {
  while (i < text.size()) {
    const size_t space = WhiteSpaceAt(text, i);
    if (space == 0) break;
    i += space;
  }
  return i;
}

size_t SkipChunk(std::string_view text, size_t i) {
  while (i < text.size() && WhiteSpaceAt(text, i) == 0) ++i;
  return i;
}

// Start of the run without white space that holds `i`, not before `floor`.
size_t ChunkBegin(std::string_view text, size_t i, size_t floor) {
  while (i > floor) {
    const size_t space = WhiteSpaceAt(text, i - 1);
    if (space != 0) return i - 1 + space;
    --i;
  }
  return floor;
}

// Only the last mark in a chunk that has something after it can end a sentence: its place, or npos.
size_t CandidateIn(std::string_view text, size_t begin, size_t end) {
  for (size_t i = end; i-- > begin;) {
    if (!Is(kEndMark, text[i])) continue;
    if (i + 1 == end ? end < text.size() : Is(kNotInWord, text[i + 1])) return i;
  }
  return std::string_view::npos;
}

template <class Take>
void ForEachSentence(std::string_view text, const Take& take) {
  text = StripWhiteSpace(text);
  size_t sentence = 0, floor = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!Is(kEndMark, text[i])) continue;
    const size_t begin = ChunkBegin(text, i, floor), end = SkipChunk(text, i);
    floor = i = end;
    const size_t mark = CandidateIn(text, begin, end);
    if (mark == text.npos) continue;
    const bool at_space = mark + 1 == end;
    const size_t next = at_space ? SkipSpace(text, end) : mark + 1;
    const std::string_view before = text.substr(begin, mark + (at_space ? 1 : 2) - begin);
    const std::string_view after =
        at_space ? text.substr(next, SkipChunk(text, next) - next) : std::string_view();
    if (!HoldsEnd(before, after)) continue;
    // Closing quotes and brackets before a space belong to the sentence that ended.
    size_t closed = next;
    while (closed < text.size() && Is(kCloser, text[closed])) ++closed;
    const bool closes = closed > next && (closed == text.size() || WhiteSpaceAt(text, closed) > 0 ||
                                          IsRun(text, closed, '-'));
    const size_t stop = closes ? closed : mark + 1;
    if (stop > sentence) take(text.substr(sentence, stop - sentence));
    sentence = closes ? SkipSpace(text, closed) : next;
  }
  if (sentence < text.size()) take(text.substr(sentence));
}

}  // namespace

std::vector<std::string_view> SplitSentences(std::string_view text) {
  std::vector<std::string_view> sentences;
  ForEachSentence(text, [&](std::string_view sentence) { sentences.push_back(sentence); });
  return sentences;
}

int64_t CountSentences(std::string_view text) {
  int64_t n = 0;
  ForEachSentence(text, [&](std::string_view) { ++n; });
  return n;
}

}  // namespace cria::corpus
