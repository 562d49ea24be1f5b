// A pass with a bounded stack of open brackets: a group is rewritten when its bracket closes, and
// only if something was left out of it. Then what is outside of them.
#include "corpus/formats/wiki/wikitext_holes.h"

#include <utf8proc.h>

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "base/utf8.h"
#include "corpus/formats/wiki/wikitext_gap.h"
#include "corpus/formats/wiki/wikitext_marks.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxOpen = 32;
constexpr char kHoles[] = {kHole, kAside, '\0'};
// A piece of a bracket that ends in a hole is an announcement only if it is not longer than this.
constexpr int kMaxAnnouncingWords = 4;
constexpr size_t kMaxLookBack = 64;

// Words that stand before a pronunciation, in the 20 languages of LLaMA's Wikipedia.
bool AnnouncesSound(std::string_view word) {
  static const std::unordered_set<std::string_view> words = {
      "pronounced",   "pronunciation", "pron.",       "ipa",           "afi",
      "мфа",          "api",           "aussprache",  "ausgesprochen", "prononcé",
      "prononcée",    "prononciation", "pronunciado", "pronunciación", "pronunciada",
      "pronúncia",    "pronúncia:",    "pronuncia",   "pronunciat",    "uitspraak",
      "uitgesproken", "wymowa",        "wym.",        "výslovnost",    "udtales",
      "udtale",       "uttal",         "uttalas",     "произношение",  "произносится",
      "вимова",       "вимовляється",  "произнася",   "произношение:", "kiejtése",
      "kiejtés",      "ejtsd",         "pronunție",   "pronunția",     "izgovor",
      "izgovorjava",  "изговор",       "изговара",    "locally",       "also",
      "or",           "from",          "born",        "named",         "occasionally",
      "sometimes",    "usually",       "commonly",    "often",         "traditionally",
      "formerly",     "originally",    "generally",   "informally"};
  return words.contains(FoldWikitextName(word));
}

bool IsSeparator(char c) { return c == ',' || c == ';'; }

bool EndsPhrase(char c) {
  return c == ',' || c == '.' || c == ';' || c == ':' || c == ')' || c == ']' || c == '!' ||
         c == '?';
}

bool IsHole(char c) { return c == kHole || c == kAside; }

std::string WithoutMarks(std::string_view text) {
  std::string out(text);
  std::erase_if(out, IsWikitextMark);
  return out;
}

// "en alemán: Berlin" is said; "en alemán:" before a hole announces what is gone.
bool OnlyAnnounces(std::string_view piece) {
  const size_t hole = piece.find_last_of(kHoles);
  if (hole == piece.npos || hole == 0) return false;
  if (!TrimWikitext(piece.substr(hole)).empty()) return false;
  const std::string_view before = piece.substr(0, hole);
  const char last = before.back();
  if (last != ' ' && last != ':' && !IsWikitextMark(last)) return false;  // stands on a word
  const std::string_view words = TrimWikitext(before);
  if (words.empty()) return false;
  if (std::count(words.begin(), words.end(), ' ') >= kMaxAnnouncingWords) return false;
  return words.back() == ':' || AnnouncesSound(words.substr(words.rfind(' ') + 1));
}

// "(45 years ago)" without its number.
bool CountsFromHole(std::string_view piece) {
  const std::string_view words = TrimWikitext(piece);
  return piece.find_first_of(kHoles) < piece.find(words) &&
         (words == "years ago" || words == "years old" || words == "years");
}

// "Pashto/(hole)" -> "Pashto"; a blank before it stays if `blank`.
std::string WithoutSlashes(std::string_view piece, bool blank) {
  std::string_view text = TrimWikitext(piece);
  const auto beside = [piece](size_t slash, size_t mark) {
    return slash < piece.size() && mark < piece.size() && IsHole(piece[mark]);
  };
  const size_t first = piece.find('/'), last = piece.rfind('/');
  if (beside(last, last + 1) && text.ends_with('/')) text.remove_suffix(1);
  if (beside(first, first - 1) && text.starts_with('/')) text.remove_prefix(1);
  return (blank && piece.starts_with(' ') ? " " : "") + std::string(TrimWikitext(text));
}

// The inside of brackets: pieces between separators, without those that hold nothing any more.
std::string MendGroup(std::string_view inside) {
  std::string out;
  size_t begin = 0;
  while (begin <= inside.size()) {
    size_t end = begin;
    while (end < inside.size() && !IsSeparator(inside[end])) ++end;
    const std::string_view piece = inside.substr(begin, end - begin);
    const bool marked = std::any_of(piece.begin(), piece.end(), IsWikitextMark);
    const bool drop =
        marked ? OnlyAnnounces(piece) || CountsFromHole(piece) || !HasWikitextWords(piece)
               : TrimWikitext(piece).empty();
    if (!drop) {
      if (!out.empty()) {
        out += begin > 0 ? inside[begin - 1] : ',';
        if (marked && !piece.starts_with(' ')) out += ' ';
      }
      out += out.empty() || marked ? WithoutSlashes(piece, !out.empty()) : std::string(piece);
    }
    begin = end + 1;
  }
  std::string clean = WithoutMarks(out);
  return std::string(TrimWikitext(clean));
}

// The guess that begins at `at` in `text`.
struct Guess {
  std::string_view text;
  char otherwise;  // the sign that counts if it is not used
  size_t length;
};

Guess GuessAt(std::string_view text, size_t at) {
  const size_t length = text.substr(at, kMaxGuessBytes + 2).find(kGuessEnd);
  if (length == text.npos) return {{}, kGone, 1};
  const size_t end = at + length;
  const bool sign = end + 1 < text.size() && IsWikitextMark(text[end + 1]);
  return {text.substr(at + 1, end - at - 1), sign ? text[end + 1] : kAside,
          end - at + (sign ? 2 : 1)};
}

// A gap behind words at the end of a piece of a bracket: "(born in (gap), 1920)".
bool EndsPiece(std::string_view before, std::string_view text, size_t at) {
  while (at < text.size() && text[at] == ' ') ++at;
  if (at < text.size() && !IsSeparator(text[at])) return false;
  const size_t begin = before.find_last_of(",;") + 1;  // 0 if there is none
  return HasWikitextWords(before.substr(begin));
}

// Blanks and marks at the end of `text`; looks back only a little, for many marks in a row are
// asked for one by one.
size_t BlankEnd(std::string_view text) {
  size_t n = 0;
  while (n < std::min(text.size(), kMaxLookBack) &&
         (text[text.size() - 1 - n] == ' ' || IsWikitextMark(text[text.size() - 1 - n]))) {
    ++n;
  }
  return n;
}

// "It consists of: (formula) These teeth are": the formula was what is announced.
bool EndsBeforeCapital(std::string_view out, std::string_view rest) {
  out.remove_suffix(BlankEnd(out));
  const size_t word = std::min(rest.find_first_not_of(' '), rest.size());
  if (!out.ends_with(':') || word == 0 || word == rest.size()) return false;
  const auto code = static_cast<utf8proc_int32_t>(DecodeUtf8(rest.substr(word)).code);
  return utf8proc_category(code) == UTF8PROC_CATEGORY_LU;
}

// "Collected Papers: (citation). More": the citation was what is announced.
bool EndsAnnouncement(std::string_view out, std::string_view rest) {
  out.remove_suffix(BlankEnd(out));
  return out.ends_with(':') && rest.starts_with('.');
}

// `text` with its guesses used or dropped, and each hole as what it is for the sentence: kAside or
// kBroken. In a bracket nothing is broken but the bracket: `*whole` is false then.
std::string Settle(std::string_view text, bool* whole) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (!IsWikitextMark(c) && c != kGuess) {
      if (c != kGuessEnd) out += c;
      ++i;
      continue;
    }
    const Guess guess = c == kGuess ? GuessAt(text, i) : Guess{{}, c, 1};
    i += guess.length;
    const WikitextGap gap = JudgeWikitextGap(out, text.substr(i));
    // In a bracket a sound at the end of a piece is beside it; a word may be what it is about.
    const bool end = whole == nullptr ? gap == WikitextGap::kEnd
                                      : guess.otherwise == kHole && EndsPiece(out, text, i);
    const bool needed = gap == WikitextGap::kWord || end;
    const bool member = gap == WikitextGap::kMember && guess.otherwise == kHole;
    if ((needed || member) && !guess.text.empty()) {
      out += guess.text;
    } else if (whole == nullptr && EndsAnnouncement(out, text.substr(i))) {
      out.resize(out.size() - BlankEnd(out));
      out.insert(out.size() - 1, 1, kBroken);
    } else if (whole == nullptr && guess.otherwise == kHole &&
               EndsBeforeCapital(out, text.substr(i))) {
      out.resize(out.size() - BlankEnd(out));
      out.insert(out.size() - 1, 1, kBroken);
      out += '.';
    } else if (whole != nullptr && guess.otherwise == kHole && gap == WikitextGap::kWord) {
      *whole = false;
    } else if (whole == nullptr &&
               (gap == WikitextGap::kSubject || (guess.otherwise == kHole && needed))) {
      out += kBroken;
    } else {
      out += guess.otherwise;
    }
  }
  return out;
}

bool IsCasedLetter(std::string_view text) {
  const auto code = static_cast<utf8proc_int32_t>(DecodeUtf8(text).code);
  const auto category = utf8proc_category(code);
  return category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LU;
}

bool EndsWithCasedLetter(std::string_view text) {
  if (text.empty()) return false;
  size_t at = text.size() - 1;
  while (at > 0 && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80) --at;
  return IsCasedLetter(text.substr(at));
}

class Mender {
 public:
  std::string Run(std::string_view line) {
    out_.reserve(line.size());
    for (size_t i = 0; i < line.size();) {
      const char c = line[i];
      size_t length = 1;
      if (c == '(' || c == '[') {
        if (open_.size() < kMaxOpen) open_.push_back({out_.size(), false});
      } else if ((c == ')' || c == ']') && !open_.empty()) {
        Close(c);
        ++i;
        continue;
      } else if (c == kGuess) {
        length = GuessAt(line, i).length;  // its brackets are not the line's
        Mark();
      } else if (IsWikitextMark(c)) {
        Mark();
      }
      out_ += line.substr(i, length);
      i += length;
    }
    out_ = Settle(out_, nullptr);
    return Plain();
  }

 private:
  struct Open {
    size_t at;
    bool marked;
  };

  void Mark() {
    if (!open_.empty()) open_.back().marked = true;
  }

  void Close(char c) {
    const Open open = open_.back();
    open_.pop_back();
    if (!open.marked || out_[open.at] != (c == ')' ? '(' : '[')) {
      if (open.marked) Mark();
      out_ += c;
      return;
    }
    bool whole = true;
    const std::string settled = Settle(std::string_view(out_).substr(open.at + 1), &whole);
    const std::string inside = whole ? MendGroup(settled) : std::string();
    if (HasWikitextWords(inside)) {
      out_.resize(open.at + 1);
      out_ += inside;
      out_ += c;
    } else {
      out_.resize(open.at);
      Mark();
      out_ += kAside;
    }
  }

  // Outside of brackets: blanks and separators beside a hole.
  std::string Plain() const {
    std::string text;
    text.reserve(out_.size());
    for (size_t i = 0; i < out_.size(); ++i) {
      if (!IsWikitextMark(out_[i])) {
        text += out_[i];
        continue;
      }
      const bool hole = out_[i] != kGone;
      size_t next = i + 1;
      bool space = false;
      while (next < out_.size() && (out_[next] == ' ' || IsWikitextMark(out_[next]))) {
        space = space || out_[next] == ' ';
        ++next;
      }
      const char after = next < out_.size() ? out_[next] : '\0';
      const char before = text.empty() ? '\0' : text.back();
      if (after == '\0' || EndsPhrase(after)) {
        while (text.ends_with(' ')) text.pop_back();
        // ", (hole)." and "(begin)(hole),": one of the separators goes.
        while (hole && !text.empty() && (IsSeparator(text.back()) || text.back() == ' ')) {
          text.pop_back();
        }
        if (hole && text.empty() && IsSeparator(after)) ++next;
      } else if (space && before != ' ' && before != '\0') {
        text += ' ';
      } else if (hole && text.ends_with("、") && std::string_view(out_).substr(next, 3) == "、") {
        next += std::string_view("、").size();
      } else if (EndsWithCasedLetter(text) && IsCasedLetter(std::string_view(out_).substr(next))) {
        text += ' ';  // a note stood where a blank was forgotten
      }
      // "(flag) – Paris"
      if (hole && TrimWikitext(text).empty()) next += DashAt(std::string_view(out_).substr(next));
      i = next - 1;
    }
    return text;
  }

  static size_t DashAt(std::string_view text) {
    for (const std::string_view dash : {"- ", "– ", "— "}) {
      if (text.starts_with(dash)) return dash.size();
    }
    return 0;
  }

  std::string out_;
  std::vector<Open> open_;
};

}  // namespace

std::string MendWikitextHoles(std::string_view line) { return Mender().Run(line); }

}  // namespace cria::corpus
