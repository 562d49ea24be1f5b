// Checks of the file, and queries. Scoring a sentence computes the hashes of a token some tokens
// ahead and prefetches its cells, so that cache misses overlap.
#include "corpus/quality/ngram_model.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "base/error.h"
#include "base/hash.h"
#include "corpus/quality/pieces.h"

namespace cria::corpus {
namespace {

constexpr size_t kAhead = 16;  // tokens; a power of two

bool Extends(float backoff) { return backoff != 0 || !std::signbit(backoff); }

}  // namespace

double NgramPerplexity(double log10_score, int64_t pieces) {
  return std::pow(10.0, -log10_score / static_cast<double>(pieces + 1));
}

NgramModel::NgramModel(const fs::path& path, Check check) : file_(path), name_(path.string()) {
  Open(file_->bytes(), check);
}

NgramModel::NgramModel(std::span<const uint8_t> bytes, std::string name, Check check)
    : name_(std::move(name)) {
  CRIA_CHECK(reinterpret_cast<uintptr_t>(bytes.data()) % 8 == 0);
  Open(bytes, check);
}

void NgramModel::Damaged(const std::string& what) const {
  throw Error("n-gram language model is damaged: " + what, name_,
              "fetch it again, or train it again");
}

void NgramModel::Open(std::span<const uint8_t> bytes, Check check) {
  if (bytes.size() < sizeof header_) Damaged("shorter than its header");
  std::memcpy(&header_, bytes.data(), sizeof header_);
  if (std::memcmp(header_.magic, kNgramMagic, sizeof kNgramMagic) != 0) {
    throw Error("not an n-gram language model", name_,
                "name a model that cria trained, or ARPA text");
  }
  if (header_.version != kNgramVersion) {
    throw Error(fmt::format("n-gram language model of version {}; this program reads {}",
                            header_.version, kNgramVersion),
                name_, "train it again, or convert it from its ARPA text");
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (Hash64(text.substr(0, offsetof(NgramFileHeader, header_digest))) != header_.header_digest) {
    Damaged("the header's digest is wrong");
  }
  if (header_.file_bytes != bytes.size()) Damaged("cut off");
  base_ = bytes.data();
  CheckSections(bytes.size());
  if (check == Check::kDigest && Hash64(text.substr(sizeof header_)) != header_.payload_digest) {
    Damaged("the digest is wrong");
  }
  unigrams_ = At<NgramUnigram>(header_.unigrams_at);
  codebooks_ = At<float>(header_.codebooks_at);
  cells_ = At<char>(header_.cells_at);
}

void NgramModel::CheckSections(uint64_t size) const {
  const NgramFileHeader& h = header_;
  if (h.order < 1 || h.order > kMaxNgramOrder || h.quantized > 1) Damaged("the order is wrong");
  const auto within = [&](uint64_t at, uint64_t count, uint64_t bytes_each) {
    if (at % kNgramAlignment != 0 || at > size || count > (size - at) / bytes_each) {
      Damaged("a section lies outside the file");
    }
  };
  const uint64_t cell = h.quantized != 0 ? sizeof(NgramCell) : sizeof(WideNgramCell);
  within(h.ends_at, h.vocabulary, sizeof(uint64_t));
  within(h.text_at, h.text_bytes, 1);
  within(h.slots_at, h.slots, sizeof(uint32_t));
  within(h.unigrams_at, h.vocabulary, sizeof(NgramUnigram));
  within(h.codebooks_at, h.order - 1, 2 * kNgramCodes * sizeof(float));
  within(h.cells_at, h.cells, cell);
  if (h.vocabulary < kFirstPieceId || h.vocabulary > UINT32_MAX || h.slots <= h.vocabulary ||
      h.buckets == 0 || h.cells <= h.buckets) {
    Damaged("counts are wrong");
  }
  // An empty last cell ends every search in the table.
  const auto* last = At<uint64_t>(h.cells_at + (h.cells - 1) * cell);
  if (*last != 0) Damaged("the table has no end");
  const auto* ends = At<uint64_t>(h.ends_at);
  for (uint64_t id = 0; id < h.vocabulary; ++id) {
    if (ends[id] > h.text_bytes || (id > 0 && ends[id] < ends[id - 1])) {
      Damaged("the vocabulary is out of order");
    }
  }
}

std::string_view NgramModel::piece(uint32_t id) const {
  CRIA_CHECK(id < header_.vocabulary, "{}", id);
  const auto* ends = At<uint64_t>(header_.ends_at);
  const uint64_t begin = id == 0 ? 0 : ends[id - 1];
  return {At<char>(header_.text_at) + begin, ends[id] - begin};
}

uint32_t NgramModel::Find(std::string_view text) const {
  const auto* slots = At<uint32_t>(header_.slots_at);
  uint64_t slot = Hash64(text) % header_.slots;
  for (uint64_t tries = 0; tries < header_.slots; ++tries) {
    const uint32_t id = slots[slot] - 1;  // an empty slot becomes the largest id
    if (id >= header_.vocabulary) break;
    if (piece(id) == text) return id;
    slot = slot + 1 == header_.slots ? 0 : slot + 1;
  }
  return kUnknownId;
}

std::vector<uint32_t> NgramModel::MapPieces(std::span<const std::string> pieces) const {
  std::vector<uint32_t> map(pieces.size(), kUnknownId);
  for (size_t i = kFirstPieceId; i < pieces.size(); ++i) {
    const uint32_t id = Find(pieces[i]);
    if (id >= kFirstPieceId) map[i] = id;  // text that looks like a mark is none
  }
  return map;
}

template <bool kQuantized>
bool NgramModel::Lookup(uint64_t hash, uint64_t bucket, int n, Found* found) const {
  if constexpr (kQuantized) {
    const NgramCell fingerprint = NgramFingerprint(hash);
    const auto* cell = static_cast<const NgramCell*>(cells_) + bucket;
    for (; *cell != 0; ++cell) {
      if ((*cell ^ fingerprint) > 0xffff) continue;
      const float* codebook = codebooks_ + (n - 2) * 2 * kNgramCodes;
      *found = {codebook[*cell >> 8 & 0xff], codebook[kNgramCodes + (*cell & 0xff)]};
      return true;
    }
  } else {
    const auto* cell = static_cast<const WideNgramCell*>(cells_) + bucket;
    for (; cell->hash != 0; ++cell) {
      if (cell->hash != hash) continue;
      *found = {cell->log10_probability, cell->log10_backoff};
      return true;
    }
  }
  return false;
}

struct NgramModel::Query {
  uint32_t id;
  int longest;  // of the n-grams that could end here
  std::array<uint64_t, kMaxNgramOrder + 1> hashes, buckets;
};

template <bool kQuantized>
double NgramModel::ScoreSentence(std::span<const uint32_t> ids, NgramScore* scores) const {
  const int order = static_cast<int>(header_.order);
  const size_t tokens = ids.size() + 1;
  std::array<Query, kAhead> queries;
  std::array<uint32_t, kMaxNgramOrder> last;  // words before the next to prepare, newest first
  last.fill(kBeginId);
  const auto prepare = [&](size_t i) {
    Query& query = queries[i % kAhead];
    query.id = i < ids.size() ? Known(ids[i]) : kEndId;
    query.longest = static_cast<int>(std::min<size_t>(order, i + 2));
    uint64_t hash = ExtendNgramHash(0, query.id);
    for (int n = 2; n <= query.longest; ++n) {
      hash = ExtendNgramHash(hash, last[n - 2]);
      const uint64_t whole = hash == 0 ? 1 : hash;
      query.hashes[n] = whole;
      query.buckets[n] = NgramBucket(whole, header_.buckets);
      __builtin_prefetch(CellAt<kQuantized>(query.buckets[n]));
    }
    for (int n = order - 1; n > 0; --n) last[n] = last[n - 1];
    last[0] = query.id;
  };
  for (size_t i = 0; i < std::min(kAhead, tokens); ++i) prepare(i);

  std::array<float, kMaxNgramOrder> backoffs = {unigrams_[kBeginId].log10_backoff};
  int length = Extends(backoffs[0]) ? 1 : 0;
  double sum = 0;
  for (size_t i = 0; i < tokens; ++i) {
    const Query& query = queries[i % kAhead];
    const NgramUnigram unigram = unigrams_[query.id];
    Found found = {unigram.log10_probability, unigram.log10_backoff};
    std::array<float, kMaxNgramOrder> own;
    own[0] = found.log10_backoff;
    int matched = 1, own_length = Extends(own[0]) ? 1 : 0;
    for (int n = 2; n <= std::min(length + 1, order); ++n) {
      if (!Lookup<kQuantized>(query.hashes[n], query.buckets[n], n, &found)) break;
      matched = n;
      if (n == order) break;
      own[n - 1] = found.log10_backoff;
      if (Extends(found.log10_backoff)) own_length = n;
    }
    float score = found.log10_probability;
    for (int n = matched; n <= length; ++n) score += backoffs[n - 1];
    sum += score;
    if (scores != nullptr) scores[i] = {score, matched};
    std::copy_n(own.begin(), own_length, backoffs.begin());
    length = own_length;
    if (i + kAhead < tokens) prepare(i + kAhead);
  }
  return sum;
}

double NgramModel::ScoreInto(std::span<const uint32_t> ids, NgramScore* scores) const {
  return quantized() ? ScoreSentence<true>(ids, scores) : ScoreSentence<false>(ids, scores);
}

double NgramModel::ScoreEach(std::span<const uint32_t> ids, std::vector<NgramScore>* scores) const {
  scores->resize(ids.size() + 1);
  return ScoreInto(ids, scores->data());
}

NgramState NgramModel::Begin() const {
  NgramState state;
  state.words[0] = kBeginId;
  state.backoffs[0] = unigrams_[kBeginId].log10_backoff;
  state.length = Extends(state.backoffs[0]) ? 1 : 0;
  return state;
}

NgramScore NgramModel::Next(const NgramState& before, uint32_t id, NgramState* after) const {
  const uint32_t word = Known(id);
  NgramState own;
  Found found = {unigrams_[word].log10_probability, unigrams_[word].log10_backoff};
  own.words[0] = word;
  own.backoffs[0] = found.log10_backoff;
  own.length = Extends(found.log10_backoff) ? 1 : 0;
  int matched = 1;
  uint64_t hash = ExtendNgramHash(0, word);
  for (int n = 2; n <= std::min(before.length + 1, order()); ++n) {
    hash = ExtendNgramHash(hash, before.words[n - 2]);
    const uint64_t whole = hash == 0 ? 1 : hash;
    const uint64_t bucket = NgramBucket(whole, header_.buckets);
    const bool there = quantized() ? Lookup<true>(whole, bucket, n, &found)
                                   : Lookup<false>(whole, bucket, n, &found);
    if (!there) break;
    matched = n;
    if (n == order()) break;
    own.words[n - 1] = before.words[n - 2];
    own.backoffs[n - 1] = found.log10_backoff;
    if (Extends(found.log10_backoff)) own.length = n;
  }
  float score = found.log10_probability;
  for (int n = matched; n <= before.length; ++n) score += before.backoffs[n - 1];
  *after = own;
  return {score, matched};
}

}  // namespace cria::corpus
