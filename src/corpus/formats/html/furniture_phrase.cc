// Phrases lie by their first word, so that each word of a block is looked up once.
#include "corpus/formats/html/furniture_phrase.h"

#include <utf8proc.h>

#include <algorithm>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/utf8.h"

namespace cria::corpus {
namespace {

using Use = FurniturePhrase;

bool IsLetter(uint32_t code) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
}

bool IsApostrophe(uint32_t code) { return code == '\'' || code == 0x2019 || code == 0x02bc; }

// Words in lower case with one space between; a number is "0", an apostrophe, a soft hyphen and
// what has no width nothing.
void FoldWords(std::string_view text, std::string* out) {
  out->clear();
  enum { kSpace, kWord, kNumber } state = kSpace;
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    text.remove_prefix(static_cast<size_t>(c.length));
    if (c.code == 0xad || (c.code >= 0x200b && c.code <= 0x200d)) continue;
    if (IsApostrophe(c.code)) continue;
    const bool digit = c.code >= '0' && c.code <= '9';
    const bool letter = c.code < 0x80 ? (c.code | 32) >= 'a' && (c.code | 32) <= 'z'
                                      : c.code == 0xa9 || IsLetter(c.code);
    if (!digit && !letter) {
      state = kSpace;
      continue;
    }
    const auto next = digit ? kNumber : kWord;
    if (state != next && !out->empty()) *out += ' ';
    if (digit && state != kNumber) *out += '0';
    if (!digit) {
      AppendUtf8(static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c.code))),
                 out);
    }
    state = c.code == 0xa9 ? kSpace : next;
  }
}

std::string_view FirstWord(std::string_view words) { return words.substr(0, words.find(' ')); }

class Finder {
 public:
  Finder() {
    AddTable(FurniturePhraseTable());
    AddTable(FurniturePhraseTableRomance());
    AddTable(FurniturePhraseTableEast());
  }

  void AddTable(std::span<const FurniturePhrases> table) {
    std::string folded;
    for (const FurniturePhrases& row : table) {
      std::string_view rest = row.texts;
      while (!rest.empty()) {
        const size_t end = std::min(rest.find('|'), rest.size());
        FoldWords(rest.substr(0, end), &folded);
        Add(folded, row.use);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
  }

  FurniturePhraseSet Find(std::string_view block) const {
    std::string folded;
    size_t label_size = 0;
    if (const size_t end = LabelEnd(block); end > 0) {
      FoldWords(block.substr(0, end), &folded);
      label_size = folded.size();
    }
    FoldWords(block, &folded);
    const std::string_view words = folded;
    FurniturePhraseSet found;
    for (size_t at = 0; at < words.size();) {
      const std::string_view rest = words.substr(at);
      const std::string_view word = FirstWord(rest);
      const auto phrases = by_word_.find(word);
      if (phrases != by_word_.end()) {
        for (const Phrase& phrase : phrases->second) {
          if (!rest.starts_with(phrase.words)) continue;
          const bool label = at == 0 && phrase.words.size() == label_size;
          if (Stands(phrase, rest, at == 0, label)) found.Add(phrase.use);
        }
      }
      at += word.size() + 1;
    }
    return found;
  }

 private:
  struct Phrase {
    std::string words;
    Use use;
  };

  void Add(const std::string& words, Use use) {
    const auto spaces = std::count(words.begin(), words.end(), ' ');
    // One word may head anything, and a sentence may start with one or two.
    if (spaces == 0 && (use == Use::kSection || use == Use::kComments)) use = Use::kLast;
    if (spaces < 2 && use == Use::kStart && words != "©") use = Use::kWord;
    by_word_[std::string(FirstWord(words))].push_back({words, use});
  }

  // The end of "Photo" in "Photo: N. N."; 0 if there is no such word.
  static size_t LabelEnd(std::string_view block) {
    constexpr size_t kMaxLabel = 60;
    const size_t end = block.substr(0, kMaxLabel).find_first_of(":|");
    return end == block.npos ? 0 : end;
  }

  static bool Stands(const Phrase& phrase, std::string_view rest, bool front, bool label) {
    rest.remove_prefix(phrase.words.size());
    if (!rest.empty() && rest[0] != ' ') return false;
    // "Comments (3)": the number at the end says nothing.
    const bool ends = rest.empty() || rest == " 0" || rest == " 0 0";
    switch (phrase.use) {
      case Use::kInside:
        return true;
      case Use::kWord:
      case Use::kStart:
      case Use::kHead:
        return front;
      case Use::kLabel:
        return label;
      default:
        return front && ends;
    }
  }

  // Looks words up without making strings of them.
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view word) const { return std::hash<std::string_view>()(word); }
  };
  std::unordered_map<std::string, std::vector<Phrase>, Hash, std::equal_to<>> by_word_;
};

}  // namespace

FurniturePhraseSet FindFurniturePhrases(std::string_view block) {
  static const Finder finder;
  return finder.Find(block);
}

}  // namespace cria::corpus
