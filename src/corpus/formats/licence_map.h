// Which licence holds for a file of a tree of repositories: from the licence files, package
// metadata and READMEs that stand in its folders.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/formats/licence.h"
#include "corpus/formats/licence_prose.h"

namespace cria::corpus {

class LicenceMap {
 public:
  /// Whether AddFile needs the bytes of this file.
  static bool Wants(std::string_view path);
  /// A file that Wants() named. Licence files in a folder LICENSES belong to the folder above, and
  /// count where it has none itself: with one they are those of parts.
  void AddFile(std::string_view path, std::string_view bytes);
  /// A path of which only the name counts: ".git", or anything in it.
  void AddName(std::string_view path);

  struct Answer {
    std::string repository;  ///< folder; empty if it is the root, or if there is none
    std::string licence;     ///< SPDX expression; empty if unknown
  };
  Answer Find(std::string_view path) const;

 private:
  struct Folder {
    bool has_git = false;
    std::map<std::string, LicenceStatement> files;   // licence files by name
    std::map<std::string, LicenceStatement> listed;  // those in LICENSES
    std::map<std::string, std::string> metadata;     // expressions of what declares one
    ReadmeStatement readme;
  };
  static std::string Decide(const Folder& folder);
  static std::string Declared(const Folder& folder);
  static std::string OfPart(const Folder& folder, std::string_view path);
  const Folder* Get(std::string_view folder) const;

  std::map<std::string, Folder, std::less<>> folders_;
};

}  // namespace cria::corpus
