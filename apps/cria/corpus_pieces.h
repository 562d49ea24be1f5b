// cria's tokenizers as the corpus room's language models see them.
#pragma once

#include "base/file.h"
#include "corpus/quality/pieces.h"
#include "tokenizer/tokenizer.h"

namespace cria::app {

/// The pieces of a tokenizer file. The splitter owns the tokenizer and may be called from many
/// threads.
corpus::Pieces LoadPieces(const fs::path& path);
corpus::Pieces PiecesOf(tokenizer::Tokenizer tokenizer);

}  // namespace cria::app
