// Looks at the usual switches that close namespaces, so that the message names the one at fault.
#include "eval/sandbox/setup_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace cria::eval::sandbox {
namespace {

std::string ReadSetting(const std::string& name) {
  std::ifstream file("/proc/sys/" + name);
  std::string value;
  file >> value;
  return value;
}

// For a refusal that comes from above: a container's runtime, a security module, a sysctl.
std::string RemedyForRefusal() {
  if (ReadSetting("kernel/unprivileged_userns_clone") == "0") {
    return "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1), or run as root";
  }
  if (ReadSetting("kernel/apparmor_restrict_unprivileged_userns") == "1") {
    return "AppArmor closes user namespaces to ordinary users: allow them (sysctl "
           "kernel.apparmor_restrict_unprivileged_userns=0), or run as root";
  }
  return "in a container give it namespaces (docker run --cap-add SYS_ADMIN --security-opt "
         "seccomp=unconfined --security-opt apparmor=unconfined), outside a chroot; or run on the "
         "host itself";
}

std::string RemedyForNamespaces(int error) {
  switch (error) {
    case ENOSPC:
    case EUSERS:
      return "raise the limits user.max_user_namespaces, user.max_pid_namespaces, "
             "user.max_mnt_namespaces and user.max_net_namespaces (sysctl), now " +
             ReadSetting("user/max_user_namespaces") + " user namespaces";
    case EAGAIN:
    case ENOMEM:
      return "raise the limit of processes (ulimit -u) or free memory; run fewer programs at a "
             "time";
    case EINVAL:
    case ENOSYS:
      return "use a kernel that has user, pid, mount, net, ipc and uts namespaces, 5.14 or later";
    default:
      return RemedyForRefusal();
  }
}

std::string Doing(const Report& report, const Tree& tree) {
  switch (report.step) {
    case Step::kNamespaces:
      return "making new namespaces";
    case Step::kIdentity:
      return "mapping the user of a new user namespace";
    case Step::kUser:
      return "changing to the user of the sandbox";
    case Step::kMount:
      return "mounting a root folder in memory";
    case Step::kBind:
      return "showing " + tree.entries.at(report.item).path + " read-only";
    case Step::kRoot:
      return "changing the root folder";
    case Step::kFolder:
      return "mounting the private folder";
    case Step::kFile:
      return "writing the program's files";
    case Step::kPrivileges:
      return "giving up privileges";
    case Step::kFilter:
      return "filtering system calls";
    case Step::kProcess:
      return "starting a process";
    case Step::kCommand:
      return "starting the program";
  }
  return "";
}

std::string Remedy(const Report& report) {
  switch (report.step) {
    case Step::kNamespaces:
      return RemedyForNamespaces(report.error);
    case Step::kBind:
      if (report.error == EACCES) {
        return "make the folder and those above it readable for everyone (user nobody)";
      }
      [[fallthrough]];
    case Step::kIdentity:
    case Step::kUser:
    case Step::kMount:
    case Step::kRoot:
    case Step::kFolder:
    case Step::kPrivileges:
      if (report.error == ENOSYS) return "run on Linux 5.14 or later";
      return RemedyForRefusal();
    case Step::kFile:
      return "raise limits.file_bytes, or give each file once";
    case Step::kFilter:
      return "use a kernel with seccomp filters (CONFIG_SECCOMP_FILTER)";
    case Step::kProcess:
      return "raise the limit of processes (ulimit -u)";
    case Step::kCommand:
      return "name a program that is there inside: below /usr, or below a folder that was given to "
             "the Sandbox to read; with enough memory and few enough arguments";
  }
  return "";
}

}  // namespace

Error SetupError(const Report& report, const Tree& tree, const std::string& command) {
  const bool program = report.step == Step::kCommand;
  return Error(
      fmt::format("the sandbox failed at {}: {}", Doing(report, tree), std::strerror(report.error)),
      program ? command : "sandbox", Remedy(report));
}

Error TrialError(Trial trial) {
  const auto error = [](const char* open, const char* mend) {
    return Error(fmt::format("the sandbox does not hold here: {}", open), "sandbox", mend);
  };
  constexpr char kKernel[] = "run on Linux 5.14 or later, not under an emulation of it";
  switch (trial) {
    case Trial::kNetwork:
      return error("a program can open a socket", kKernel);
    case Trial::kReadOnly:
      return error("a program can write outside its folder", kKernel);
    case Trial::kFolder:
      return error("a program cannot write into its folder", "free memory");
    case Trial::kNamespaces:
      return error("a program can make namespaces", kKernel);
    case Trial::kPrivileges:
      return error("a program has privileges", kKernel);
    case Trial::kProcesses:
      return error("the number of processes is not bounded by run",
                   "run on Linux 5.14 or later, with a user namespace of more than one user, or as "
                   "a user other than root");
    case Trial::kHolds:
      break;
  }
  return error("the trial run ended early", "look in the system's log for what killed it");
}

}  // namespace cria::eval::sandbox
