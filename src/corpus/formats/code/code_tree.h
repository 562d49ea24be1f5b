// The sources of a folder (or archive) of repositories, of those under an allowed licence. Two
// passes: the licences first, then the files. No file is seen twice as text; equal files are
// another stage's business.
#pragma once

#include <functional>
#include <string_view>

#include "base/file.h"
#include "corpus/formats/code/code_rules.h"
#include "corpus/formats/raw_text.h"

namespace cria::corpus {

/// Where the files come from. Paths have '/' between folders, no leading one: "owner/repo/src/a.c".
class CodeFiles {
 public:
  virtual ~CodeFiles() = default;
  /// Calls `wanted` for every file and every ".git", and directly after it `take` with the bytes of
  /// those it wants. Called twice: must give the same files in the same order. Bytes live until
  /// `take` returns.
  virtual void ForEach(
      const std::function<bool(std::string_view path)>& wanted,
      const std::function<void(std::string_view path, std::string_view bytes)>& take) const = 0;
};

struct CodeTreeOptions {
  CodeRules rules;
  bool cut_headers = true;  ///< copyright and licence comments at the top of files
};

/// Hands out the source files of all repositories, in the order of `files`; `part` is the path,
/// meta {"licence" (SPDX expression), "repository" ("repo", "owner/repo"), "path" (in it),
/// "language" (of programming)}.
/// A repository is the first or second folder of a path, or the root, if it holds a licence file,
/// package metadata that declare a licence, or .git; a README makes none. A file's licence is that
/// of the nearest folder with licence files, up to the repository, or of the part of it that such a
/// file names; else of the nearest metadata or README, but of no README above a folder with .git or
/// metadata; and if the file's own comments state one that is not allowed, that one.
/// Lost: "licence_not_allowed", "licence_unknown", "licence_file", "binary", "too_long", and the
/// reasons of CodeRejectReason.
void ReadCodeTree(const CodeFiles& files, const CodeTreeOptions& options, TextSink* sink);

/// The same for a folder. Links are not followed; names that are not UTF-8 come repaired. Throws
/// Error if `root` cannot be read; files that cannot are lost as "unreadable".
void ReadCodeFolder(const fs::path& root, const CodeTreeOptions& options, TextSink* sink);

}  // namespace cria::corpus
