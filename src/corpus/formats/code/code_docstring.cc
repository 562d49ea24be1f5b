// Line by line: a field and what continues it further in, or a paragraph of wording.
#include "corpus/formats/code/code_docstring.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/ascii.h"
#include "corpus/formats/code/code_notice.h"
#include "corpus/formats/licences/licence_words.h"
#include "corpus/formats/phrases.h"

namespace cria::corpus {
namespace {

constexpr size_t kNoLetter = std::string_view::npos;
constexpr size_t kMaxDocstringBytes = size_t{64} << 10;

size_t Indent(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

// "BSD 3 clause", "MIT, see LICENSE.txt for details": names of licences, and nothing that only
// stands in sentences.
bool IsNameOfLicence(std::string_view value) {
  constexpr std::string_view kNames[] = {
      " mit ", " bsd",  " apache", " gpl",  " lgpl",     " agpl",       " gnu ",          " isc ",
      " mpl",  " psf ", " zlib ",  " cc0 ", " mozilla ", " unlicense ", " public domain "};
  constexpr std::string_view kOthers =
      " license txt md rst file copying see for details more information the and or version v2 v3 "
      "later any clause new simplified modified revised style general public lesser affero "
      "software "
      "foundation python domain x11 expat ";
  const std::string words = LicenceWords(value);
  if (!HasOneOf(words, kNames)) return false;
  for (size_t at = 1; at < words.size();) {
    const size_t end = words.find(' ', at);
    const std::string word = " " + words.substr(at, end - at) + " ";
    at = end + 1;
    const bool digit = word[1] >= '0' && word[1] <= '9';
    if (!digit && !HasOneOf(word, kNames) && word != " public " && !Has(kOthers, word))
      return false;
  }
  return true;
}

class Docstring {
 public:
  explicit Docstring(std::string_view text) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(end);
    }
    cut_.resize(lines_.size(), 0);
  }

  /// Whether anything is to be cut.
  bool Mark() {
    bool states = false;
    for (size_t i = 0; i < lines_.size(); ++i) {
      states |= IsNoticeField(i) || StatesCopyrightFirst(Plain(i));
    }
    const std::vector<Paragraph> paragraphs = Paragraphs();
    for (size_t i = 0; i < paragraphs.size(); ++i) {
      const Paragraph& p = paragraphs[i];
      const bool beside_notice = IsNotice(p) || (i > 0 && IsNotice(paragraphs[i - 1])) ||
                                 (i + 1 < paragraphs.size() && IsNotice(paragraphs[i + 1]));
      if (!HoldsLicenceWording(p.text) && !(MayHoldLicenceWording(p.text) && beside_notice))
        continue;
      states = true;
      // The first line of a docstring says what the module is.
      const size_t first = i == 0 && p.end - p.begin > 1 ? p.begin + 1 : p.begin;
      std::fill(cut_.begin() + static_cast<int64_t>(first),
                cut_.begin() + static_cast<int64_t>(p.end), 1);
    }
    if (states) MarkFields();
    return states;
  }

  std::string Kept(std::string_view open, std::string_view close) const {
    std::string out;
    bool blank = false;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (cut_[i] != 0) continue;
      if (Words(i).empty()) {
        blank = true;
        continue;
      }
      // One empty line where some stood; none where the notice began the text.
      if (blank && !out.empty()) out += '\n';
      out += lines_[i];
      if (!out.ends_with('\n')) out += '\n';
      blank = false;
    }
    const bool says_something = std::any_of(out.begin(), out.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0;
    });
    if (!says_something) return "";
    // Quotes that stood on lines of their own stay there.
    if (Words(0).empty()) out.insert(0, "\n");
    const std::string_view last = lines_.back();
    if (!last.ends_with('\n')) {
      Trimmed(last).empty() ? out += last : out.erase(out.size() - 1);
    }
    return std::string(open) + out + std::string(close);
  }

 private:
  // Without the marks of a comment of another language that was put into the string.
  std::string Plain(size_t i) const { return LowerAscii(Trimmed(lines_[i], " \t\r\n/*#")); }

  std::string Words(size_t i) const { return LowerAscii(Trimmed(lines_[i])); }

  struct Paragraph {
    size_t begin, end;  // lines
    std::string text;
  };

  std::vector<Paragraph> Paragraphs() const {
    std::vector<Paragraph> all;
    for (size_t begin = 0; begin < lines_.size();) {
      Paragraph p{begin, begin, ""};
      while (p.end < lines_.size() && !Words(p.end).empty()) p.text += Words(p.end++) + " ";
      begin = p.end + 1;
      if (p.end > p.begin) all.push_back(std::move(p));
    }
    return all;
  }

  // A parameter may be called licence, too: a bare field counts if a licence's name stands in it.
  bool IsNoticeField(size_t i) const {
    const std::string line = Plain(i);
    if (StartsWithAny(line, {":copyright:", ":license:", ":licence:", "@copyright", "@license",
                             "spdx-license-identifier:"})) {
      return true;
    }
    if (!StartsWithAny(line, {"license:", "licence:"})) return false;
    std::string value = line.substr(line.find(':') + 1);
    for (size_t k = i + 1; k < lines_.size() && Continues(i, k); ++k) value += " " + Words(k);
    return IsNameOfLicence(value);
  }

  // Whether line `k`, behind `i`, stands further in.
  bool Continues(size_t i, size_t k) const {
    return !Words(k).empty() && Indent(lines_[k]) > Indent(lines_[i]);
  }

  bool IsNotice(const Paragraph& p) const {
    for (size_t i = p.begin; i < p.end; ++i) {
      if (StatesCopyrightFirst(Plain(i)) || Plain(i).starts_with(":copyright:")) return true;
    }
    return HoldsLicenceWording(p.text);
  }

  void MarkFields() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      const std::string line = Plain(i);
      if (!IsNoticeField(i) && !StatesCopyrightFirst(line) && !StatesAuthor(line)) continue;
      const size_t field = i;
      cut_[i] = 1;
      while (i + 1 < lines_.size() && Continues(field, i + 1)) cut_[++i] = 1;
    }
  }

  std::vector<std::string_view> lines_;
  std::vector<char> cut_;
};

// Letters before the quotes, and the quotes.
std::string_view Opening(std::string_view text) {
  size_t at = 0;
  while (at < 2 && at < text.size() && std::string_view("rRuUbB").find(text[at]) != kNoLetter) ++at;
  const std::string_view quotes = text.substr(at, 3);
  return quotes == "\"\"\"" || quotes == "'''" ? text.substr(0, at + 3) : std::string_view();
}

}  // namespace

size_t DocstringLength(std::string_view text) {
  const std::string_view open = Opening(text);
  if (open.empty()) return 0;
  const std::string_view quotes = open.substr(open.size() - 3);
  const size_t close = text.substr(0, kMaxDocstringBytes).find(quotes, open.size());
  if (close == text.npos) return 0;
  const size_t end = close + 3;
  const size_t line_end = std::min(text.find('\n', end), text.size());
  return Trimmed(text.substr(end, line_end - end)).empty() ? end : 0;
}

std::string WithoutNotice(std::string_view docstring) {
  const std::string_view open = Opening(docstring);
  if (open.empty() || docstring.size() < open.size() + 3) return std::string(docstring);
  Docstring lines(docstring.substr(open.size(), docstring.size() - open.size() - 3));
  if (!lines.Mark()) return std::string(docstring);
  return lines.Kept(open, docstring.substr(docstring.size() - 3));
}

}  // namespace cria::corpus
