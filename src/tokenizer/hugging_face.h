// tokenizer.json of Hugging Face's tokenizers, for the two kinds that LLaMA models use:
// SentencePiece BPE written as merges (LLaMA 1 and 2) and byte-level BPE (LLaMA 3, SmolLM2).
#pragma once

#include <string>
#include <string_view>

#include "tokenizer/vocabulary.h"

namespace cria::tokenizer {

/// True if the bytes begin like a JSON object.
bool LooksLikeHuggingFace(std::string_view bytes);

/// Throws Error naming `where` for damaged files, and by name for kinds that are not supported.
Vocabulary ParseHuggingFace(std::string_view bytes, const std::string& where);

/// The same vocabulary as a tokenizer.json, with merges generated from the scores as transformers'
/// converter does it.
std::string SerializeHuggingFace(const Vocabulary& vocabulary);

}  // namespace cria::tokenizer
