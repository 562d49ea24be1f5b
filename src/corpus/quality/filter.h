// The quality filters: which documents are too short or not text. Thresholds and their sources
// stand in filter.cc. Not duplicates, not languages.
#pragma once

#include <string_view>

#include "corpus/recipe.h"

namespace cria::corpus {

/// Reason to drop, or null: too_short, damaged_encoding, symbols, word_length, repeated_lines; for
/// code too_short, long_lines, symbols.
const char* RejectReason(std::string_view text, bool code, const Filters& filters);

}  // namespace cria::corpus
