// The files of the public evaluation sets: where each lives, under which licence, and the digest by
// which an altered one is known (data/sets.json). Fetches nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/json.h"

namespace cria::eval {

/// Digests are hex in small letters. Numbers are -1 where they are not known.
struct SetFile {
  std::string set;      ///< arc: the first folder of the path
  std::string title;    ///< of the set, for people
  std::string path;     ///< below the folder of the sets; ends in '/' for a folder of many files
  std::string url;      ///< of the file or of the archive that has it; empty: it has no original
  std::string member;   ///< its name in that archive; empty: the address is the file's own
  std::string source;   ///< the authors' page
  std::string licence;  ///< of the set
  std::string note, verified, by_hand;  ///< by_hand: what people must do; empty: it can be fetched
  std::string subset_of;                ///< path of the set that this is only a part of
  int64_t bytes = -1, records = -1;
  std::string sha256;                        ///< of the original, hashed for this registry
  std::string recorded_sha256, recorded_by;  ///< as others have written it down
  std::string unpacked_sha256;               ///< of what is in it, where it is a .gz itself
  int64_t archive_bytes = -1;
  std::string archive_sha256, archive_recorded_by;

  /// The digest to check the file itself with; empty: none is known.
  const std::string& digest() const { return sha256.empty() ? recorded_sha256 : sha256; }
};

/// The entries of a registry. Throws Error, naming `where` and the path, for a missing or unknown
/// key, a digest that is none, a path that is not safe or occurs twice.
std::vector<SetFile> SetFilesFromJson(const Json& json, const std::string& where);

/// The built-in registry, by set, parsed once.
std::span<const SetFile> KnownSetFiles();
/// That of this path, or null.
const SetFile* FindSetFile(std::string_view path);

enum class SetState {
  kOriginal,  ///< the bytes are those that the authors published
  kAltered,   ///< they are not, or are only a part of them
  kUnknown,   ///< no digest is on record, or the registry has no such file
};
const char* SetStateName(SetState state);

/// What `file`, which lies below the folder of the sets, is. Its contents are hashed unpacked: an
/// original may be compressed (x.gz, x.bz2, x.xz, x.zst), and one that is published as .gz may lie
/// unpacked. Of files without a digest, JSON lines are still counted: another number of records
/// than published is an altered set. Throws Error if it cannot be read or unpacked.
SetState CheckSetFile(const fs::path& folder, const fs::path& file);

/// One line for people: path, records and bytes, licence, where from, digest and who knows it.
std::string DescribeSetFile(const SetFile& file);

}  // namespace cria::eval
