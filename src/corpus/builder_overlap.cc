// The searches of a build for texts that are nearly others: whole books, and documents by MinHash.
#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "comm/collectives.h"
#include "corpus/builder.h"
#include "corpus/duplicates/book_overlap.h"

namespace cria::corpus {
namespace {

std::vector<BookSketch> SketchBooks(const Part& part, const Stage& texts) {
  std::vector<BookSketch> books;
  DocumentReader reader = texts.Documents(part.key);
  Document text;
  while (reader.Next(&text)) {
    BookSketcher sketcher;
    sketcher.Add(text.text);
    books.push_back(sketcher.Finish());
  }
  return books;
}

std::string ToText(const std::vector<BookSketch>& books) {
  std::string text;
  for (const BookSketch& book : books) {
    text += fmt::format("{} {} {}", book.rate_log2, book.letters, book.hashes.size());
    for (const uint64_t hash : book.hashes) text += fmt::format(" {}", hash);
    text += "\n";
  }
  return text;
}

std::vector<BookSketch> BooksFrom(const std::string& text) {
  std::vector<BookSketch> books;
  std::istringstream in(text);
  BookSketch book;
  size_t hashes = 0;
  while (in >> book.rate_log2 >> book.letters >> hashes) {
    book.hashes.resize(hashes);
    for (uint64_t& hash : book.hashes) in >> hash;
    books.push_back(book);
  }
  return books;
}

}  // namespace

// Every rank goes through all sketches in the order of the parts, so all come to the same.
void Builder::FindBooks() {
  std::vector<std::vector<BookSketch>> own(parts_.size());
  const auto rule = [&](int64_t part) {
    return recipe_.sources[static_cast<size_t>(parts_[static_cast<size_t>(part)].source)].overlap;
  };
  ForEachPart("Sketching books", [&](int64_t i, int) {
    const auto part = static_cast<size_t>(i);
    if (rule(i) > 0) own[part] = SketchBooks(parts_[part], texts_);
  });
  for (size_t s = 0; s < recipe_.sources.size(); ++s) {
    if (recipe_.sources[s].overlap <= 0) continue;
    BookOverlap overlap({.max_share = recipe_.sources[s].overlap, .much_longer = 1.5});
    std::vector<std::pair<size_t, int64_t>> places;  // part and order in it, by number of the book
    for (size_t p = 0; p < parts_.size(); ++p) {
      if (parts_[p].source != static_cast<int>(s)) continue;
      if (team_.size() > 1) {
        const int owner = static_cast<int>(p) % team_.size();
        own[p] = BooksFrom(comm::BroadcastText(*team_.ranks, owner, ToText(own[p])));
      }
      int64_t order = 0;
      for (BookSketch& book : own[p]) {
        places.emplace_back(p, order++);
        for (const DroppedBook& pair : overlap.Add(std::move(book))) {
          const auto& [part, place] = places[static_cast<size_t>(pair.dropped)];
          overlapping_[part].insert(place);
        }
      }
      own[p] = {};
    }
  }
}

// Of the documents that the recipe keeps so far: one goes if an earlier one shares a band with it.
void Builder::FindNearDuplicates() {
  bool wanted = false;
  for (const Source& source : recipe_.sources) wanted |= source.near_duplicates > 0;
  if (!wanted) return;
  choices_.near_duplicates = staging_ / "near";
  if (team_.leads()) fs::create_directories(choices_.near_duplicates);
  Together();
  ExactDuplicates bands(work_.path() / "bands", std::ssize(parts_), options_.memory_bytes, team_);
  std::vector<std::vector<uint16_t>> counts(parts_.size());  // keys of each document, by part
  ForEachPart("Comparing bands", [&](int64_t i, int) {
    const auto part = static_cast<size_t>(i);
    const Source& source = recipe_.sources[static_cast<size_t>(parts_[part].source)];
    std::vector<uint64_t> keys;
    if (source.near_duplicates > 0) {
      AttributesReader reader = judged_.AttributesOf(judged_keys_[part]);
      Attributes attributes;
      while (reader.Next(&attributes)) {
        if (Decide(recipe_, source, attributes, choices_.measures).drop != nullptr) {
          attributes.bands.clear();
        }
        counts[part].push_back(static_cast<uint16_t>(attributes.bands.size()));
        for (const uint64_t key : attributes.bands) {
          keys.push_back(std::max<uint64_t>(2, key & ~uint64_t{1}));  // the first one stays
        }
      }
    }
    bands.Add(i, keys);
  });
  bands.Resolve(context_);
  ForEachPart("Near-duplicates", [&](int64_t i, int) {
    const auto part = static_cast<size_t>(i);
    size_t keys = 0;
    for (const uint16_t count : counts[part]) keys += count;
    if (keys == 0) return;
    const std::vector<bool> removed = bands.Removed(i, keys);
    std::vector<int64_t> documents;
    auto next = removed.begin();
    for (size_t n = 0; n < counts[part].size(); ++n) {
      const auto end = next + counts[part][n];
      if (std::find(next, end, true) != end) documents.push_back(static_cast<int64_t>(n));
      next = end;
    }
    WriteNearDuplicates(choices_.near_duplicates, judged_keys_[part], documents);
  });
}

}  // namespace cria::corpus
