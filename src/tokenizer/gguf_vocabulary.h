// The tokenizer inside a GGUF file: its "tokenizer.ggml.*" key-values.
#pragma once

#include <string>

#include "base/json.h"
#include "tokenizer/vocabulary.h"

namespace cria::tokenizer {

/// From the key-values of a file (store/gguf.h). Kinds "llama" (SentencePiece) and "gpt2"
/// (byte-level, cut as LLaMA 3, SmolLM or GPT-2 do); others are refused by name.
Vocabulary ReadGgufVocabulary(const Json& values, const std::string& where);

/// Adds the "tokenizer.ggml.*" key-values of a vocabulary. Arrays keep GGUF's types: strings,
/// scores fp32, kinds int32.
void WriteGgufVocabulary(const Vocabulary& vocabulary, Json* values);

}  // namespace cria::tokenizer
