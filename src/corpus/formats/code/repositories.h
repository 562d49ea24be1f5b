// Source repositories as people keep them: a folder of them, one of them, or an archive of either.
#pragma once

#include "base/file.h"
#include "corpus/formats/raw_text.h"

namespace cria::corpus {

/// ReadCodeTree (code_tree.h) over a folder, or over the members of an archive (archive.h), whose
/// losses are counted too. Throws Error if `path` cannot be read.
void ReadRepositories(const fs::path& path, TextSink* sink);

}  // namespace cria::corpus
