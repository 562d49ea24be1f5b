// Choice by hash of the id, bounds per source, and near-copies by shared shingles.
#include "corpus/holdout.h"

#include <algorithm>
#include <unordered_set>

#include "base/hash.h"

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

using ShingleSet = std::unordered_set<uint64_t>;

bool IsNearCopy(std::string_view text, const ShingleSet& held_out, double max_share) {
  const std::vector<uint64_t> shingles = Shingles(text);
  if (shingles.empty()) return false;
  const auto shared = std::count_if(shingles.begin(), shingles.end(),
                                    [&](uint64_t s) { return held_out.contains(s); });
  return static_cast<double>(shared) > max_share * static_cast<double>(shingles.size());
}

struct Verdict {
  bool document = false;
  int64_t paragraphs = 0, bytes = 0;
  std::string kept;
};

Verdict Judge(const Draft& draft, const ShingleSet& held_out, const Filters& filters) {
  Verdict verdict;
  const std::string& text = draft.document.text;
  if (draft.code) {
    verdict.document = IsNearCopy(text, held_out, filters.near_copy_share);
    return verdict;
  }
  for (const std::string_view paragraph : SplitParagraphs(text)) {
    if (IsNearCopy(paragraph, held_out, filters.near_copy_share)) {
      ++verdict.paragraphs;
      verdict.bytes += static_cast<int64_t>(paragraph.size());
    } else {
      if (!verdict.kept.empty()) verdict.kept += "\n\n";
      verdict.kept += paragraph;
    }
  }
  // Paragraphs that are near-copies and short lines between them: the whole is a near-copy.
  verdict.document = verdict.bytes * 2 > static_cast<int64_t>(text.size()) ||
                     (verdict.bytes == 0 && IsNearCopy(text, held_out, filters.near_copy_share));
  return verdict;
}

}  // namespace

void ChooseHoldout(const Recipe& recipe, std::vector<Draft>* drafts) {
  std::vector<std::vector<std::pair<uint64_t, size_t>>> order(recipe.sources.size());
  std::vector<int64_t> bytes(recipe.sources.size(), 0);
  for (size_t i = 0; i < drafts->size(); ++i) {
    const Draft& draft = (*drafts)[i];
    if (draft.dropped) continue;
    order[draft.source].emplace_back(Hash64(draft.document.id, recipe.seed), i);
    bytes[draft.source] += static_cast<int64_t>(draft.document.text.size());
  }
  const Holdout& rule = recipe.holdout;
  for (size_t s = 0; s < order.size(); ++s) {
    if (rule.share <= 0) continue;
    std::sort(order[s].begin(), order[s].end());
    const auto share = static_cast<int64_t>(rule.share * static_cast<double>(bytes[s]));
    const int64_t target =
        std::min(rule.max_bytes, std::max(share, std::min(rule.min_bytes, bytes[s] / 10)));
    int64_t taken = 0;
    for (const auto& [hash, i] : order[s]) {
      if (taken >= target) break;
      Draft& draft = (*drafts)[i];
      const auto size = static_cast<int64_t>(draft.document.text.size());
      if (taken + size > std::max(rule.max_bytes, target)) continue;
      // A source of few documents keeps at least half of itself for training.
      if (taken + size > bytes[s] / 2) continue;
      draft.holdout = true;
      taken += size;
    }
  }
}

void DropNearCopies(const Context& context, const Filters& filters, std::vector<Draft>* drafts,
                    Drops* drops) {
  ShingleSet held_out;
  for (const Draft& draft : *drafts) {
    if (!draft.holdout || draft.dropped) continue;
    const std::vector<uint64_t> shingles = Shingles(draft.document.text);
    held_out.insert(shingles.begin(), shingles.end());
  }
  if (held_out.empty()) return;
  std::vector<Verdict> verdicts(drafts->size());
  context.ParallelFor(static_cast<int64_t>(drafts->size()), [&](int64_t i) {
    const Draft& draft = (*drafts)[i];
    if (!draft.holdout && !draft.dropped) verdicts[i] = Judge(draft, held_out, filters);
  });
  for (size_t i = 0; i < drafts->size(); ++i) {
    Draft& draft = (*drafts)[i];
    Verdict& verdict = verdicts[i];
    if (verdict.document) {
      DropDraft(&draft, "near_copy_document", drops);
    } else if (verdict.paragraphs > 0) {
      AddDrop(drops, draft.source, "near_copy_paragraph", verdict.paragraphs, verdict.bytes);
      draft.document.text = std::move(verdict.kept);
      if (static_cast<int64_t>(draft.document.text.size()) < filters.min_document_bytes) {
        DropDraft(&draft, "short_after_dedup", drops);
      }
    }
  }
}

}  // namespace cria::corpus
