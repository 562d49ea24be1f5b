// The held-out part: chosen by hash, and kept out of the training part in near-copies too.
#pragma once

#include <vector>

#include "base/context.h"
#include "corpus/draft.h"

namespace cria::corpus {

/// Marks `holdout` on documents of every source, in the order of a hash of seed and id, until
/// max(share of the source's bytes, min_bytes or a tenth of the source) but at most max_bytes are
/// marked. Documents that would pass max_bytes are passed over.
void ChooseHoldout(const Recipe& recipe, std::vector<Draft>* drafts);

/// Shingles are runs of 8 words (letters and digits, ASCII in lower case). A paragraph of the
/// training part that shares more than filters.near_copy_share of its shingles with the held-out
/// text of any source goes as near_copy_paragraph; a document that loses more than half of its
/// bytes so goes whole, as near_copy_document. Code is judged as whole documents.
void DropNearCopies(const Context& context, const Filters& filters, std::vector<Draft>* drafts,
                    Drops* drops);

}  // namespace cria::corpus
