// What a tokenizer's file says, whatever its format: pieces, scores, kinds, and for byte-level
// models their merges. The readers are model_proto.h, hugging_face.h and gguf_vocabulary.h.
#pragma once

#include <optional>

#include "tokenizer/byte_level.h"
#include "tokenizer/model_proto.h"

namespace cria::tokenizer {

struct Vocabulary {
  ModelProto model;                          ///< pieces by id; byte-level ones as files write them
  std::optional<ByteLevelModel> byte_level;  ///< set: GPT-2's rule instead of SentencePiece's
  /// Unset: by the names "<s>" and "</s>". -1: there is none.
  std::optional<int32_t> bos_id, eos_id;
};

/// Settings of LLaMA's SentencePiece model, without pieces.
ModelProto LlamaModelProto();

}  // namespace cria::tokenizer
