// Where a file or folder is written until it is whole, and what keeps two writers of it apart.
#pragma once

#include <chrono>
#include <filesystem>

namespace cria {

namespace fs = std::filesystem;

/// The name of an unfinished `target`, beside it. Its ending is this program's own: what a user
/// keeps as NAME.tmp is never taken for it.
inline constexpr char kStagingEnding[] = ".cria.tmp";
fs::path StagingName(const fs::path& target);

/// What `path` names, through links, whether it is there or not, and without a slash at the end:
/// writing to a link replaces what it leads to.
fs::path BehindLink(const fs::path& path);

/// An unfinished file or folder, locked: while this lives no other process writes there. Where the
/// file system knows no locks there are none.
class Staging {
 public:
  Staging() = default;  ///< nothing
  ~Staging() { Release(); }
  Staging(Staging&& other) noexcept;
  Staging& operator=(Staging&& other) noexcept;
  Staging(const Staging&) = delete;

  /// Makes the file, or takes the one that a writer that was killed has left, and empties it. If
  /// another writer has it, waits for `patience` at most, then throws Error.
  static Staging OfFile(const fs::path& staged, std::chrono::milliseconds patience);
  /// The same for a folder and those above it; nobody waits for one.
  static Staging OfFolder(const fs::path& staged);
  /// A folder that is about to have such a name, as it is; nothing if it cannot be opened.
  static Staging OfOld(const fs::path& folder);

  /// A descriptor of it, of a file to write to; -1: nothing.
  int fd() const { return fd_; }
  void Release();

 private:
  explicit Staging(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// Where the system cannot exchange two folders, the old one waits under this ending meanwhile.
inline constexpr char kDisplacedEnding[] = ".old.cria.tmp";

/// Renames the folder `fresh` to `target`. With `replace` a folder that stands there is exchanged
/// for it in one step where the system can, so that one of them is there at any moment, and then
/// removed. Without, it is an Error unless it is empty.
void MoveFolderIntoPlace(const fs::path& fresh, const fs::path& target, bool replace);

/// Renames a file; without `replace` it is an Error if something is there.
void MoveFileIntoPlace(const fs::path& fresh, const fs::path& target, bool replace);

}  // namespace cria
