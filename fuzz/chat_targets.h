// Targets around conversations: templates of strangers, and control tokens in text.
#pragma once

#include <cstdint>
#include <span>

namespace cria::fuzz {

/// A chat template; behind a line "====" the variables as JSON.
void ChatTemplate(std::span<const uint8_t> input);

/// Lines of added tokens (the first character holds their flags) up to an empty one, then a text,
/// of which the parts between bytes 0x01 came from outside in turn.
void SpecialTokens(std::span<const uint8_t> input);

}  // namespace cria::fuzz
