// Bytes of any kind made fit to be looked at: for samples of what a reader lost, which may be text,
// packed, or anything. Not for documents.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// The front of `bytes`: text as UTF-8 of at most kMaxExcerptBytes, without control characters;
/// of what is no text the first bytes as hexadecimal numbers and letters, as hexdump -C shows them.
std::string Excerpt(std::string_view bytes);

}  // namespace cria::corpus
