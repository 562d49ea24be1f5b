// Shared shingles, counted.
#include "corpus/duplicates/near_copies.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/hash.h"
#include "corpus/paragraphs.h"

namespace cria::corpus {
namespace {

constexpr size_t kShingleWords = 8;

bool IsWordByte(char c) {
  return static_cast<uint8_t>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Hashes of all runs of kShingleWords words.
std::vector<uint64_t> Shingles(std::string_view text) {
  std::vector<uint64_t> words, shingles;
  std::string word;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && IsWordByte(text[i])) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    } else if (!word.empty()) {
      words.push_back(Hash64(word));
      word.clear();
    }
  }
  for (size_t i = 0; i + kShingleWords <= words.size(); ++i) {
    shingles.push_back(Hash64(std::string_view(reinterpret_cast<const char*>(&words[i]),
                                               kShingleWords * sizeof(uint64_t))));
  }
  return shingles;
}

}  // namespace

void NearCopies::HoldOut(std::string_view text) {
  const std::vector<uint64_t> shingles = Shingles(text);
  held_out_.insert(shingles.begin(), shingles.end());
}

void NearCopies::Merge(const NearCopies& other) {
  held_out_.insert(other.held_out_.begin(), other.held_out_.end());
}

bool NearCopies::IsNearCopy(std::string_view text) const {
  const std::vector<uint64_t> shingles = Shingles(text);
  if (shingles.empty()) return false;
  const auto shared = std::count_if(shingles.begin(), shingles.end(),
                                    [&](uint64_t s) { return held_out_.contains(s); });
  return static_cast<double>(shared) > share_ * static_cast<double>(shingles.size());
}

NearCopies::Verdict NearCopies::Judge(std::string_view text, Unit unit) const {
  Verdict verdict;
  if (unit == Unit::kText) {
    verdict.document = IsNearCopy(text);
    return verdict;
  }
  bool heads_nothing = false;  // the last paragraph kept is a heading whose text was a copy
  size_t last = 0;             // where it begins
  const auto drop_heading = [&] {
    verdict.bytes += static_cast<int64_t>(verdict.kept.size() - last);
    verdict.kept.resize(last > 2 ? last - 2 : 0);
    ++verdict.paragraphs;
    heads_nothing = false;
  };
  for (const std::string_view paragraph : SplitParagraphs(text)) {
    if (heads_nothing && IsHeading(paragraph)) drop_heading();
    if (IsNearCopy(paragraph)) {
      const bool first = verdict.kept.empty() && verdict.paragraphs == 0;
      verdict.document = verdict.document || (first && unit == Unit::kTitled);
      ++verdict.paragraphs;
      verdict.bytes += static_cast<int64_t>(paragraph.size());
      heads_nothing = unit == Unit::kParagraph && last < verdict.kept.size() &&
                      IsHeading(std::string_view(verdict.kept).substr(last));
    } else {
      if (!verdict.kept.empty()) verdict.kept += "\n\n";
      last = verdict.kept.size();
      verdict.kept += paragraph;
      heads_nothing = false;
    }
  }
  if (heads_nothing) drop_heading();
  // Short lines have no shingles of their own: the whole is looked at too.
  verdict.document =
      verdict.document || verdict.bytes * 2 > static_cast<int64_t>(text.size()) || IsNearCopy(text);
  return verdict;
}

}  // namespace cria::corpus
