// Held-out text as eval wants it: documents with their ids, from a corpus folder or from files.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "eval/bits_per_byte.h"
#include "tokenizer/tokenizer.h"

namespace cria::app {

/// The held-out documents of a corpus, at most `limit` per source (0: all), ids with BOS first.
std::vector<eval::HeldOutDocument> ReadHeldOut(const Context& context, const fs::path& corpus_dir,
                                               const tokenizer::Tokenizer& tokenizer,
                                               int64_t limit);

/// Each file is one document, or, for JSON lines ({"text": ...}, also .gz and .zst), one per line;
/// the file's name is the source. Text that is not UTF-8 throws Error.
std::vector<eval::HeldOutDocument> ReadTexts(const Context& context,
                                             const std::vector<std::string>& paths,
                                             const tokenizer::Tokenizer& tokenizer, int64_t limit);

}  // namespace cria::app
