// The digests that records of web archives declare for themselves.
#pragma once

#include "corpus/formats/web/warc.h"

namespace cria::corpus {

/// Whether `bytes` have the digest `declared`, "sha1:2BX5...", in base32, hex or base64. True where
/// nothing is declared, or in an algorithm that is not known.
bool HasDigest(std::string_view declared, std::string_view bytes);

/// The payload of an HTTP message is its body; writers do not agree in which state, so the digest
/// may be that of the body as sent, without chunks, or unpacked.
bool HasPayloadDigest(const WarcRecord& record);

}  // namespace cria::corpus
