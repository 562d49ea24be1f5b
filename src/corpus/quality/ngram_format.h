// The bytes of an n-gram model file, shared by its writer and its reader, and the hash of an
// n-gram. One open-addressed table holds the n-grams of all orders above 1; unigrams are an array.
//
// header | ends of pieces, u64 each | text of pieces | slots, u32: piece id + 1 by hash of text |
// unigrams, two floats each | codebooks: for each order, 256 probabilities, 256 backoffs | cells
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <type_traits>

namespace cria::corpus {

static_assert(std::endian::native == std::endian::little, "n-gram models are little-endian");

inline constexpr char kNgramMagic[8] = {'C', 'R', 'I', 'A', 'N', 'G', 'R', 'M'};
inline constexpr uint32_t kNgramVersion = 1;
inline constexpr uint64_t kNgramAlignment = 64;
inline constexpr int kNgramCodes = 256;

/// Begins the file; every section starts at a multiple of kNgramAlignment.
struct NgramFileHeader {
  char magic[8];
  uint32_t version;
  uint32_t order;
  uint32_t quantized;  // 1: NgramCell; 0: WideNgramCell
  uint32_t reserved;
  uint64_t vocabulary;  // marks included
  uint64_t ngrams[6];   // by order - 1
  uint64_t ends_at, text_at, text_bytes, slots_at, slots, unigrams_at, codebooks_at;
  uint64_t cells_at, buckets,
      cells;  // cells > buckets: the table's end runs over; the last is empty
  uint64_t file_bytes;
  uint64_t payload_digest;  // XXH3 of what stands behind the header
  uint64_t header_digest;   // XXH3 of what stands before it
};
static_assert(sizeof(NgramFileHeader) == 184);
static_assert(std::is_trivially_copyable_v<NgramFileHeader>);

struct NgramUnigram {
  float log10_probability, log10_backoff;
};

/// 48 bits of the hash, code of the probability, code of the backoff. All zeros: empty.
using NgramCell = uint64_t;

/// hash 0: empty.
struct WideNgramCell {
  uint64_t hash;
  float log10_probability, log10_backoff;
};
static_assert(sizeof(WideNgramCell) == 16);

/// Codes of backoffs: no longer n-gram begins so; one does, and the backoff is 1; others.
inline constexpr int kNoExtensionCode = 0, kZeroBackoffCode = 1, kFirstBackoffCode = 2;

/// Hash of the n-gram that has `word` before the one with `hash`; of words alone with hash 0. From
/// last word to first, so that a query has the hashes of all orders in one pass.
inline uint64_t ExtendNgramHash(uint64_t hash, uint32_t word) {
  const uint64_t mixed = hash ^ (word + uint64_t{1}) * 0x9e3779b97f4a7c15;
  const auto product = static_cast<unsigned __int128>(mixed) * 0xd6e8feb86659fd93;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

/// Hash of a whole n-gram, first word first.
inline uint64_t NgramHash(std::span<const uint32_t> ids) {
  uint64_t hash = 0;
  for (size_t i = ids.size(); i-- > 0;) hash = ExtendNgramHash(hash, ids[i]);
  return hash == 0 ? 1 : hash;
}

/// Where the search for a hash begins; rises with the hash, so that a sorted stream of n-grams
/// fills the table from front to end.
inline uint64_t NgramBucket(uint64_t hash, uint64_t buckets) {
  return static_cast<uint64_t>(static_cast<unsigned __int128>(hash) * buckets >> 64);
}

/// The cell of an n-gram with codes of zero: bits that do not depend on the bucket.
inline NgramCell NgramFingerprint(uint64_t hash) {
  const uint64_t bits = (hash * 0xff51afd7ed558ccd) & ~uint64_t{0xffff};
  return bits == 0 ? uint64_t{0x10000} : bits;
}

}  // namespace cria::corpus
