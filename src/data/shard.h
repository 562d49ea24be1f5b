// Token shards: the ids of one source and split in one file (docs/formats/shards.md). Written once,
// mapped for reading. Knows nothing of text, order or mixture.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/hash.h"

namespace cria {

/// What a shard says of itself.
struct ShardHeader {
  std::string source;            ///< at most 64 bytes
  std::string tokenizer_sha256;  ///< 64 hex digits
  int64_t vocab_size = 0;
};

/// Ids of 2 bytes for vocabularies up to 65536, else of 4.
int ShardIdBytes(int64_t vocab_size);

/// Writes one shard atomically: documents in order, then Commit. Without Commit nothing stays.
class ShardWriter {
 public:
  ShardWriter(const fs::path& path, const ShardHeader& header);

  /// Appends one document with its marks (BOS ... EOS); `text_bytes` is the size of its text. An id
  /// outside the vocabulary is a broken invariant.
  void Add(std::span<const int32_t> ids, int64_t text_bytes);
  void Commit();

  int64_t tokens() const { return tokens_; }
  int64_t documents() const { return static_cast<int64_t>(ends_.size()); }
  int64_t text_bytes() const { return total_text_bytes_; }
  /// SHA-256 of the payload; after Commit.
  const std::string& payload_sha256() const { return payload_sha256_; }

 private:
  void WritePayload(const void* data, size_t bytes);

  AtomicFile file_;
  Sha256 digest_;
  int64_t vocab_size_;
  int id_bytes_;
  int64_t tokens_ = 0, total_text_bytes_ = 0;
  std::vector<uint64_t> ends_, text_bytes_;
  std::string scratch_, payload_sha256_;
};

/// A mapped shard. Opening checks sizes, tokenizer and (unless told not to) the payload's digest;
/// whatever is wrong throws Error.
class TokenShard {
 public:
  enum class Check { kSizes, kDigest };
  TokenShard(const fs::path& path, Check check = Check::kDigest);

  const ShardHeader& header() const { return header_; }
  const std::string& payload_sha256() const { return payload_sha256_; }
  int64_t tokens() const { return tokens_; }
  int64_t documents() const { return static_cast<int64_t>(ends_.size()); }
  int64_t text_bytes() const { return total_text_bytes_; }

  /// Position of the first id of document `d` (d == documents(): the end).
  int64_t document_start(int64_t d) const {
    return d == 0 ? 0 : static_cast<int64_t>(ends_[d - 1]);
  }
  int64_t document_tokens(int64_t d) const { return document_start(d + 1) - document_start(d); }
  int64_t document_text_bytes(int64_t d) const { return static_cast<int64_t>(text_bytes_[d]); }

  /// Copies ids [first, first + count) to `to`. An id outside the vocabulary throws Error.
  void Read(int64_t first, int64_t count, int32_t* to) const;

 private:
  void Parse();
  void CheckDigest() const;
  [[noreturn]] void Damaged(const std::string& what, int64_t offset) const;

  MappedFile file_;
  ShardHeader header_;
  int id_bytes_ = 0;
  int64_t tokens_ = 0, total_text_bytes_ = 0;
  std::string payload_sha256_;
  std::span<const uint8_t> ids_;
  std::span<const uint64_t> ends_, text_bytes_;
};

}  // namespace cria
