// One pass with a bounded stack of open brackets; a group is rewritten when its bracket closes, and
// only if something was left out of it.
#include "corpus/formats/wikitext_holes.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "corpus/formats/wikitext_marks.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxOpen = 32;
// A piece of a bracket that ends in a hole is an announcement only if it is not longer than this.
constexpr int kMaxAnnouncingWords = 4;

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
      "or",           "from",          "born"};
  return words.contains(FoldWikitextName(word));
}

bool IsSeparator(char c) { return c == ',' || c == ';'; }

bool EndsPhrase(char c) {
  return c == ',' || c == '.' || c == ';' || c == ':' || c == ')' || c == ']' || c == '!' ||
         c == '?';
}

std::string WithoutMarks(std::string_view text) {
  std::string out(text);
  std::erase_if(out, IsWikitextMark);
  return out;
}

// "en alemán: Berlin" is said; "en alemán:" before a hole announces what is gone.
bool OnlyAnnounces(std::string_view piece) {
  const size_t hole = piece.rfind(kHole);
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
  return piece.find(kHole) < piece.find(words) &&
         (words == "years ago" || words == "years old" || words == "years");
}

// "Pashto/(hole)" -> "Pashto"; a blank before it stays if `blank`.
std::string WithoutSlashes(std::string_view piece, bool blank) {
  std::string_view text = TrimWikitext(piece);
  if (piece.find("/\x03") != piece.npos && text.ends_with('/')) text.remove_suffix(1);
  if (piece.find("\x03/") != piece.npos && text.starts_with('/')) text.remove_prefix(1);
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

class Mender {
 public:
  std::string Run(std::string_view line) {
    out_.reserve(line.size());
    for (const char c : line) {
      if (c == '(' || c == '[') {
        if (open_.size() < kMaxOpen) open_.push_back({out_.size(), false});
        out_ += c;
      } else if ((c == ')' || c == ']') && !open_.empty()) {
        Close(c);
      } else {
        if (IsWikitextMark(c)) Mark();
        out_ += c;
      }
    }
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
    const std::string inside = MendGroup(std::string_view(out_).substr(open.at + 1));
    if (HasWikitextWords(inside)) {
      out_.resize(open.at + 1);
      out_ += inside;
      out_ += c;
    } else {
      out_.resize(open.at);
      Mark();
      out_ += kHole;
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
      const bool hole = out_[i] == kHole;
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
      }
      i = next - 1;
    }
    return text;
  }

  std::string out_;
  std::vector<Open> open_;
};

}  // namespace

std::string MendWikitextHoles(std::string_view line) { return Mender().Run(line); }

}  // namespace cria::corpus
