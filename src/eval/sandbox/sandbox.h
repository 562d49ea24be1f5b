// Runs a program that nobody has read, such as a language model's answer to a coding task, so that
// it can do no harm: own namespaces, no network, one private folder, bounded time and memory.
// Not for programs that need a network, a terminal or the files of the host.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cria::eval {

namespace sandbox {
class Launcher;
struct Tree;
}  // namespace sandbox

/// Bounds of one run. The program and its descendants are "the tree".
struct SandboxLimits {
  double seconds = 10;      ///< wall clock of the tree, from the program's start
  double cpu_seconds = 10;  ///< CPU time of each process, rounded up to whole seconds
  int64_t memory_bytes =
      512 << 20;                  ///< address space of each process; what the tree holds (sampled)
  int64_t processes = 16;         ///< processes and threads of the tree
  int64_t file_bytes = 16 << 20;  ///< all files of the private folder; they are held in memory
  int64_t output_bytes = 64 << 10;  ///< kept of the output; the rest is read and dropped
};

struct SandboxRequest {
  std::vector<std::string> command;                          ///< absolute path of a program first
  std::vector<std::pair<std::string, std::string>> files{};  ///< plain name -> contents
  std::string input{};                                       ///< what the program reads as stdin
  /// Added to PATH, HOME, TMPDIR and LANG; nothing comes from the caller's environment.
  std::vector<std::pair<std::string, std::string>> environment{};
  SandboxLimits limits{};
};

enum class SandboxEnd {
  kExited,      ///< by itself; `status` is the exit status
  kSignalled,   ///< by a signal; `status` is its number
  kTimedOut,    ///< wall clock or CPU time ran out
  kOverMemory,  ///< the tree held more than memory_bytes. One process that asks for more than that
                ///< is refused the memory instead, and ends as it likes
};

struct SandboxResult {
  SandboxEnd end = SandboxEnd::kExited;
  int status = 0;
  std::string output;         ///< stdout and stderr as they came, cut at output_bytes
  int64_t written_bytes = 0;  ///< all that was written to them
  double seconds = 0;         ///< wall clock, from the program's start to its end
  double cpu_seconds = 0;     ///< of the tree
};

/// The folder that a program starts in, sees as HOME and TMPDIR, and alone may write. New for each
/// run.
inline constexpr char kSandboxFolder[] = "/box";

/// What holds for a program: user, process, mount, network, IPC and host-name namespaces of its
/// own; of the host's files only /usr, /bin, /lib*, the loader's cache and five devices, read-only;
/// no /proc; no capability, no new privileges; system calls of an allow list (syscall_filter.h);
/// RLIMIT_* as in SandboxLimits. When the program ends, all that it started is killed; so it is
/// when the caller throws, is interrupted or dies.
///
/// Not bounded: the sum over processes is held by sampling every 50 ms, so a tree may for that long
/// hold up to processes * memory_bytes + file_bytes. Should memory run out, the kernel is told to
/// end the program first. CPU time of the tree is bounded by seconds * processes only.
///
/// Needs Linux 5.14 or later and the right to make user namespaces, as root or as anyone.
class Sandbox {
 public:
  /// Forks a launcher, once, and makes a trial run; throws Error that says what is missing and how
  /// to mend it. Runs are started from the launcher and cost the same however large the caller is:
  /// some 5 ms beside the program's own time. The fork itself takes up to 0.2 s for each GB that
  /// the caller holds in small pages. `also_readable`: further folders that programs may read, such
  /// as the prefix of an interpreter outside /usr.
  explicit Sandbox(const std::vector<std::filesystem::path>& also_readable = {});
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// Runs one program to its end. Threads may call it at the same time. Throws Error if the request
  /// is bad, the command cannot be started, or the system fails; Interrupted after Ctrl-C. Whatever
  /// the program does is a result, not an Error.
  SandboxResult Run(const SandboxRequest& request) const;

 private:
  std::unique_ptr<const sandbox::Tree> tree_;
  std::unique_ptr<const sandbox::Launcher> launcher_;
};

}  // namespace cria::eval
