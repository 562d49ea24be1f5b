// Exact duplicates: whole documents, and paragraphs over the whole corpus. The first one in the
// order of the recipe stays. Near-copies are holdout.h's matter.
#pragma once

#include <vector>

#include "base/context.h"
#include "corpus/draft.h"

namespace cria::corpus {

/// Drops duplicate_document and duplicate_paragraph; a document that becomes shorter than the
/// minimum goes as short_after_dedup. Paragraphs are compared as they stand; those shorter than
/// filters.min_duplicate_bytes (headings) stay. Code is compared as whole documents only.
void DropDuplicates(const Context& context, const Filters& filters, std::vector<Draft>* drafts,
                    Drops* drops);

}  // namespace cria::corpus
