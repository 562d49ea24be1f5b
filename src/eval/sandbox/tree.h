// The file tree that a program sees. What it consists of is worked out beforehand; process 1 of a
// run then mounts it, with system calls alone.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eval/sandbox/report.h"

namespace cria::eval::sandbox {

struct TreeEntry {
  enum class Kind { kFolder, kLink, kBoundFolder, kBoundFile, kBoundDevice };
  Kind kind = Kind::kFolder;
  std::string path{};  ///< inside, absolute
  std::string
      source{};  ///< of a bind: the host's file, while the tree is made; of a link: its text
};

/// In the order in which entries are made.
struct Tree {
  std::vector<TreeEntry> entries;
};

/// The tree of this host: /usr, /bin, /lib*, what the loader needs of /etc, five devices, and
/// `also_readable`. Throws Error if one of those is not a folder, or would open the host's own
/// files of devices, processes or users as a whole.
Tree PlanTree(const std::vector<std::filesystem::path>& also_readable);

struct TreeFailure {
  Step step = Step::kMount;
  int item = -1;
};

/// Makes `tree` the root of the calling process's mount namespace, read-only but for the private
/// folder; nothing else of the host stays reachable. `folder_options`: of the private folder's
/// tmpfs. Only system calls. On failure false, with errno and `failure`.
bool EnterTree(const Tree& tree, const char* folder_options, TreeFailure* failure);

}  // namespace cria::eval::sandbox
