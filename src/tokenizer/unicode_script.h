// Unicode scripts as BPE training sees them: pieces never mix scripts.
#pragma once

#include <cstdint>

namespace cria::tokenizer {

/// Script numbers with a meaning of their own; all others are only compared.
inline constexpr uint8_t kScriptCommon = 0, kScriptInherited = 1, kScriptHan = 2;

/// Script of a code point. Hiragana, Katakana and the long vowel mark U+30FC count as Han, as in
/// spm_train.
uint8_t ScriptOf(uint32_t code);

}  // namespace cria::tokenizer
