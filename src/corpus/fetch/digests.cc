// OpenSSL behind the digests.
#include "corpus/fetch/digests.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/error.h"

namespace cria::corpus {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Evp = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Evp Begin(const EVP_MD* kind) {
  Evp context(EVP_MD_CTX_new());
  CRIA_CHECK(context != nullptr && EVP_DigestInit_ex(context.get(), kind, nullptr) == 1);
  return context;
}

std::string End(Evp context) {
  if (context == nullptr) return "";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

struct Kind {
  const char* name;
  std::string Digests::*member;
};
constexpr Kind kKinds[] = {
    {"sha256", &Digests::sha256}, {"sha1", &Digests::sha1}, {"md5", &Digests::md5}};

}  // namespace

bool SetDigest(std::string_view hex, Digests* digests) {
  std::string small;
  for (const char c : hex) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
      small += c;
    } else if (c >= 'A' && c <= 'F') {
      small += static_cast<char>(c - 'A' + 'a');
    } else {
      return false;
    }
  }
  if (small.size() == 32) {
    digests->md5 = small;
  } else if (small.size() == 40) {
    digests->sha1 = small;
  } else if (small.size() == 64) {
    digests->sha256 = small;
  } else {
    return false;
  }
  return true;
}

bool MergeDigests(const Digests& from, Digests* into) {
  if (!DigestFault(from, *into).empty()) return false;
  for (const Kind& kind : kKinds) {
    if ((into->*kind.member).empty()) into->*kind.member = from.*kind.member;
  }
  return true;
}

std::string DigestFault(const Digests& wanted, const Digests& got) {
  for (const Kind& kind : kKinds) {
    const std::string &want = wanted.*kind.member, &have = got.*kind.member;
    if (!want.empty() && !have.empty() && want != have) {
      return fmt::format("{} is {}, not {}", kind.name, have, want);
    }
  }
  return "";
}

struct DigestStream::State {
  Evp sha256, sha1, md5;
};

DigestStream::DigestStream(const Digests& wanted) : state_(std::make_unique<State>()) {
  state_->sha256 = Begin(EVP_sha256());
  if (!wanted.sha1.empty()) state_->sha1 = Begin(EVP_sha1());
  if (!wanted.md5.empty()) state_->md5 = Begin(EVP_md5());
}

DigestStream::~DigestStream() = default;
DigestStream::DigestStream(DigestStream&&) noexcept = default;
DigestStream& DigestStream::operator=(DigestStream&&) noexcept = default;

void DigestStream::Update(std::string_view bytes) {
  for (const Evp* context : {&state_->sha256, &state_->sha1, &state_->md5}) {
    if (*context != nullptr) EVP_DigestUpdate(context->get(), bytes.data(), bytes.size());
  }
}

Digests DigestStream::Finish() {
  Digests digests;
  digests.sha256 = End(std::move(state_->sha256));
  digests.sha1 = End(std::move(state_->sha1));
  digests.md5 = End(std::move(state_->md5));
  return digests;
}

Digests DigestsOf(const fs::path& path, const Digests& wanted, const std::function<bool()>& stop) {
  struct Stopped {};
  DigestStream stream(wanted);
  try {
    ReadPieces(path, [&](std::string_view piece) {
      if (stop && stop()) throw Stopped();
      stream.Update(piece);
    });
  } catch (const Stopped&) {
    return {};
  }
  return stream.Finish();
}

}  // namespace cria::corpus
