// A run as process 1 gets it: one sealed block of bytes, written by the caller, read without memory
// management.
#pragma once

#include <cstdint>
#include <string_view>

#include "eval/sandbox/descriptor.h"
#include "eval/sandbox/sandbox.h"

namespace cria::eval::sandbox {

/// Throws Error if the request cannot be carried out: relative command, file names with a folder,
/// limits that are not positive, files larger than the folder.
void CheckRequest(const SandboxRequest& request);

/// The block of a request that was checked; no command stands for a trial run.
Descriptor WriteOrder(const SandboxRequest& request);

class Order {
 public:
  struct Head {
    double seconds = 0;
    int64_t cpu_seconds = 0;
    int64_t memory_bytes = 0;
    int64_t processes = 0;
    int64_t file_bytes = 0;
    int64_t arguments = 0;  ///< 0: a trial run
    int64_t variables = 0;
    int64_t files = 0;
    char folder_options[128] = {};  ///< of the private folder's tmpfs
  };

  /// Maps the block, for the rest of the process. Only system calls; false with errno.
  bool Map(int fd);
  const Head& head() const { return *reinterpret_cast<const Head*>(base_); }
  /// Ends with a null pointer, as execve wants it.
  char** arguments() const { return slots_; }
  char** variables() const { return slots_ + head().arguments + 1; }
  const char* file_name(int64_t i) const { return names()[2 * i]; }
  std::string_view file_contents(int64_t i) const;

 private:
  char** names() const { return variables() + head().variables + 1; }

  char* base_ = nullptr;
  char** slots_ = nullptr;
};

}  // namespace cria::eval::sandbox
