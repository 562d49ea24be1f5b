// What to fetch: addresses with what is known of each file, from the lists that servers publish.
// Reads lists, fetches nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "corpus/fetch/digests.h"

namespace cria::corpus {

struct FetchEntry {
  std::string url;
  std::string name;         ///< where it is put, below the folder of the fetch; see SafeName
  int64_t size_bytes = -1;  ///< -1: not known
  Digests digests;
};

/// Reads a list, plain or gzip; its form is seen from its contents:
///  - lines "URL [sha256:HEX | sha1:HEX | md5:HEX] [size:BYTES or BYTES] [local name]"; '#' starts
///  a
///    comment line; a path instead of a URL is one below `base` (Common Crawl's *.paths.gz);
///  - lines "HEX  name" as sha256sum, sha1sum and md5sum write them (Wikimedia's), below `base`;
///  - an archive.org NAME_files.xml; without `base` the files of the item NAME. Files for members
///    only are left out.
/// A local name is the path below `base`, or host and path for a URL that is not below it. Throws
/// Error naming the line for anything else, and if a path has no `base` to go with.
std::vector<FetchEntry> ReadFetchList(const fs::path& path, const std::string& base);
/// The same of a list in memory. `where` is its file name, for errors and for archive.org's item.
std::vector<FetchEntry> ParseFetchList(std::string_view text, const std::string& where,
                                       const std::string& base);

/// Several lists as one, in their order, each URL once with what all of them know. Throws Error if
/// they contradict each other, or if two URLs get the same local name.
std::vector<FetchEntry> MergeFetchLists(const std::vector<std::vector<FetchEntry>>& lists);

/// Gives the entries the digests of a "HEX  name" list: by whole name or, failing that, by last
/// component. Throws Error if the list has none of any entry, or contradicts one.
void AddDigests(std::string_view text, const std::string& where, std::vector<FetchEntry>* entries);

struct FetchChoice {
  std::vector<std::string> accept;  ///< globs over local names (GlobMatch); empty: all
  int64_t first = 0;                ///< above 0: only so many, from the front
  int64_t sample = 0;  ///< above 0: only so many, those with the least hash of URL and seed
  uint64_t seed = 1;
};

/// The chosen entries, in their order. A larger sample of the same seed holds the smaller.
std::vector<FetchEntry> ChooseEntries(std::vector<FetchEntry> entries, const FetchChoice& choice);

}  // namespace cria::corpus
