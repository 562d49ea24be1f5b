// Ids pass through: both sides number unknown, begin and end as SentencePiece does.
#include "corpus_pieces.h"

#include <memory>

#include "base/error.h"

namespace cria::app {

corpus::Pieces PiecesOf(tokenizer::Tokenizer tokenizer) {
  corpus::Pieces pieces;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    pieces.pieces.push_back(tokenizer.Piece(id));
  }
  const auto own = std::make_shared<tokenizer::Tokenizer>(std::move(tokenizer));
  pieces.split = [own](std::string_view text, std::vector<uint32_t>* ids) {
    thread_local std::vector<int32_t> encoded;
    encoded.clear();
    own->Encode(text, &encoded);
    ids->assign(encoded.begin(), encoded.end());
  };
  return pieces;
}

corpus::Pieces LoadPieces(const fs::path& path) {
  tokenizer::Tokenizer tokenizer = tokenizer::Tokenizer::Load(path);
  const bool usual = tokenizer.unk_id() == static_cast<int32_t>(corpus::kUnknownId) &&
                     tokenizer.bos_id() == static_cast<int32_t>(corpus::kBeginId) &&
                     tokenizer.eos_id() == static_cast<int32_t>(corpus::kEndId);
  if (!usual) {
    throw Error("a language model needs a tokenizer whose ids 0, 1 and 2 are <unk>, <s> and </s>",
                path.string(), "train one with `cria corpus model perplexity`");
  }
  return PiecesOf(std::move(tokenizer));
}

}  // namespace cria::app
