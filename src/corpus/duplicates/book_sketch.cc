// Keeping a fixed share of the hash values, and comparing at the coarser of two shares.
#include "corpus/duplicates/book_sketch.h"

#include <algorithm>
#include <cmath>

namespace cria::corpus {
namespace {

uint64_t LargestAt(int rate_log2) { return ~uint64_t{0} >> rate_log2; }

bool IsTooFull(const BookSketch& sketch) {
  return sketch.hashes.size() > kMaxBookHashes ||
         (sketch.hashes.size() > kFullBookHashes && sketch.rate_log2 < kUsualRateLog2);
}

// Sorts, removes repetitions, and halves the rate as often as it takes.
void Compact(BookSketch* sketch) {
  std::vector<uint64_t>& hashes = sketch->hashes;
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  while (IsTooFull(*sketch)) {
    ++sketch->rate_log2;
    hashes.erase(std::upper_bound(hashes.begin(), hashes.end(), LargestAt(sketch->rate_log2)),
                 hashes.end());
  }
}

size_t CountAt(const BookSketch& sketch, int rate_log2) {
  return static_cast<size_t>(
      std::upper_bound(sketch.hashes.begin(), sketch.hashes.end(), LargestAt(rate_log2)) -
      sketch.hashes.begin());
}

}  // namespace

void BookSketcher::Add(std::string_view text) {
  ForEachLetter(text, /*digits=*/false, [&](uint32_t code) {
    ++sketch_.letters;
    // Spread, as the window wants it; one multiplication is enough before its own mixing.
    uint64_t letter = (code + 1) * 0x9e3779b97f4a7c15;
    letter ^= letter >> 32;
    if (!window_.Push(letter)) return;
    const uint64_t hash = window_.hash();
    if (hash > below_) return;
    sketch_.hashes.push_back(hash);
    if (sketch_.hashes.size() < compact_at_) return;
    Compact(&sketch_);
    below_ = LargestAt(sketch_.rate_log2);
    compact_at_ = 2 * std::max(sketch_.hashes.size(), kFullBookHashes);
  });
}

BookSketch BookSketcher::Finish() {
  Compact(&sketch_);
  BookSketch sketch = std::move(sketch_);
  sketch.hashes.shrink_to_fit();
  *this = BookSketcher();
  return sketch;
}

ContentOverlap OverlapOf(const BookSketch& a, const BookSketch& b) {
  const bool a_is_shorter = a.letters <= b.letters;
  const BookSketch& shorter = a_is_shorter ? a : b;
  const BookSketch& longer = a_is_shorter ? b : a;
  const int rate_log2 = std::max(a.rate_log2, b.rate_log2);
  const size_t in_shorter = CountAt(shorter, rate_log2), in_longer = CountAt(longer, rate_log2);
  if (in_shorter == 0) return {};
  int64_t shared = 0;
  for (size_t i = 0, j = 0; i < in_shorter && j < in_longer;) {
    const uint64_t left = shorter.hashes[i], right = longer.hashes[j];
    shared += left == right;
    i += left <= right;
    j += right <= left;
  }
  const auto m = static_cast<double>(in_shorter);
  ContentOverlap overlap;
  overlap.share = static_cast<double>(shared) / m;
  // At the ends the formula would say 0, which no sample can know.
  const double inner = std::clamp(overlap.share, 0.5 / (m + 1), 1 - 0.5 / (m + 1));
  const double rate = std::ldexp(1.0, -rate_log2);
  overlap.standard_error = std::sqrt(inner * (1 - inner) * (1 - rate) / m);
  return overlap;
}

}  // namespace cria::corpus
