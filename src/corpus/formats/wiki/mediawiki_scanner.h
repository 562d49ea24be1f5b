// The XML of MediaWiki's dumps (export-0.3 to 0.11), page after page. A scanner of this one format,
// not an XML parser: no entities but XML's own, no more memory than one page.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "corpus/formats/raw_text.h"

namespace cria::corpus {

struct MediaWikiSite {
  std::string dbname, base;  ///< "dewiki", "https://de.wikipedia.org/wiki/Hauptseite"; or empty
  std::string lang;          ///< xml:lang of the root
};

/// A page with its latest revision that has a text.
struct MediaWikiPage {
  std::string title, id;
  bool article = true;  ///< namespace 0
  bool redirect = false;
  std::string revision, timestamp, model;  ///< model is empty before export-0.6: wikitext
  std::string text;
  bool too_long = false;  ///< the text is above kMaxRawTextBytes and left out
  int64_t bytes = 0;      ///< of XML
};

class MediaWikiScanner {
 public:
  /// Fills up to `size` bytes and returns their number, 0 at the end. Error means that what follows
  /// is damaged.
  using Source = std::function<size_t(char* to, size_t size)>;

  /// Damage is told to `sink`: "damaged_page" (one that has no end), "damaged_file" (the source or
  /// the dump ends too early, or it is no dump), "entities_declared" and "prolog_too_long", after
  /// which nothing comes.
  MediaWikiScanner(Source source, TextSink* sink);
  ~MediaWikiScanner();

  /// The next page, in the order of the dump; false at the end.
  bool Next(MediaWikiPage* page);
  /// Known when the first page comes.
  const MediaWikiSite& site() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cria::corpus
