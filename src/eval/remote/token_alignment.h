// Which tokens of an echoed text belong to the part that is scored. The tokenizer is unknown: there
// are only the strings that the server prints for its tokens, and perhaps their offsets.
#pragma once

#include <span>
#include <string_view>

#include "eval/remote/completion_call.h"

namespace cria::eval {

/// Tokens [first, end).
struct CountedTokens {
  size_t first = 0, end = 0;
};

/// The tokens of `text`, of which the last `generated` or fewer stand behind it, that hold a byte
/// at or behind `context_bytes`; one that straddles the border is among them, a BOS token never is.
///
/// The token strings are laid along the text. They may be written as servers do: OpenAI's
/// "bytes:\xe2\x80", SentencePiece's "<0xE2>" and U+2581 for a blank, U+FFFD for each piece of a
/// character, without the blank in front, with one too many at the beginning. Where they do not
/// fit, or fit in ways that differ, `offset` decides, in characters or bytes, whichever fits the
/// strings. Throws Error, with `where`, if neither tells.
CountedTokens FindContinuation(std::span<const RemoteToken> tokens, std::string_view text,
                               size_t context_bytes, size_t generated, const std::string& where);

}  // namespace cria::eval
