// The trial run's program: does harm, and is glad when it cannot.
#include "eval/sandbox/trial.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "eval/sandbox/init.h"

namespace cria::eval::sandbox {
namespace {

bool CanCreate(const char* path) { return ::open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600) >= 0; }

bool CanMakeNamespaces() {
  const long child = ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) ::_exit(0);
  return child > 0 || ::syscall(SYS_unshare, CLONE_NEWUSER) == 0;
}

bool HasPrivileges() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct held[2] = {};
  if (::syscall(SYS_capget, &header, held) != 0) return true;
  for (const __user_cap_data_struct& word : held) {
    if ((word.effective | word.permitted | word.inheritable) != 0) return true;
  }
  return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || ::geteuid() != kInnerId;
}

// How many children this process may have, up to `most`.
int64_t CountChildren(int64_t most) {
  for (int64_t children = 0; children < most; ++children) {
    const long child = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child < 0) return children;
    if (child == 0) {
      for (;;) ::pause();
    }
  }
  return most;
}

}  // namespace

Trial TryFromInside(int64_t processes) {
  if (::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0) >= 0) return Trial::kNetwork;
  if (CanCreate("/cria-trial") || CanCreate("/usr/cria-trial")) return Trial::kReadOnly;
  if (!CanCreate("cria-trial")) return Trial::kFolder;
  if (CanMakeNamespaces()) return Trial::kNamespaces;
  if (HasPrivileges()) return Trial::kPrivileges;
  if (CountChildren(processes) != processes - 1) return Trial::kProcesses;
  return Trial::kHolds;
}

}  // namespace cria::eval::sandbox
