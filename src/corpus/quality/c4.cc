// The order of the tests is the reference's: it decides which reason is counted, and that a "{" in
// a line which goes anyway does not cost the page.
#include "corpus/quality/c4.h"

#include <utf8proc.h>

#include <algorithm>

#include "base/utf8.h"
#include "corpus/quality/sentences.h"
#include "corpus/quality/white_space.h"

namespace cria::corpus {
namespace {

constexpr std::string_view kPolicies[] = {"terms of use", "privacy policy", "cookie policy",
                                          "uses cookies", "use of cookies", "use cookies"};

// First bytes of line ends: the search for them touches every byte of a dump.
constexpr auto kMayEndLine = [] {
  std::array<bool, 256> table{};
  for (const int c : {0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0xc2, 0xe2}) table[c] = true;
  return table;
}();

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

int64_t CountCharacters(std::string_view text) {
  return static_cast<int64_t>(text.size()) -
         std::count_if(text.begin(), text.end(), IsContinuation);
}

struct LineWords {
  int64_t words = 0, longest = 0;  // characters of the longest
};

LineWords MeasureWords(std::string_view line) {
  LineWords result;
  int64_t length = 0;
  for (size_t i = 0; i < line.size();) {
    const size_t space = MayBeSpace(line[i]) ? WhiteSpaceAt(line, i) : 0;
    if (space > 0) {
      length = 0;
      i += space;
      continue;
    }
    if (!IsContinuation(line[i])) {
      result.words += length == 0;
      result.longest = std::max(result.longest, ++length);
    }
    ++i;
  }
  return result;
}

// Bytes of the decimal digit at `i` (of any script, as \d of the reference), or 0.
size_t DigitAt(std::string_view text, size_t i) {
  if (static_cast<uint8_t>(text[i]) < 0x80) return text[i] >= '0' && text[i] <= '9';
  const Utf8Char c = DecodeUtf8(text.substr(i));
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c.code));
  return category == UTF8PROC_CATEGORY_ND ? static_cast<size_t>(c.length) : 0;
}

// Bytes of the mark of Wikipedia at `i`, where a '[' stands: "[12]", "[]", "[edit]",
// "[citation needed]"; 0 if it is none.
size_t CitationAt(std::string_view line, size_t i) {
  for (const std::string_view mark : {"[edit]", "[citation needed]"})
    if (line.substr(i).starts_with(mark)) return mark.size();
  size_t end = i + 1;
  while (end < line.size()) {
    const size_t digit = DigitAt(line, end);
    if (digit == 0) break;
    end += digit;
  }
  return end < line.size() && line[end] == ']' ? end + 1 - i : 0;
}

// `line` without such marks; in `*space` if there are any. White space that then ends the line
// stays, and the line has no end mark, as in the reference.
std::string_view RemoveCitations(std::string_view line, std::string* space) {
  size_t open = line.find('[');
  if (open == line.npos) return line;
  space->clear();
  size_t copied = 0;
  for (; open != line.npos; open = line.find('[', open)) {
    const size_t mark = CitationAt(line, open);
    if (mark == 0) {
      ++open;
      continue;
    }
    space->append(line, copied, open - copied);
    copied = open += mark;
  }
  if (copied == 0) return line;
  space->append(line, copied);
  return *space;
}

bool HasEndMark(std::string_view line) {
  return !line.empty() && std::string_view(".?!\"").find(line.back()) != line.npos &&
         !line.ends_with("...");
}

bool HoldsPolicy(std::string_view lower) {
  for (const std::string_view policy : kPolicies)
    if (lower.find(policy) != lower.npos) return true;
  return false;
}

// In small letters; those outside ASCII only if `all`, as no rule but the bad words looks at them.
void ToSmallLetters(std::string_view line, bool all, std::string* lower) {
  lower->assign(line);
  char high = 0;
  for (char& c : *lower) {  // without branches, so that it is vectorised
    high = static_cast<char>(high | c);
    c = static_cast<char>(c | (static_cast<uint8_t>(c - 'A') < 26 ? 0x20 : 0));
  }
  const bool ascii = static_cast<uint8_t>(high) < 0x80;
  if (ascii || !all) return;
  lower->clear();
  for (size_t i = 0; i < line.size();) {
    const Utf8Char c = DecodeUtf8(line.substr(i));
    AppendUtf8(static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c.code))),
               lower);
    i += static_cast<size_t>(c.length);
  }
}

class Cleaner {
 public:
  explicit Cleaner(const C4Options& options) : options_(options) {}

  // False: the page goes.
  bool Take(std::string_view line) {
    line = StripWhiteSpace(line);
    const LineWords words = MeasureWords(line);
    if (words.longest > options_.max_word_characters) return Drop(C4LineReason::kLongWord);
    const std::string_view cited = RemoveCitations(line, &without_marks_);
    if (!HasEndMark(cited)) return Drop(C4LineReason::kNoEndMark);
    const bool same = cited.size() == line.size();
    if ((same ? words : MeasureWords(cited)).words < options_.min_words_per_line)
      return Drop(C4LineReason::kFewWords);
    ToSmallLetters(cited, options_.bad_words != nullptr, &lower_);
    if (Holds("lorem ipsum")) return DropPage("lorem_ipsum");
    if (Holds("javascript")) return Drop(C4LineReason::kJavascript);
    if (cited.find('{') != cited.npos) return DropPage("curly_bracket");
    if (HoldsPolicy(lower_)) return Drop(C4LineReason::kPolicy);
    if (options_.bad_words != nullptr && options_.bad_words->FoundIn(lower_))
      return DropPage("bad_word");
    verdict_.sentences += CountSentences(cited);
    if (verdict_.lines_kept++ > 0) verdict_.text += '\n';
    verdict_.text += cited;
    return true;
  }

  bool DropPage(const char* reason) {
    verdict_.dropped = reason;
    verdict_.text.clear();
    return false;
  }

  C4Verdict Finish() {
    if (verdict_.dropped == nullptr && verdict_.sentences < options_.min_sentences)
      DropPage("few_sentences");
    // A mark that opened the text may have left a space there.
    const std::string_view stripped = StripWhiteSpace(verdict_.text);
    if (stripped.size() < verdict_.text.size()) verdict_.text = std::string(stripped);
    return std::move(verdict_);
  }

 private:
  bool Drop(C4LineReason reason) {
    ++verdict_.lines_dropped[static_cast<size_t>(reason)];
    return true;
  }
  bool Holds(std::string_view phrase) const { return lower_.find(phrase) != lower_.npos; }

  const C4Options& options_;
  C4Verdict verdict_;
  std::string without_marks_, lower_;
};

}  // namespace

C4Verdict CleanC4(std::string_view text, const C4Options& options) {
  Cleaner cleaner(options);
  if (CountCharacters(text) > options.max_page_characters) {
    cleaner.DropPage("too_long");
    return cleaner.Finish();
  }
  for (size_t i = 0; i < text.size();) {
    size_t end = i, line_end = 0;
    while (end < text.size() && (!kMayEndLine[static_cast<uint8_t>(text[end])] ||
                                 (line_end = LineEndAt(text, end)) == 0))
      ++end;
    if (!cleaner.Take(text.substr(i, end - i))) break;
    i = end + line_end;
  }
  return cleaner.Finish();
}

}  // namespace cria::corpus
