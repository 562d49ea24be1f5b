// Documents from what a user names: a corpus folder, JSON lines, or plain text.
#pragma once

#include <functional>

#include "base/file.h"
#include "corpus/document.h"

namespace cria::app {

/// Calls `use` for every document of `path` until it returns false: of a corpus folder its training
/// part, of a .jsonl (.gz, .zst) file its objects with a "text", of any other file the whole as one
/// text, its paragraphs apart (a text of Wikipedia, say).
void ForEachInputDocument(const fs::path& path,
                          const std::function<bool(const corpus::Document&)>& use);

}  // namespace cria::app
