// Spellings compared with what OpenSSL computes.
#include "corpus/formats/web/warc_digest.h"

#include <openssl/evp.h>

#include <array>

#include "base/error.h"
#include "corpus/formats/web/http_message.h"

namespace cria::corpus {
namespace {

// The digest in the spellings that writers use: base32 (the rule), hex, base64 of both alphabets.
bool Spells(std::string_view text, const uint8_t* digest, size_t bytes) {
  while (text.ends_with('=')) text.remove_suffix(1);
  const size_t bits = text.size() == 2 * bytes             ? 4
                      : text.size() == (8 * bytes + 4) / 5 ? 5
                      : text.size() == (8 * bytes + 5) / 6 ? 6
                                                           : 0;
  if (bits == 0) return true;  // no spelling of this digest: nothing that could be checked
  constexpr std::string_view kHex = "0123456789abcdef",
                             kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
  constexpr std::string_view kBase64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    for (size_t bit = i * bits; bit < (i + 1) * bits; ++bit) {
      value = 2 * value + (bit / 8 < bytes ? digest[bit / 8] >> (7 - bit % 8) & 1U : 0U);
    }
    const char c = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (bits == 6 ? c != kBase64[value] : lower != (bits == 5 ? kBase32 : kHex)[value]) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool HasDigest(std::string_view declared, std::string_view bytes) {
  const size_t colon = declared.find(':');
  if (colon == declared.npos) return true;
  const std::string name = MediaType(declared.substr(0, colon));  // in lower case
  const EVP_MD* algorithm = name == "sha1" || name == "sha-1"       ? EVP_sha1()
                            : name == "sha256" || name == "sha-256" ? EVP_sha256()
                            : name == "sha512" || name == "sha-512" ? EVP_sha512()
                            : name == "md5"                         ? EVP_md5()
                                                                    : nullptr;
  if (algorithm == nullptr) return true;
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  CRIA_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr) == 1);
  return Spells(declared.substr(colon + 1), digest.data(), size);
}

bool HasPayloadDigest(const WarcRecord& record) {
  const std::string_view declared = record.fields.Get("WARC-Payload-Digest");
  // These hold another payload than the digest is of, or a part of it.
  if (declared.empty() || record.type == "revisit" || record.type == "continuation" ||
      !record.fields.Get("WARC-Segment-Number").empty() ||
      !record.fields.Get("WARC-Truncated").empty()) {
    return true;
  }
  if (MediaType(record.fields.Get("Content-Type")) != "application/http") {
    return HasDigest(declared, record.block);
  }
  HttpMessage message;
  if (!message.Parse(record.block)) {
    // A request, or no HTTP at all; the body is what follows the empty line.
    const size_t end = record.block.find("\r\n\r\n");
    return end == record.block.npos || HasDigest(declared, record.block.substr(end + 4));
  }
  std::string scratch;
  std::string_view body;
  return HasDigest(declared, message.body) ||
         HasDigest(declared, WithoutChunks(message, &scratch)) ||
         (DecodeBody(message, kMaxRawTextBytes, &scratch, &body) == BodyFault::kNone &&
          HasDigest(declared, body));
}

}  // namespace cria::corpus
