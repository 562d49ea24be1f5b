// The marks "*** START OF" and "*** END OF", and the paragraphs just inside of them.
#include "corpus/formats/gutenberg.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/ascii.h"

namespace cria::corpus {
namespace {

// Notes stand within so much of an end.
constexpr size_t kNotesBytes = 20'000;
constexpr int kMaxCredits = 8;  // paragraphs

constexpr std::pair<std::string_view, std::string_view> kLanguages[] = {
    {"bulgarian", "bg"}, {"catalan", "ca"},    {"czech", "cs"},     {"danish", "da"},
    {"german", "de"},    {"english", "en"},    {"spanish", "es"},   {"french", "fr"},
    {"croatian", "hr"},  {"hungarian", "hu"},  {"italian", "it"},   {"dutch", "nl"},
    {"polish", "pl"},    {"portuguese", "pt"}, {"romanian", "ro"},  {"russian", "ru"},
    {"slovenian", "sl"}, {"serbian", "sr"},    {"swedish", "sv"},   {"ukrainian", "uk"},
    {"finnish", "fi"},   {"norwegian", "no"},  {"latin", "la"},     {"greek", "el"},
    {"esperanto", "eo"}, {"chinese", "zh"},    {"japanese", "ja"},  {"tagalog", "tl"},
    {"welsh", "cy"},     {"irish", "ga"},      {"icelandic", "is"}, {"hebrew", "he"},
};

// "Title: Don Quijote" at the start of a line.
std::string Field(std::string_view header, std::string_view name) {
  const size_t at = header.find("\n" + std::string(name) + ":");
  if (at == header.npos) return "";
  header.remove_prefix(at + name.size() + 2);
  return std::string(Trimmed(header.substr(0, header.find('\n'))));
}

bool IsCredit(std::string_view paragraph) {
  const std::string lower = LowerAscii(paragraph.substr(0, 80));
  return StartsWithAny(
      lower, {"produced by", "e-text prepared by", "etext prepared by", "this etext was",
              "this ebook was produced", "this e-text was", "transcribed by", "transcribed from",
              "html version by", "prepared by", "[transcriber", "transcriber's note",
              "transcriber\u2019s note", "credits:", "scanned by", "digitized by",
              "distributed proofread"});
}

bool IsNotesHeading(std::string_view paragraph) {
  const std::string lower = LowerAscii(paragraph.substr(0, 60));
  return StartsWithAny(lower, {"transcriber's note", "transcriber\u2019s note", "[transcriber",
                               "transcribers' note", "***transcriber"});
}

bool IsEndLine(std::string_view paragraph) {
  const std::string lower = LowerAscii(paragraph.substr(0, 40));
  return paragraph.size() < 300 &&
         StartsWithAny(lower, {"end of project gutenberg", "end of the project gutenberg"});
}

// The paragraphs just behind the start mark that are no part of the book.
std::string_view WithoutCredits(std::string_view text) {
  text = Trimmed(text);
  for (int i = 0; i < kMaxCredits && IsCredit(text); ++i) {
    const size_t end = std::min(text.find("\n\n"), text.size());
    text = Trimmed(text.substr(end));
  }
  return text;
}

std::string_view WithoutEnd(std::string_view text) {
  text = Trimmed(text);
  while (true) {
    const size_t begin = text.rfind("\n\n");
    if (begin == text.npos || !IsEndLine(Trimmed(text.substr(begin)))) break;
    text = Trimmed(text.substr(0, begin));
  }
  size_t at = text.size() > kNotesBytes ? text.size() - kNotesBytes : 0;
  for (at = text.find("\n\n", at); at != text.npos; at = text.find("\n\n", at + 2)) {
    if (IsNotesHeading(Trimmed(text.substr(at, 80)))) return Trimmed(text.substr(0, at));
  }
  return text;
}

}  // namespace

RawText ReadGutenberg(std::string text) {
  RawText book;
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  size_t end = text.size();
  for (const std::string_view mark : {"*** END OF TH", "***END OF TH"}) {
    end = std::min(end, text.rfind(mark));
  }
  const std::string_view whole(text);
  size_t start = 0;
  for (const std::string_view mark : {"*** START OF TH", "***START OF TH"}) {
    const size_t at = whole.find(mark);
    const size_t line = at == whole.npos ? at : whole.find('\n', at);
    if (line == whole.npos || line >= end) continue;
    const std::string_view header = whole.substr(0, at);
    book.title = Field(header, "Title");
    const std::string author = Field(header, "Author"),
                      language = LowerAscii(Field(header, "Language"));
    if (!author.empty()) book.meta = {{"author", author}};
    for (const auto& [name, code] : kLanguages) {
      if (language == name) book.language = code;
    }
    start = line + 1;
  }
  if (start == 0 && end == text.size()) {
    book.text = std::move(text);
    return book;
  }
  book.text = WithoutEnd(WithoutCredits(whole.substr(start, end - start)));
  return book;
}

}  // namespace cria::corpus
