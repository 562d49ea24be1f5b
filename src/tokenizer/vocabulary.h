// What a tokenizer's file says, whatever its format: pieces, scores, kinds, and for byte-level
// models their merges; and what files beside it say about special tokens and chat. The readers are
// model_proto.h, hugging_face.h, gguf_vocabulary.h and hugging_face_config.h.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tokenizer/byte_level.h"
#include "tokenizer/model_proto.h"
#include "tokenizer/special_tokens.h"

namespace cria::tokenizer {

/// Jinja text that turns a conversation into a prompt, and its name ("default" if it has none).
struct NamedTemplate {
  std::string name, text;
};

/// Where SentencePiece's leading blank goes when special tokens cut the text.
enum class BlankPrefix {
  kEveryPart,     ///< before every part: tokenizer.json with a Prepend normaliser, llama.cpp
  kAfterControl,  ///< at the start and behind control tokens: texts encoded one by one
  kStart,         ///< only where the text begins, and not before a blank: Metaspace "first"
};

struct Vocabulary {
  ModelProto model;                          ///< pieces by id; byte-level ones as files write them
  std::optional<ByteLevelModel> byte_level;  ///< set: GPT-2's rule instead of SentencePiece's
  /// Unset: by the names "<s>" and "</s>". -1: there is none. BOS is the token that prompts begin
  /// with.
  std::optional<int32_t> bos_id, eos_id;

  std::vector<AddedToken> added;
  BlankPrefix blank_prefix = BlankPrefix::kAfterControl;
  bool prefix_before_blank = true;  ///< false: a part that begins with a blank gets no other
  std::vector<int32_t> end_ids;  ///< tokens that files call the end of a text or a turn, EOS aside
  /// Texts of tokens under the names that templates know them by ("bos_token", "eos_token", ...),
  /// whether or not prompts begin with them.
  std::vector<std::pair<std::string, std::string>> named_tokens;
  std::vector<NamedTemplate> templates;
};

/// Adds pieces that mean nothing, for embeddings with more rows than the tokenizer has pieces.
void FillVocabulary(int64_t vocab_size, Vocabulary* vocabulary);

/// Settings of LLaMA's SentencePiece model, without pieces.
ModelProto LlamaModelProto();

}  // namespace cria::tokenizer
