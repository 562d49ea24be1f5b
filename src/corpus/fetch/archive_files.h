// The listing of an archive.org item, ITEM_files.xml. Of XML only what that file is made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "corpus/fetch/digests.h"

namespace cria::corpus {

struct ArchiveFile {
  std::string name;  ///< as the item has it: may hold '/', blanks, any letters
  int64_t size_bytes = -1;
  Digests digests;
};

/// Whether `text` looks like such a listing.
bool IsArchiveListing(std::string_view text);

/// The files of the item. Those for members only are left out; the listing's own entry keeps no
/// digest, for a file cannot hold its own. Throws Error with the line if the XML is damaged.
std::vector<ArchiveFile> ReadArchiveListing(std::string_view xml, const std::string& where);

}  // namespace cria::corpus
