// How text becomes the pieces that the n-gram language model counts and scores. The tokenizer
// itself is the caller's: this room knows no tokenizer.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// Ids with a fixed meaning, as SentencePiece numbers them; pieces of text start at kFirstPieceId.
inline constexpr uint32_t kUnknownId = 0, kBeginId = 1, kEndId = 2, kFirstPieceId = 3;

/// Puts the ids of the pieces of `text` in place of what `ids` held, without marks of begin and
/// end. Must be safe to call from many threads at once.
using PieceSplitter = std::function<void(std::string_view text, std::vector<uint32_t>* ids)>;

/// A splitter with its vocabulary: pieces[id] is the text of an id. The first three are marks, and
/// what stands there is not looked at.
struct Pieces {
  PieceSplitter split;
  std::vector<std::string> pieces;
};

}  // namespace cria::corpus
