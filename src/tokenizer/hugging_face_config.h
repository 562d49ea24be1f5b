// What lies beside a tokenizer in a Hugging Face folder: tokenizer_config.json,
// special_tokens_map.json, generation_config.json, config.json (end ids only), chat_template.jinja.
#pragma once

#include "base/file.h"
#include "tokenizer/vocabulary.h"

namespace cria::tokenizer {

/// Adds what the files in `folder` say, those that are there. Throws Error for damaged ones.
void ReadHuggingFaceConfig(const fs::path& folder, Vocabulary* vocabulary);

}  // namespace cria::tokenizer
