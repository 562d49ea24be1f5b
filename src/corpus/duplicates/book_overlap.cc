// The index, and who stays.
#include "corpus/duplicates/book_overlap.h"

#include <algorithm>
#include <map>

#include "base/error.h"

namespace cria::corpus {
namespace {

constexpr int kIndexRateLog2 = 10;
// At least so many of a book, even if they are higher.
constexpr size_t kAlwaysIndexed = 32;
// A shingle in more books than this is boilerplate: the further ones are found by their others.
constexpr int kMaxHolders = 256;

size_t CountUpTo(const BookSketch& sketch, uint64_t limit) {
  return static_cast<size_t>(std::upper_bound(sketch.hashes.begin(), sketch.hashes.end(), limit) -
                             sketch.hashes.begin());
}

// How many of its hashes the index holds: the first ones, down to those that are low enough.
size_t IndexedHashes(const BookSketch& sketch) {
  return std::max(CountUpTo(sketch, ~uint64_t{0} >> kIndexRateLog2),
                  std::min(sketch.hashes.size(), kAlwaysIndexed));
}

// How many hashes of the shorter one were to be found through the index, if `old` held them all.
size_t Findable(const BookSketch& old, const BookSketch& fresh) {
  const uint64_t limit =
      std::min(old.hashes[IndexedHashes(old) - 1], ~uint64_t{0} >> fresh.rate_log2);
  return CountUpTo(old.letters < fresh.letters ? old : fresh, limit);
}

}  // namespace

BookOverlap::BookOverlap(const BookOverlapOptions& options) : options_(options), slots_(1 << 10) {
  CRIA_CHECK(options.max_share >= 0 && options.max_share <= 1 && options.much_longer >= 1, "{} {}",
             options.max_share, options.much_longer);
}

template <class Take>
void BookOverlap::ForEachHolder(uint64_t hash, const Take& take) const {
  // The low bits: all hashes here have high bits of zero.
  for (size_t i = hash & (slots_.size() - 1); slots_[i].book >= 0;
       i = (i + 1) & (slots_.size() - 1))
    if (slots_[i].hash == hash) take(slots_[i].book);
}

void BookOverlap::Insert(Slot slot) {
  size_t i = slot.hash & (slots_.size() - 1);
  int holders = 0;
  for (; slots_[i].book >= 0; i = (i + 1) & (slots_.size() - 1))
    if (slots_[i].hash == slot.hash && ++holders == kMaxHolders) return;
  slots_[i] = slot;
  ++used_;
}

void BookOverlap::Index(int64_t book) {
  const BookSketch& sketch = books_[static_cast<size_t>(book)];
  const size_t hashes = IndexedHashes(sketch);
  if (5 * (used_ + hashes) > 4 * slots_.size()) {
    size_t size = slots_.size();
    while (5 * (used_ + hashes) > 4 * size) size *= 2;
    std::vector<Slot> old(size);
    old.swap(slots_);
    used_ = 0;
    for (const Slot& slot : old)  // those of dropped books are left behind
      if (slot.book >= 0 && !books_[static_cast<size_t>(slot.book)].hashes.empty()) Insert(slot);
  }
  for (size_t i = 0; i < hashes; ++i) Insert({sketch.hashes[i], book});
}

// The books that stay so far and share more than they may with `sketch`, in order.
std::vector<DroppedBook> BookOverlap::Overlaps(const BookSketch& sketch) const {
  std::map<int64_t, size_t> shared;  // hashes in the index, by book
  for (const uint64_t hash : sketch.hashes)
    ForEachHolder(hash, [&](int64_t book) {
      if (!books_[static_cast<size_t>(book)].hashes.empty()) ++shared[book];
    });
  std::vector<DroppedBook> found;
  const auto number = static_cast<int64_t>(books_.size());
  for (const auto& [book, count] : shared) {
    const BookSketch& other = books_[static_cast<size_t>(book)];
    // A pair over the limit shares that part of them; asking for half leaves room for chance and
    // boilerplate, and spares the comparison of books that share a page.
    const double expected = options_.max_share * static_cast<double>(Findable(other, sketch));
    if (static_cast<double>(count) < 0.5 * expected) continue;
    const ContentOverlap overlap = OverlapOf(other, sketch);
    if (overlap.share > options_.max_share) found.push_back({number, book, overlap});
  }
  return found;
}

std::vector<DroppedBook> BookOverlap::Add(BookSketch sketch) {
  std::vector<DroppedBook> found = Overlaps(sketch);
  const auto number = static_cast<int64_t>(books_.size());
  const auto stays = [&](const DroppedBook& pair) {
    return static_cast<double>(sketch.letters) <=
           options_.much_longer *
               static_cast<double>(books_[static_cast<size_t>(pair.kept)].letters);
  };
  const auto first = std::find_if(found.begin(), found.end(), stays);
  if (first != found.end()) {
    books_.emplace_back();
    return {*first};
  }
  for (DroppedBook& pair : found) {
    books_[static_cast<size_t>(pair.kept)] = {};
    std::swap(pair.dropped, pair.kept);
  }
  books_.push_back(std::move(sketch));
  Index(number);
  return found;
}

}  // namespace cria::corpus
