// Marks of a note: a heading that names the transcription in one of eleven languages, words that no
// printed book has ("e-text", "UTF-8"), and for lists of changes the words that such lists use.
#include "corpus/formats/books/gutenberg_notes.h"

#include <algorithm>
#include <cctype>

#include "base/ascii.h"

namespace cria::corpus {
namespace {

constexpr size_t kEndBytes = 48'000;     // notes at the end stand within so much of it
constexpr size_t kBracketBytes = 4'000;  // a note in brackets is no longer
constexpr size_t kHeadBytes = 12'000;    // credits and notes before the book
constexpr int kMaxHeadParagraphs = 60;
constexpr size_t kMaxCreditBytes = 1'200;
constexpr size_t kMaxHeadingBytes = 80;
constexpr size_t kLookAheadBytes = 600;
constexpr size_t kMaxIndent = 8;
constexpr int kMaxTries = 8;  // headings at the end that are followed to the end of the text

bool HasAny(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view word) { return text.find(word) != text.npos; });
}

// In lower case, with one kind of apostrophe and single spaces, without the signs of boxes and of
// emphasis before it.
std::string Plain(std::string_view text) {
  std::string plain;
  const std::string lower = LowerAscii(text);
  for (size_t i = 0; i < lower.size(); ++i) {
    if (lower.compare(i, 3, "\u2019") == 0) {
      plain += '\'';
      i += 2;
    } else if (lower[i] == ' ' || lower[i] == '\n' || lower[i] == '|' || lower[i] == '_') {
      if (!plain.empty() && plain.back() != ' ') plain += ' ';
    } else if (!plain.empty() ||
               std::string_view("+-=*~").find(lower[i]) == std::string_view::npos) {
      plain += lower[i];
    }
  }
  return plain;
}

// Words that only those use who make a file of a book.
bool SpeaksOfFile(std::string_view plain) {
  return HasAny(plain, {"e-text",
                        "etext",
                        "project gutenberg",
                        "projekt gutenberg",
                        "progetto gutenberg",
                        "gutenberg.net",
                        "gutenberg.org",
                        "pgdp.net",
                        "distributed proofread",
                        "utf-8",
                        "html version",
                        "text version",
                        "text readers",
                        "underscore",
                        "html edition",
                        "electronic edition",
                        "electronic version",
                        "livre électronique",
                        "version électronique",
                        "ebooksgratuits",
                        "edición electrónica",
                        "edizione elettronica",
                        "edição electrónica",
                        "elektronische ausgabe",
                        "this ebook",
                        "sähkökirja"});
}

bool NamesTranscription(std::string_view plain) {
  return HasAny(plain, {"project gutenberg", "transcri", "transkri", "trascri", "transskri",
                        "e-text", "e-tekst", "etext", "bewerker", "proofreader"});
}

bool IsWordOfNote(std::string_view plain) {
  return HasAny(plain, {"note", "nota", "noot", "anmerkung", "hinweis", "opmerking", "huomaut",
                        "aantekening", "errata", "error", "anmärkning", "bemærkning", "changes",
                        "korrektur", "correct", "remark", "uwagi", "avis"});
}

size_t ParagraphEnd(std::string_view text) { return std::min(text.find("\n\n"), text.size()); }

// "TRANSCRIBER'S NOTES", "Anmerkungen zur Transkription:", "[Note du transcripteur: ...".
// `text` begins with the paragraph and goes on: "Au lecteur" heads prefaces too.
bool IsNoteHeading(std::string_view text) {
  std::string plain = Plain(text.substr(0, std::min(ParagraphEnd(text), 3 * kMaxHeadingBytes)));
  if (plain.starts_with('[')) plain.erase(0, 1);
  if (plain.starts_with("music: ")) plain.erase(0, std::string_view("music: ").size());
  if (plain.starts_with("lista de erros corrigidos")) return true;
  const std::string_view first =
      std::string_view(plain).substr(0, std::min(plain.find_first_of(":.]"), kMaxHeadingBytes));
  // "Transcriber's note" within a sentence is no heading: few words come before its colon.
  if (std::count(first.begin(), first.end(), ' ') > 7) {
    return StartsWithAny(plain, {"transcriber's note", "transcribers note", "transcribers' note"});
  }
  if (StartsWithAny(first, {"transcriber", "etext transcriber", "e-text transcriber"})) {
    return IsWordOfNote(first);
  }
  if (first == "au lecteur") {
    return HasAny(Plain(text.substr(0, kLookAheadBytes)),
                  {"électronique", "italiques", "ci-après"});
  }
  return NamesTranscription(first) && IsWordOfNote(first) &&
         StartsWithAny(first, {"not",      "noot",     "anmerk",  "hinweis",    "opmerk", "huomaut",
                               "aanteken", "errata",   "error",   "typo",       "anmärk", "bemærk",
                               "list",     "changes",  "korrekt", "correct",    "remark", "uwagi",
                               "further",  "transkri", "sähkö",   "proofreader"});
}

// A paragraph that may stand in a list of changes or in remarks on how a book was typed.
bool ReadsLikeNote(std::string_view paragraph) {
  const std::string plain = Plain(paragraph);
  if (SpeaksOfFile(plain)) return true;
  return HasAny(plain, {"original",
                        "corrected",
                        "correction",
                        "changed ",
                        "unchanged",
                        "typo",
                        "spelling",
                        "punctuation",
                        "hyphen",
                        "as printed",
                        "missing",
                        "retained",
                        "italic",
                        "footnote",
                        "ascii",
                        "inconsisten",
                        "standardi",
                        "text has",
                        "text reads",
                        "underscore",
                        "small caps",
                        "represents a",
                        "illustrations have",  //
                        "corrig",
                        "orthograph",
                        "remplac",
                        "coquille",
                        "ponctuation",
                        "typograph",  // fr
                        "korrigiert",
                        "geändert",
                        "schreibweise",
                        "druckfehler",
                        "rechtschreib",
                        "kursiv",  // de
                        "gesperrt",
                        "fraktur",
                        "antiqua",
                        "ersetzt",  //
                        "gewijzigd",
                        "verbeterd",
                        "bladzijde",
                        "correctie",
                        "drukfout",  // nl
                        "corrett",
                        "corsivo",
                        "tipografic",
                        "ortografia",
                        "refuso",
                        "refusi",  // it
                        "correg",
                        "ortograf",
                        "cursiva",
                        "errata",  // es
                        "correcç",
                        "corrigid",
                        "itálico",  // pt
                        "korjat",
                        "painovirhe",
                        "alkuperäis",
                        "kursiiv",
                        "alkuteos",  // fi
                        "ändrat",
                        "rättat",
                        "trykfejl",
                        "rettet",
                        "tryckfel"});
}

// "Page 11:", "32.png", "S. 8:", "[Pg 4": an entry of a list of changes.
bool IsEntry(std::string_view paragraph) {
  const std::string plain = Plain(paragraph.substr(0, 40));
  const std::string_view text = std::string_view(plain).substr(plain.starts_with('[') ? 1 : 0);
  return StartsWithAny(text, {"page", "pg", "p. ", "pag", "s. ", "seite", "blz", "bl. ", "sivu",
                              "line", "chapter", "pág", "\"", "“", "«", "„", "... ", "- "}) ||
         (!text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) != 0);
}

// "*   *   *", "-----": what parts a note from the book.
bool IsRule(std::string_view paragraph) {
  return !paragraph.empty() && paragraph.find_first_not_of(" *-=_~+\n") == paragraph.npos;
}

// Where the bracket ends that begins `text`; npos if that is too far off.
size_t BracketEnd(std::string_view text) {
  int depth = 0;
  const size_t most = std::min(text.size(), kBracketBytes);
  for (size_t i = 0; i < most; ++i) {
    if (text[i] == '[') ++depth;
    if (text[i] == ']' && --depth == 0) return i + 1;
  }
  return text.npos;
}

bool IsCredit(std::string_view paragraph) {
  if (paragraph.size() > kMaxCreditBytes) return false;
  const std::string plain = Plain(paragraph);
  return SpeaksOfFile(plain) || StartsWithAny(plain, {"produced by",
                                                      "this etext",
                                                      "this e-text",
                                                      "this ebook was",
                                                      "transcribed by",
                                                      "transcribed from",
                                                      "html version by",
                                                      "prepared by",
                                                      "credits:",
                                                      "scanned by",
                                                      "scanned and",
                                                      "digitized by",
                                                      "proofread by",
                                                      "ebook prepared by",
                                                      "text scanned by",
                                                      "copyright laws are changing",
                                                      "please take a look at the important",
                                                      "**welcome to the world",
                                                      "note: images of the original",
                                                      "the internet wiretap"});
}

// Length of the note that begins `text`, to the end of its last paragraph: its heading and the
// paragraphs that read like it, up to a gap of two blank lines.
size_t NoteLength(std::string_view text) {
  size_t end = ParagraphEnd(text);
  // A heading alone has its text indented under it; what stands further right is a title page.
  const bool alone = end < kMaxHeadingBytes;
  while (end < text.size() && end < kHeadBytes) {
    const std::string_view rest = text.substr(end + 2);
    if (rest.starts_with('\n') || rest.empty()) break;
    const std::string_view paragraph = rest.substr(0, ParagraphEnd(rest));
    const bool indented =
        alone && paragraph.starts_with(' ') && paragraph.find_first_not_of(' ') <= kMaxIndent;
    const bool goes_on = indented || ReadsLikeNote(paragraph);
    if (!goes_on || IsRule(paragraph)) break;
    end += 2 + paragraph.size();
  }
  return end;
}

// A block before the book that has no heading but ends with words on its file: "The listed errata
// have been corrected. (...) This is not in the text version." 0 if `text` does not begin with one.
size_t RemarksLength(std::string_view text) {
  const size_t gap = std::min(text.find("\n\n\n"), text.size());
  const std::string_view block = text.substr(0, gap);
  if (gap == text.size() || gap > 4 * kMaxCreditBytes) return 0;
  if (!ReadsLikeNote(block.substr(0, ParagraphEnd(block)))) return 0;
  return SpeaksOfFile(Plain(block)) ? gap : 0;
}

std::string_view WithoutHead(std::string_view text) {
  text = WithoutBlankEnds(text);
  bool taken = false;
  for (int i = 0; i < kMaxHeadParagraphs; ++i) {
    const std::string_view paragraph = text.substr(0, ParagraphEnd(text));
    size_t length = 0;
    if (IsNoteHeading(text)) {
      length = NoteLength(text);
    } else if (IsCredit(paragraph) || (taken && IsRule(paragraph))) {
      length = paragraph.size();
    } else {
      length = RemarksLength(text);
    }
    if (length == 0) break;
    taken = true;
    text = WithoutBlankEnds(text.substr(length));
  }
  return text;
}

// Whether all of `list`, which follows the heading of a note at the end, may be of the note.
bool IsListOfChanges(std::string_view list) {
  int notes = 0, others = 0;
  while (!list.empty()) {
    const std::string_view paragraph = list.substr(0, ParagraphEnd(list));
    list.remove_prefix(std::min(paragraph.size() + 2, list.size()));
    if (ReadsLikeNote(paragraph) || IsEntry(paragraph)) {
      ++notes;
    } else if (paragraph.size() >= kMaxHeadingBytes) {
      ++others;
    }
  }
  return notes >= others;
}

// A list of misprints that stand in the file: the book's own says "for x read y".
bool IsErrataOfFile(std::string_view text) {
  const std::string plain = Plain(text.substr(0, 40));
  if (!plain.starts_with("errata") || text.size() > kEndBytes / 4) return false;
  const std::string all = Plain(text);
  int words = 0;
  for (const std::string_view word :
       {"punctuation", "unchanged", "missing", "as printed", "text has", "text reads", "invisible",
        "in original", "transcriber", "hyphen"}) {
    if (all.find(word) != all.npos) ++words;
  }
  return words >= 2;
}

std::string_view WithoutEnd(std::string_view text) {
  text = WithoutBlankEnds(text);
  int tries = 0;
  size_t at = text.size() > kEndBytes ? text.size() - kEndBytes : 0;
  for (at = text.find("\n\n", at); at != text.npos && tries < kMaxTries;
       at = text.find("\n\n", at + 2)) {
    const std::string_view rest = WithoutBlankEnds(text.substr(at));
    const size_t first = ParagraphEnd(rest);
    const std::string_view heading = rest.substr(0, first);
    if (!IsNoteHeading(rest) && !Plain(heading.substr(0, 20)).starts_with("errata")) continue;
    ++tries;
    const bool is_note = (!heading.starts_with('[') && IsNoteHeading(rest) &&
                          IsListOfChanges(rest.substr(std::min(first + 2, rest.size())))) ||
                         IsErrataOfFile(rest);
    if (is_note) {
      text = WithoutBlankEnds(text.substr(0, at));
      break;
    }
  }
  for (size_t begin = text.rfind("\n\n");
       begin != text.npos && IsRule(WithoutBlankEnds(text.substr(begin)));
       begin = text.rfind("\n\n")) {
    text = WithoutBlankEnds(text.substr(0, begin));
  }
  return text;
}

// Whether the bracket that begins `text` is a note; `first` if a paragraph begins with it.
bool IsNoteInBrackets(std::string_view text, size_t length, bool first) {
  if (IsNoteHeading(text.substr(0, length))) return true;
  return first && SpeaksOfFile(Plain(text.substr(0, length)));
}

// A quick look: most brackets are footnotes and pictures.
bool MayBeNoteInBrackets(std::string_view text, bool first) {
  if (text.substr(0, 2) == "[[" || text.substr(0, 3) == "[Il") return false;
  const std::string begin = Plain(text.substr(0, kMaxHeadingBytes));
  return NamesTranscription(begin) ||
         (first &&
          StartsWithAny(begin, {"[this ", "[the ", "[note", "[der ", "[die ", "[ce ", "[diese"}));
}

// Length of the music in LilyPond's language that `text` begins with, to the line of its version,
// which stands last in what typists write; else 0.
size_t MusicLength(std::string_view text) {
  constexpr size_t kMaxMusic = 16'000;
  const size_t begin = text.find_first_not_of(" \n");
  if (begin == text.npos || std::string_view("\\{%").find(text[begin]) == std::string_view::npos) {
    return 0;
  }
  const size_t version = text.substr(0, kMaxMusic).find("\n\\version \"");
  return version == text.npos ? 0 : std::min(text.find('\n', version + 1), text.size());
}

std::string WithoutBrackets(std::string_view text) {
  std::string out;
  while (true) {
    const size_t at = text.find('[');
    if (at == text.npos) break;
    out += text.substr(0, at);
    text.remove_prefix(at);
    const std::string_view before(out.data(), out.find_last_not_of(' ') + 1);
    const bool first = out.size() < 2 * kHeadBytes && (before.empty() || before.ends_with("\n\n"));
    const bool maybe = MayBeNoteInBrackets(text, first);
    const size_t length = maybe ? BracketEnd(text) : text.npos;
    if (length == text.npos || !IsNoteInBrackets(text, length, first)) {
      out += '[';
      text.remove_prefix(1);
      continue;
    }
    const bool music = LowerAscii(text.substr(0, length)).find("lilypond") != std::string::npos;
    text.remove_prefix(length);
    if (music) text.remove_prefix(MusicLength(text));
    while (out.ends_with(' ')) out.pop_back();
    if (out.empty() || out.ends_with('\n'))
      text.remove_prefix(std::min(text.find_first_not_of("\n"), text.size()));
  }
  return out += text;
}

}  // namespace

std::string_view WithoutBlankEnds(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  const size_t begin = std::min(text.find_first_not_of(" \n"), text.size());
  const size_t line = text.substr(0, begin).rfind('\n');
  text.remove_prefix(line == text.npos ? 0 : line + 1);
  return text;
}

std::string WithoutGutenbergNotes(std::string_view book) {
  const std::string whole = WithoutBrackets(book);
  return std::string(WithoutEnd(WithoutHead(whole)));
}

}  // namespace cria::corpus
