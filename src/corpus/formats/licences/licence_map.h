// Which licence holds for a file of a tree of repositories: from the licence files, package
// metadata and READMEs that stand in its folders. A README makes no folder a repository.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/formats/licences/licence.h"
#include "corpus/formats/licences/licence_readme.h"

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
  /// What a folder's files say together is decided once, at the first question about it.
  Answer Find(std::string_view path);

 private:
  struct Folder {
    bool has_git = false;
    bool has_metadata = false;                       // declare a licence or not
    std::map<std::string, LicenceStatement> files;   // licence files by name
    std::map<std::string, LicenceStatement> listed;  // those in LICENSES
    std::map<std::string, std::string> metadata;     // expressions of what declares one
    ReadmeStatement readme;
    std::optional<std::string> decided;  // see Decide; until a file is added
  };
  static bool IsRepository(const Folder& folder);
  static std::string Decide(const Folder& folder);
  static std::string Declared(const Folder& folder);
  static std::string OfPart(const Folder& folder, std::string_view path);
  Folder* Get(std::string_view folder);

  std::map<std::string, Folder, std::less<>> folders_;
};

}  // namespace cria::corpus
