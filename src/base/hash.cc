// OpenSSL and xxHash behind the digests.
#include "base/hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <xxhash.h>

#include "base/error.h"

namespace cria {
namespace {

// A digest of OpenSSL in the making.
struct Evp {
  explicit Evp(const EVP_MD* kind) : context(EVP_MD_CTX_new()) {
    CRIA_CHECK(context != nullptr && EVP_DigestInit_ex(context, kind, nullptr) == 1);
  }
  ~Evp() { EVP_MD_CTX_free(context); }
  Evp(const Evp&) = delete;
  void Update(const void* data, size_t size_bytes) { EVP_DigestUpdate(context, data, size_bytes); }
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

}  // namespace

uint64_t Hash64(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

struct Hash64Stream::State {
  State() : xxh(XXH3_createState()) {
    CRIA_CHECK(xxh != nullptr && XXH3_64bits_reset(xxh) == XXH_OK);
  }
  ~State() { XXH3_freeState(xxh); }
  XXH3_state_t* xxh;
};

Hash64Stream::Hash64Stream() : state_(std::make_unique<State>()) {}
Hash64Stream::~Hash64Stream() = default;
void Hash64Stream::Update(std::string_view bytes) {
  XXH3_64bits_update(state_->xxh, bytes.data(), bytes.size());
}
uint64_t Hash64Stream::Digest() const { return XXH3_64bits_digest(state_->xxh); }

struct Sha256::State : Evp {
  State() : Evp(EVP_sha256()) {}
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;

void Sha256::Update(std::string_view bytes) { Update(bytes.data(), bytes.size()); }
void Sha256::Update(const void* data, size_t size_bytes) { state_->Update(data, size_bytes); }
std::string Sha256::Hex() { return state_->Hex(); }

std::string Sha256Hex(std::string_view bytes) {
  Sha256 sha;
  sha.Update(bytes);
  return sha.Hex();
}

FileDigests DigestsOfFile(const fs::path& path, const std::function<void(int64_t)>& progress) {
  Evp md5(EVP_md5()), sha256(EVP_sha256());
  ReadPieces(path, [&](std::string_view piece) {
    md5.Update(piece.data(), piece.size());
    sha256.Update(piece.data(), piece.size());
    if (progress) progress(static_cast<int64_t>(piece.size()));
  });
  return {md5.Hex(), sha256.Hex()};
}

namespace {
std::string DigestOfFile(const EVP_MD* kind, const fs::path& path) {
  Evp digest(kind);
  ReadPieces(path, [&](std::string_view piece) { digest.Update(piece.data(), piece.size()); });
  return digest.Hex();
}
}  // namespace

std::string Sha256File(const fs::path& path) { return DigestOfFile(EVP_sha256(), path); }
std::string Md5File(const fs::path& path) { return DigestOfFile(EVP_md5(), path); }

}  // namespace cria
