// Near-duplicate books: LLaMA's rule that of two books with more than 90 % content overlap one goes
// (Touvron et al. 2023, 2.1). Finds the pairs by an index of sketch hashes, not by comparing all.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "corpus/duplicates/book_sketch.h"

namespace cria::corpus {

struct BookOverlapOptions {
  double max_share = 0.9;  ///< of the shorter book; one of a pair above it goes
  double much_longer =
      1.5;  ///< times the letters: then the longer of two stays, whatever its place
};

/// `dropped` and `kept` are numbers of books, in the order in which they were added.
struct DroppedBook {
  int64_t dropped = 0, kept = 0;
  ContentOverlap overlap;
};

/// Which one stays depends on the order alone: the first, unless a later one is much longer (the
/// collected works hold the novel). A book that overlaps several goes if any of them stays; if it
/// is much longer than all of them, they go. Dropped books attract no further ones.
///
/// Memory: the sketches, and about 1 / 1024 of the letters times 20 to 40 bytes for the index. A
/// pair is found unless none of its common shingles is in the index: for a book of n letters inside
/// a much longer one, a chance of e^(-0.9 n / 1024), 1 % at 5,000 letters.
class BookOverlap {
 public:
  explicit BookOverlap(const BookOverlapOptions& options = {});

  /// Adds the next book; says which books go because of it, in ascending order of `kept` and
  /// `dropped`: the new one, or older ones.
  std::vector<DroppedBook> Add(BookSketch sketch);

  int64_t books() const { return static_cast<int64_t>(books_.size()); }

 private:
  struct Slot {
    uint64_t hash = 0;
    int64_t book = -1;
  };

  std::vector<DroppedBook> Overlaps(const BookSketch& sketch) const;
  void Index(int64_t book);
  void Insert(Slot slot);
  template <class Take>
  void ForEachHolder(uint64_t hash, const Take& take) const;

  BookOverlapOptions options_;
  std::vector<BookSketch> books_;  // emptied when dropped
  std::vector<Slot> slots_;        // open addressing; a hash may stand there several times
  size_t used_ = 0;
};

}  // namespace cria::corpus
