// Pieces beyond those of a tokenizer.
#include "tokenizer/vocabulary.h"

#include <fmt/format.h>

namespace cria::tokenizer {

void FillVocabulary(int64_t vocab_size, Vocabulary* vocabulary) {
  auto& pieces = vocabulary->model.pieces;
  for (int64_t id = std::ssize(pieces); id < vocab_size; ++id) {
    pieces.push_back({fmt::format("<unused {}>", id), 0, PieceType::kControl});
  }
}

}  // namespace cria::tokenizer
