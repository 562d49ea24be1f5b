// Cells are written in the order of the file: sorted by hash they are sorted by bucket, and linear
// probing is "the next free cell". The layout does not depend on the order of Take.
#include "corpus/quality/ngram_model_writer.h"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <deque>

#include "base/error.h"

namespace cria::corpus {
namespace {

bool NoExtension(float backoff) { return backoff == 0 && std::signbit(backoff); }

float WithExtension(float backoff) { return NoExtension(backoff) ? 0.0f : backoff; }

}  // namespace

NgramModelWriter::NgramModelWriter(const fs::path& path, Values values, NgramMemory* memory)
    : file_(path), values_(values), sorter_(memory) {
  std::memcpy(header_.magic, kNgramMagic, sizeof kNgramMagic);
  header_.version = kNgramVersion;
  header_.quantized = values == Values::kQuantized;
  file_.Write(&header_, sizeof header_);  // overwritten by Finish
}

void NgramModelWriter::Begin(int order, std::vector<std::string> vocabulary) {
  CRIA_CHECK(order >= 1 && order <= kMaxNgramOrder, "order {}", order);
  CRIA_CHECK(vocabulary.size() >= kFirstPieceId && vocabulary.size() < UINT32_MAX, "{} pieces",
             vocabulary.size());
  header_.order = static_cast<uint32_t>(order);
  header_.vocabulary = vocabulary.size();
  vocabulary_ = std::move(vocabulary);
  unigrams_.assign(vocabulary_.size(), {-99.0f, kNoExtension});
  codebooks_.resize(order - 1);
}

void NgramModelWriter::Take(std::span<const uint32_t> ids, float log10_probability,
                            float log10_backoff) {
  CRIA_CHECK(!ids.empty() && ids.size() <= header_.order, "{} of order {}", ids.size(),
             header_.order);
  for (const uint32_t id : ids) CRIA_CHECK(id < header_.vocabulary, "{}", id);
  ++header_.ngrams[ids.size() - 1];
  if (ids.size() == header_.order) log10_backoff = kNoExtension;
  if (ids.size() == 1) {
    unigrams_[ids[0]] = {log10_probability, log10_backoff};
    return;
  }
  Codebook& codebook = codebooks_[ids.size() - 2];
  codebook.probabilities.Add(log10_probability);
  if (log10_backoff != 0) codebook.backoffs.Add(log10_backoff);
  sorter_.Add(
      {NgramHash(ids), log10_probability, log10_backoff, static_cast<uint16_t>(ids.size()), 0, 0});
}

void NgramModelWriter::MarkContext(std::span<const uint32_t> ids) {
  if (ids.size() == 1) {
    unigrams_[ids[0]].log10_backoff = WithExtension(unigrams_[ids[0]].log10_backoff);
  } else {
    sorter_.Add({NgramHash(ids), 0, 0, 0, 1, 0});
  }
}

void NgramModelWriter::Write(const void* data, uint64_t bytes) {
  digest_.Update({static_cast<const char*>(data), bytes});
  file_.Write(data, bytes);
}

uint64_t NgramModelWriter::Align() {
  static constexpr char kZeros[kNgramAlignment] = {};
  const auto at = static_cast<uint64_t>(file_.written_bytes());
  Write(kZeros, (kNgramAlignment - at % kNgramAlignment) % kNgramAlignment);
  return static_cast<uint64_t>(file_.written_bytes());
}

void NgramModelWriter::WriteVocabulary() {
  header_.ends_at = Align();
  for (const std::string& piece : vocabulary_) {
    header_.text_bytes += piece.size();
    Write(&header_.text_bytes, sizeof header_.text_bytes);
  }
  header_.text_at = Align();
  for (const std::string& piece : vocabulary_) Write(piece.data(), piece.size());
  header_.slots_at = Align();
  header_.slots = std::bit_ceil(2 * vocabulary_.size());
  std::vector<uint32_t> slots(header_.slots);
  for (size_t id = 0; id < vocabulary_.size(); ++id) {
    uint64_t slot = Hash64(vocabulary_[id]) % header_.slots;
    while (slots[slot] != 0) slot = (slot + 1) % header_.slots;
    slots[slot] = static_cast<uint32_t>(id + 1);
  }
  Write(slots.data(), slots.size() * sizeof(uint32_t));
}

void NgramModelWriter::WriteCodebooks() {
  header_.codebooks_at = Align();
  for (Codebook& codebook : codebooks_) {
    std::vector<float> values = codebook.probabilities.Fit(kNgramCodes);
    values.resize(kNgramCodes);
    values.insert(values.end(), {kNoExtension, 0.0f});
    const std::vector<float>& backoffs = codebook.backoffs.Fit(kNgramCodes - kFirstBackoffCode);
    values.insert(values.end(), backoffs.begin(), backoffs.end());
    values.resize(2 * kNgramCodes);
    Write(values.data(), values.size() * sizeof(float));
  }
}

void NgramModelWriter::WriteEmptyCells(uint64_t count) {
  static constexpr WideNgramCell kEmpty[256] = {};
  const uint64_t cell = header_.quantized != 0 ? sizeof(NgramCell) : sizeof(WideNgramCell);
  for (uint64_t bytes = count * cell; bytes > 0;) {
    const uint64_t n = std::min<uint64_t>(bytes, sizeof kEmpty);
    Write(kEmpty, n);
    bytes -= n;
  }
}

void NgramModelWriter::WriteCell(const NgramEntry& entry) {
  if (values_ == Values::kFloat) {
    const WideNgramCell cell = {entry.hash, entry.log10_probability, entry.log10_backoff};
    return Write(&cell, sizeof cell);
  }
  const Codebook& codebook = codebooks_[entry.order - 2];
  const float backoff = entry.log10_backoff;
  uint64_t backoff_code = kNoExtensionCode;
  if (backoff != 0) {
    backoff_code = uint64_t{codebook.backoffs.Encode(backoff)} + kFirstBackoffCode;
  } else if (!NoExtension(backoff)) {
    backoff_code = kZeroBackoffCode;
  }
  const NgramCell cell = NgramFingerprint(entry.hash) |
                         uint64_t{codebook.probabilities.Encode(entry.log10_probability)} << 8 |
                         backoff_code;
  Write(&cell, sizeof cell);
}

void NgramModelWriter::WriteCells() {
  header_.cells_at = Align();
  uint64_t ngrams = 0;
  for (uint32_t n = 2; n <= header_.order; ++n) ngrams += header_.ngrams[n - 1];
  header_.buckets = ngrams + ngrams / 2 + 1;
  sorter_.StartReading();
  NgramEntry entry;
  uint64_t next = 0;
  std::deque<uint64_t> cluster;  // fingerprints of the full cells before the next one
  for (uint64_t n = 0; sorter_.Next(&entry); ++n) {
    if (n % (1 << 20) == 0) ThrowIfInterrupted();
    if (entry.order == 0) continue;
    if (entry.extends != 0) entry.log10_backoff = WithExtension(entry.log10_backoff);
    collisions_ += entry.collisions;
    const uint64_t bucket = NgramBucket(entry.hash, header_.buckets);
    if (bucket > next) {
      WriteEmptyCells(bucket - next);
      next = bucket;
      cluster.clear();
    }
    while (cluster.size() > next - bucket) cluster.pop_front();
    const uint64_t fingerprint = NgramFingerprint(entry.hash);
    if (header_.quantized != 0) {
      for (const uint64_t other : cluster) collisions_ += other == fingerprint;
    }
    cluster.push_back(fingerprint);
    WriteCell(entry);
    ++next;
  }
  header_.cells = std::max(next, header_.buckets) + 1;
  WriteEmptyCells(header_.cells - next);
}

void NgramModelWriter::Finish() {
  CRIA_CHECK(header_.order > 0, "no n-grams were given");
  WriteVocabulary();
  header_.unigrams_at = Align();
  Write(unigrams_.data(), unigrams_.size() * sizeof(NgramUnigram));
  WriteCodebooks();
  WriteCells();
  header_.file_bytes = static_cast<uint64_t>(file_.written_bytes());
  header_.payload_digest = digest_.Digest();
  const std::string_view bytes(reinterpret_cast<const char*>(&header_), sizeof header_);
  header_.header_digest = Hash64(bytes.substr(0, offsetof(NgramFileHeader, header_digest)));
  file_.Overwrite(0, bytes);
  file_.Commit();
}

}  // namespace cria::corpus
