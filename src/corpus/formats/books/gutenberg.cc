// The marks "*** START OF" and "*** END OF", and the small print that stood before books earlier.
#include "corpus/formats/books/gutenberg.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "corpus/formats/books/gutenberg_notes.h"

namespace cria::corpus {
namespace {

constexpr size_t kEndLineBytes = 300;
constexpr int kMaxMarkLines = 4;
constexpr size_t kSmallPrintBytes = 64'000;  // it ends within so much of the beginning
constexpr size_t kFirstLinesBytes = 300;

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

// "Ende dieses Projekt Gutenberg Etextes": the end in the languages of the books.
bool IsEndLine(std::string_view paragraph) {
  const std::string lower = LowerAscii(paragraph.substr(0, kEndLineBytes));
  return paragraph.size() < kEndLineBytes && lower.find("gutenberg") != lower.npos &&
         StartsWithAny(lower, {"end of", "the end of", "ende d", "ende von", "fin de", "fine de",
                               "fim d", "einde v", "slut p", "loppu", "this is the end of"});
}

std::string_view WithoutEndLines(std::string_view text) {
  text = WithoutBlankEnds(text);
  while (true) {
    const size_t begin = text.rfind("\n\n");
    if (begin == text.npos || !IsEndLine(Trimmed(text.substr(begin)))) return text;
    text = WithoutBlankEnds(text.substr(0, begin));
  }
}

// Behind the line that holds `at`; a mark that is broken over some lines ends with three stars.
size_t BehindMark(std::string_view text, size_t at) {
  size_t end = text.find('\n', at);
  for (int lines = 1; lines < kMaxMarkLines && end != text.npos; ++lines) {
    if (Trimmed(text.substr(at, end - at)).ends_with("***")) return end + 1;
    const size_t next = text.find('\n', end + 1);
    if (next == text.npos || next == end + 1) break;  // a blank line: it had no stars
    end = next;
  }
  const size_t line = text.find('\n', at);
  const bool broken = end != text.npos && Trimmed(text.substr(at, end - at)).ends_with("***");
  return broken ? end + 1 : line == text.npos ? line : line + 1;
}

// Behind "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*", which until about 2003
// stood before the book; 0 without it.
size_t BehindSmallPrint(std::string_view text) {
  const std::string_view head = text.substr(0, kSmallPrintBytes);
  size_t behind = 0;
  for (size_t at = head.find("\n*END"); at != head.npos; at = head.find("\n*END", at + 1)) {
    const size_t line = std::min(head.find('\n', at + 1), head.size());
    if (head.substr(at, line - at).find("SMALL PRINT") == head.npos) continue;
    behind = std::min(line + 1, head.size());
  }
  return behind;
}

// "The Project Gutenberg Etext of News from Nowhere, by William Morris", where no field says it.
void ReadFirstLine(std::string_view header, RawText* book) {
  std::string_view line = Trimmed(header.substr(0, header.find('\n')));
  const std::string lower = LowerAscii(line);
  const size_t of = lower.find("text of ");
  if (of == lower.npos || lower.find("gutenberg") > of) return;
  line.remove_prefix(of + std::string_view("text of ").size());
  const size_t by = std::min(line.rfind(" by "), line.size());
  if (by < line.size()) book->meta = {{"author", Trimmed(line.substr(by + 4), " *,")}};
  book->title = Trimmed(line.substr(0, by), " *,");
}

// The first etexts have neither mark: their frame is paragraphs before the book.
bool IsOldEtext(std::string_view text) {
  const std::string head = LowerAscii(text.substr(0, kFirstLinesBytes));
  return head.find("project gutenberg etext of ") != head.npos;
}

void ReadHeader(std::string_view header, RawText* book) {
  book->title = Field(header, "Title");
  const std::string author = Field(header, "Author"),
                    language = LowerAscii(Field(header, "Language"));
  if (book->title.empty()) ReadFirstLine(header, book);
  if (!author.empty()) book->meta = {{"author", author}};
  for (const auto& [name, code] : kLanguages) {
    if (language == name) book->language = code;
  }
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
    const size_t behind = at == whole.npos ? at : BehindMark(whole, at);
    if (behind == whole.npos || behind > end) continue;
    ReadHeader(whole.substr(0, at), &book);
    start = behind;
  }
  if (start == 0) {
    start = BehindSmallPrint(whole.substr(0, end));
    if (start > 0) ReadHeader(whole.substr(0, start), &book);
  }
  if (start == 0 && end == text.size() && !IsOldEtext(whole)) {
    book.text = std::move(text);
    return book;
  }
  book.text = WithoutGutenbergNotes(WithoutEndLines(whole.substr(start, end - start)));
  return book;
}

}  // namespace cria::corpus
