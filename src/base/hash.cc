// OpenSSL and xxHash behind the digests.
#include "base/hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <xxhash.h>

#include "base/error.h"

namespace cria {

uint64_t Hash64(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

struct Sha256::State {
  explicit State(const EVP_MD* kind) : context(EVP_MD_CTX_new()) {
    CRIA_CHECK(context != nullptr && EVP_DigestInit_ex(context, kind, nullptr) == 1);
  }
  ~State() { EVP_MD_CTX_free(context); }
  std::string Hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(context, digest, &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
    return hex;
  }
  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>(EVP_sha256())) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;

void Sha256::Update(std::string_view bytes) { Update(bytes.data(), bytes.size()); }
void Sha256::Update(const void* data, size_t size_bytes) {
  EVP_DigestUpdate(state_->context, data, size_bytes);
}
std::string Sha256::Hex() { return state_->Hex(); }

std::string Sha256Hex(std::string_view bytes) {
  Sha256 sha;
  sha.Update(bytes);
  return sha.Hex();
}

std::string Sha256File(const fs::path& path) {
  const MappedFile file(path);
  return Sha256Hex(file.text());
}

std::string Md5File(const fs::path& path) {
  const MappedFile file(path);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  CRIA_CHECK(
      EVP_Digest(file.bytes().data(), file.bytes().size(), digest, &size, EVP_md5(), nullptr) == 1);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace cria
