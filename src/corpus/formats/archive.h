// The members of an archive (tar behind gzip, bzip2, zstd or compress; zip), one after the other,
// from memory: nothing is written to disk, no link is followed, and a bomb ends early.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "corpus/formats/raw_text.h"

namespace cria::corpus {

struct ArchiveLimits {
  int64_t max_member_bytes = int64_t{64} << 20;
  int64_t max_total_bytes = int64_t{64} << 30;  ///< unpacked, all members, left out ones too
  int64_t max_members = int64_t{10} << 20;      ///< with directories, links and devices
  /// Unpacked bytes per packed byte, judged after the first 16 MiB. Text packs to 1/3 or 1/10, log
  /// files and tables to 1/100; gzip can do 1/1032.
  double max_ratio = 250;
};

/// Gets a member's name (valid UTF-8, '/' between folders, safe) and its bytes, which live until
/// the call returns. May throw; the walk ends and lets it pass.
using TakeMember = std::function<void(std::string_view name, std::string_view bytes)>;

/// As TextSink::Lose; `part` is the member's name, or empty for the archive as a whole. Reasons:
/// unsafe_name, archive_link, archive_device, member_too_long, damaged_member (the walk goes on);
/// too_many_members, archive_too_long, archive_bomb, damaged_archive, no_archive (it ends).
using LoseMember = std::function<void(const Loss& loss)>;

/// Walks over the regular files of an archive in its order; a name that occurs twice comes twice.
/// A compressed file that holds no archive is one member with an empty name. Archives in archives
/// are members: open them with ForEachMemberIn. Throws Error if the file cannot be read.
void ForEachMember(const fs::path& archive, const ArchiveLimits& limits, const TakeMember& take,
                   const LoseMember& lose);

/// The same for an archive in memory; `where` names it in the words for a loss.
void ForEachMemberIn(std::string_view archive, const std::string& where,
                     const ArchiveLimits& limits, const TakeMember& take, const LoseMember& lose);

/// False for names that climb out of a folder or mean another place on some system: absolute, with
/// "..", a drive letter, a backslash, a control character, empty or longer than 4096 bytes.
bool IsSafeMemberName(std::string_view name);

}  // namespace cria::corpus
