// A sample of a book's shingles, the same for every copy of them, from which the share of one book
// that stands in another is estimated (FracMinHash: Irber et al. 2022). A few ten kilobytes a book.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "corpus/duplicates/folded_text.h"

namespace cria::corpus {

/// A shingle is this many letters in a row; blanks, digits, punctuation, accents and capitals do
/// not count (RedPajama strips books so, but takes 6 letters: those of one language share most).
/// About five English words: other books of the language share next to none.
inline constexpr int kBookShingleLetters = 24;
/// A book keeps every hash until it has more than this, then every second, fourth ... down to
/// 2^-kUsualRateLog2 of them; only one with more than kMaxBookHashes then keeps fewer still.
inline constexpr size_t kFullBookHashes = 4096;
inline constexpr int kUsualRateLog2 = 7;
inline constexpr size_t kMaxBookHashes = 65536;

struct BookSketch {
  std::vector<uint64_t> hashes;  ///< all distinct ones below 2^(64 - rate_log2), ascending
  int rate_log2 = 0;
  int64_t letters = 0;

  double rate() const { return 1.0 / static_cast<double>(uint64_t{1} << rate_log2); }
};

/// Takes a book in pieces; a piece ends at a character, and nothing stands between two pieces.
class BookSketcher {
 public:
  void Add(std::string_view text);
  BookSketch Finish();

 private:
  RollingHash window_{kBookShingleLetters};
  BookSketch sketch_;
  uint64_t below_ = ~uint64_t{0};  // hashes up to this are kept
  size_t compact_at_ = 2 * kFullBookHashes;
};

struct ContentOverlap {
  double share = 0;  ///< of the distinct shingles of the book with fewer letters, in the other one
  /// sqrt(share (1 - share) (1 - rate) / m) with m hashes of the shorter one at the coarser of both
  /// rates; 0 when the rate is 1, where the share is exact. About 0.006 at 0.9 for equal lengths.
  double standard_error = 0;
};

/// Unbiased up to a factor of 1 - e^-m. 0 where the shorter book has no hash at the common rate.
ContentOverlap OverlapOf(const BookSketch& a, const BookSketch& b);

}  // namespace cria::corpus
