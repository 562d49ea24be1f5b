// The header, 2 or 4 bytes an id, document ends, a digest of it all.
#include "data/shard.h"

#include <fmt/format.h>

#include <bit>
#include <cstddef>
#include <cstring>

#include "base/error.h"

namespace cria {
namespace {

static_assert(std::endian::native == std::endian::little, "shards are little-endian");

constexpr char kMagic[8] = {'C', 'R', 'I', 'A', 'T', 'O', 'K', 'S'};
constexpr char kEndMagic[8] = {'C', 'R', 'I', 'A', 'T', 'E', 'N', 'D'};
constexpr uint32_t kVersion = 1;
constexpr size_t kSourceBytes = 64;

// The two fixed parts of the file, as they lie on disk.
struct DiskHeader {
  char magic[8];
  uint32_t version;
  uint32_t id_bytes;
  uint64_t vocab_size;
  uint8_t tokenizer_sha256[32];
  char source[kSourceBytes];
  uint64_t digest;  // XXH3 of what stands before it
};
static_assert(sizeof(DiskHeader) == 128);

struct DiskTrailer {
  uint64_t tokens, documents, text_bytes;
  uint8_t payload_sha256[32];
  uint64_t digest;  // XXH3 of what stands before it
  char magic[8];
};
static_assert(sizeof(DiskTrailer) == 72);

constexpr int64_t Pad8(int64_t bytes) { return (bytes + 7) / 8 * 8; }

void HexToBytes(const std::string& hex, uint8_t* to) {
  CRIA_CHECK(hex.size() == 64, "\"{}\" is no SHA-256", hex);
  for (size_t i = 0; i < 32; ++i) {
    to[i] = static_cast<uint8_t>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  }
}

std::string BytesToHex(const uint8_t* from) {
  std::string hex;
  for (size_t i = 0; i < 32; ++i) hex += fmt::format("{:02x}", from[i]);
  return hex;
}

DiskHeader MakeHeader(const ShardHeader& h) {
  CRIA_CHECK(h.source.size() <= kSourceBytes, "source name \"{}\" is too long", h.source);
  DiskHeader disk{};
  std::memcpy(disk.magic, kMagic, sizeof kMagic);
  disk.version = kVersion;
  disk.id_bytes = static_cast<uint32_t>(ShardIdBytes(h.vocab_size));
  disk.vocab_size = static_cast<uint64_t>(h.vocab_size);
  HexToBytes(h.tokenizer_sha256, disk.tokenizer_sha256);
  std::memcpy(disk.source, h.source.data(), h.source.size());
  disk.digest = Hash64({reinterpret_cast<const char*>(&disk), offsetof(DiskHeader, digest)});
  return disk;
}

uint64_t TrailerDigest(const DiskTrailer& trailer) {
  return Hash64({reinterpret_cast<const char*>(&trailer), offsetof(DiskTrailer, digest)});
}

}  // namespace

int ShardIdBytes(int64_t vocab_size) { return vocab_size <= 65536 ? 2 : 4; }

ShardWriter::ShardWriter(const fs::path& path, const ShardHeader& header)
    : file_(path), vocab_size_(header.vocab_size), id_bytes_(ShardIdBytes(header.vocab_size)) {
  const DiskHeader disk = MakeHeader(header);
  file_.Write(&disk, sizeof disk);
  // The payload's digest covers the header's, so that halves of two files never pass.
  digest_.Update(&disk.digest, sizeof disk.digest);
}

void ShardWriter::WritePayload(const void* data, size_t bytes) {
  digest_.Update(data, bytes);
  file_.Write(data, bytes);
}

void ShardWriter::Add(std::span<const int32_t> ids, int64_t text_bytes) {
  scratch_.resize(ids.size() * static_cast<size_t>(id_bytes_));
  for (size_t i = 0; i < ids.size(); ++i) {
    CRIA_CHECK(ids[i] >= 0 && ids[i] < vocab_size_, "id {} of {}", ids[i], vocab_size_);
    std::memcpy(scratch_.data() + i * static_cast<size_t>(id_bytes_), &ids[i],
                static_cast<size_t>(id_bytes_));
  }
  WritePayload(scratch_.data(), scratch_.size());
  tokens_ += static_cast<int64_t>(ids.size());
  total_text_bytes_ += text_bytes;
  ends_.push_back(static_cast<uint64_t>(tokens_));
  text_bytes_.push_back(static_cast<uint64_t>(text_bytes));
}

void ShardWriter::Commit() {
  constexpr char kZeros[8] = {};
  const int64_t id_bytes = tokens_ * id_bytes_;
  WritePayload(kZeros, static_cast<size_t>(Pad8(id_bytes) - id_bytes));
  WritePayload(ends_.data(), ends_.size() * sizeof(uint64_t));
  WritePayload(text_bytes_.data(), text_bytes_.size() * sizeof(uint64_t));
  payload_sha256_ = digest_.Hex();
  DiskTrailer trailer{};
  trailer.tokens = static_cast<uint64_t>(tokens_);
  trailer.documents = ends_.size();
  trailer.text_bytes = static_cast<uint64_t>(total_text_bytes_);
  HexToBytes(payload_sha256_, trailer.payload_sha256);
  trailer.digest = TrailerDigest(trailer);
  std::memcpy(trailer.magic, kEndMagic, sizeof kEndMagic);
  file_.Write(&trailer, sizeof trailer);
  file_.Commit();
}

TokenShard::TokenShard(const fs::path& path, Check check) : file_(path) {
  Parse();
  if (check == Check::kDigest) CheckDigest();
}

void TokenShard::Damaged(const std::string& what, int64_t offset) const {
  throw Error("token shard is damaged: " + what,
              fmt::format("{}, offset {}", file_.path().string(), offset),
              "make the shards again with `cria tokenize --force`");
}

void TokenShard::Parse() {
  const std::span<const uint8_t> bytes = file_.bytes();
  const int64_t size = static_cast<int64_t>(bytes.size());
  DiskHeader header;
  if (size < static_cast<int64_t>(sizeof header)) Damaged("shorter than its header", 0);
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
    throw Error("not a token shard", file_.path().string(), "make shards with `cria tokenize`");
  }
  if (header.version != kVersion) {
    throw Error(
        fmt::format("token shard of version {}; this program reads {}", header.version, kVersion),
        file_.path().string(), "make the shards again with `cria tokenize --force`");
  }
  if (header.digest !=
      Hash64({reinterpret_cast<const char*>(&header), offsetof(DiskHeader, digest)})) {
    Damaged("the header's digest is wrong", 0);
  }
  DiskTrailer trailer;
  const int64_t trailer_at = size - static_cast<int64_t>(sizeof trailer);
  if (trailer_at < static_cast<int64_t>(sizeof header)) Damaged("cut off", size);
  std::memcpy(&trailer, bytes.data() + trailer_at, sizeof trailer);
  if (std::memcmp(trailer.magic, kEndMagic, sizeof kEndMagic) != 0) Damaged("cut off", trailer_at);
  if (trailer.digest != TrailerDigest(trailer)) Damaged("wrong trailer digest", trailer_at);

  id_bytes_ = static_cast<int>(header.id_bytes);
  header_.vocab_size = static_cast<int64_t>(header.vocab_size);
  if (id_bytes_ != ShardIdBytes(header_.vocab_size)) Damaged("wrong width of ids", 12);
  header_.tokenizer_sha256 = BytesToHex(header.tokenizer_sha256);
  header_.source.assign(header.source, strnlen(header.source, kSourceBytes));
  tokens_ = static_cast<int64_t>(trailer.tokens);
  total_text_bytes_ = static_cast<int64_t>(trailer.text_bytes);
  payload_sha256_ = BytesToHex(trailer.payload_sha256);

  if (trailer.tokens > static_cast<uint64_t>(size) || trailer.documents > trailer.tokens + 1) {
    Damaged("counts beyond the file's size", trailer_at);
  }
  const int64_t documents = static_cast<int64_t>(trailer.documents);
  const int64_t ends_at = static_cast<int64_t>(sizeof header) + Pad8(tokens_ * id_bytes_);
  if (ends_at + 16 * documents != trailer_at) Damaged("a part is missing", trailer_at);
  ids_ = bytes.subspan(sizeof header, static_cast<size_t>(tokens_ * id_bytes_));
  const auto* words = reinterpret_cast<const uint64_t*>(bytes.data() + ends_at);
  ends_ = {words, static_cast<size_t>(documents)};
  text_bytes_ = {words + documents, static_cast<size_t>(documents)};
  uint64_t previous = 0;
  for (size_t d = 0; d < ends_.size(); ++d) {
    if (ends_[d] < previous || ends_[d] > trailer.tokens) {
      Damaged("document ends are out of order", ends_at + static_cast<int64_t>(8 * d));
    }
    previous = ends_[d];
  }
  if (previous != trailer.tokens) Damaged("ids behind the last document", ends_at);
}

void TokenShard::CheckDigest() const {
  const std::span<const uint8_t> bytes = file_.bytes();
  Sha256 digest;
  digest.Update(bytes.data() + offsetof(DiskHeader, digest), sizeof(uint64_t));
  digest.Update(bytes.data() + sizeof(DiskHeader),
                bytes.size() - sizeof(DiskHeader) - sizeof(DiskTrailer));
  if (digest.Hex() != payload_sha256_) Damaged("the payload's digest is wrong", sizeof(DiskHeader));
}

void TokenShard::Read(int64_t first, int64_t count, int32_t* to) const {
  CRIA_CHECK(first >= 0 && count >= 0 && first + count <= tokens_, "ids [{}, {}+{}) of {}", first,
             first, count, tokens_);
  const uint8_t* from = ids_.data() + first * id_bytes_;
  for (int64_t i = 0; i < count; ++i, from += id_bytes_) {
    uint32_t id = 0;
    std::memcpy(&id, from, static_cast<size_t>(id_bytes_));
    if (id >= static_cast<uint64_t>(header_.vocab_size)) {
      Damaged(fmt::format("id {} of a vocabulary of {}", id, header_.vocab_size),
              from - file_.bytes().data());
    }
    to[i] = static_cast<int32_t>(id);
  }
}

}  // namespace cria
