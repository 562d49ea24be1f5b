// One pass over the characters; what a letter is, and which scripts have no blanks, is asked of the
// fold that finds duplicates.
#include "eval/text_words.h"

#include <utf8proc.h>

#include <algorithm>

#include "base/utf8.h"
#include "corpus/duplicates/folded_text.h"

namespace cria::eval {
namespace {

using corpus::FoldedKind;

bool IsBlank(uint32_t code) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return (code >= 9 && code <= 13) || code == 0x85 ||
         (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP);
}

bool EndsSentence(uint32_t code) {
  constexpr uint32_t kEnds[] = {'.',    '!',    '?',    0x0964, 0x061F,
                                0x2026, 0x3002, 0xFF01, 0xFF0E, 0xFF1F};
  return std::find(std::begin(kEnds), std::end(kEnds), code) != std::end(kEnds);
}

bool Closes(uint32_t code) {  // may stand behind the end of a sentence
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return code == '"' || code == '\'' || category == UTF8PROC_CATEGORY_PE ||
         category == UTF8PROC_CATEGORY_PF;
}

class Splitter {
 public:
  std::vector<TextWord> Split(std::string_view text) {
    bool opens = true;
    for (size_t i = 0; i < text.size(); ++at_) {
      const Utf8Char c = DecodeUtf8(text.substr(i));
      const size_t end = i + static_cast<size_t>(c.length);
      if (IsBlank(c.code)) {
        End();
        opens = opens || c.code == '\n' || (!words_.empty() && words_.back().closes);
      } else {
        const bool alone = corpus::FoldChar(text.substr(i)).kind == FoldedKind::kAlone;
        if (inside_ && alone && (word_.closes || letters_ == 2)) {
          word_.between_blanks = false;
          opens = word_.closes;
          End();
        }
        if (!inside_) Begin(i, opens);
        opens = false;
        Add(c.code, end, alone);
      }
      i = end;
    }
    End();
    return std::move(words_);
  }

 private:
  void Begin(size_t byte, bool opens) {
    word_ = {.begin = byte, .at = at_, .opens = opens};
    letters_ = 0;
    inside_ = true;
  }
  void Add(uint32_t code, size_t end, bool alone) {
    word_.end = end;
    word_.at_end = at_ + 1;
    word_.closes = EndsSentence(code) || (word_.closes && Closes(code));
    if (alone) {
      word_.between_blanks = false;
      ++letters_;
    }
  }
  void End() {
    if (inside_) words_.push_back(word_);
    inside_ = false;
  }

  std::vector<TextWord> words_;
  TextWord word_;
  bool inside_ = false;
  int letters_ = 0;  // of this word, of scripts without blanks
  int64_t at_ = 0;
};

}  // namespace

std::vector<TextWord> SplitWords(std::string_view text) { return Splitter().Split(text); }

BareWord Bare(std::string_view text, const TextWord& word) {
  if (!word.between_blanks) return {};
  BareWord bare;
  size_t end = 0;  // behind the last letter or mark of it; 0: none yet
  for (size_t i = word.begin; i < word.end;) {
    const FoldedKind kind = corpus::FoldChar(text.substr(i)).kind;
    const size_t next = i + static_cast<size_t>(DecodeUtf8(text.substr(i)).length);
    if (kind == FoldedKind::kDigit) return {};
    if (kind == FoldedKind::kLetter || (kind == FoldedKind::kSkip && end == i)) {
      if (end == 0) bare.begin = i;
      if (end != 0 && end != i) return {};  // letters, marks, letters again
      end = next;
      ++bare.characters;
    }
    i = next;
  }
  if (end == 0) return {};
  bare.text = text.substr(bare.begin, end - bare.begin);
  return bare;
}

}  // namespace cria::eval
