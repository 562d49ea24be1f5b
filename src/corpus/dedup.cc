// Sets of 64-bit digests of normalised paragraphs and documents.
#include "corpus/dedup.h"

#include <unordered_set>

#include "base/hash.h"

namespace cria::corpus {
namespace {

struct Hashes {
  uint64_t document = 0;
  std::vector<uint64_t> paragraphs;  // 0: too short to be a duplicate
};

Hashes HashDraft(const Draft& draft, const Filters& filters) {
  Hashes hashes;
  if (draft.dropped) return hashes;
  hashes.document = Hash64(draft.document.text);
  if (draft.code) return hashes;
  for (const std::string_view paragraph : SplitParagraphs(draft.document.text)) {
    const bool counts = static_cast<int64_t>(paragraph.size()) >= filters.min_duplicate_bytes;
    hashes.paragraphs.push_back(counts ? Hash64(paragraph, 1) | 1 : 0);
  }
  return hashes;
}

}  // namespace

void DropDuplicates(const Context& context, const Filters& filters, std::vector<Draft>* drafts,
                    Drops* drops) {
  std::vector<Hashes> hashes(drafts->size());
  context.ParallelFor(static_cast<int64_t>(drafts->size()),
                      [&](int64_t i) { hashes[i] = HashDraft((*drafts)[i], filters); });
  std::unordered_set<uint64_t> documents, paragraphs;
  for (size_t i = 0; i < drafts->size(); ++i) {
    Draft& draft = (*drafts)[i];
    if (draft.dropped) continue;
    if (!documents.insert(hashes[i].document).second) {
      DropDraft(&draft, "duplicate_document", drops);
      continue;
    }
    std::string kept;
    int64_t dropped = 0, dropped_bytes = 0;
    std::vector<uint64_t> added;  // forgotten again if the document goes: its text is not kept
    const std::vector<std::string_view> parts =
        draft.code ? std::vector<std::string_view>() : SplitParagraphs(draft.document.text);
    for (size_t p = 0; p < parts.size(); ++p) {
      const uint64_t hash = hashes[i].paragraphs[p];
      if (hash != 0) {
        if (!paragraphs.insert(hash).second) {
          ++dropped;
          dropped_bytes += static_cast<int64_t>(parts[p].size());
          continue;
        }
        added.push_back(hash);
      }
      if (!kept.empty()) kept += "\n\n";
      kept += parts[p];
    }
    if (dropped == 0) continue;
    AddDrop(drops, draft.source, "duplicate_paragraph", dropped, dropped_bytes);
    draft.document.text = std::move(kept);
    if (static_cast<int64_t>(draft.document.text.size()) < filters.min_document_bytes) {
      DropDraft(&draft, "short_after_dedup", drops);
      for (const uint64_t hash : added) paragraphs.erase(hash);
    }
  }
}

}  // namespace cria::corpus
