// The allow list of system calls, compiled by libseccomp.
#include "eval/sandbox/syscall_filter.h"

#include <asm/ioctls.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "eval/sandbox/descriptor.h"

namespace cria::eval::sandbox {
namespace {

// What interpreters call. Names that this architecture does not have are passed over.
constexpr const char* kAllowed[] = {
    // Open files.
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "preadv2",
    "pwritev2", "open", "openat", "creat", "close", "close_range", "lseek", "_llseek", "dup",
    "dup2", "dup3", "fcntl", "fcntl64", "flock", "fsync", "fdatasync", "ftruncate", "ftruncate64",
    "fallocate", "fadvise64", "fadvise64_64", "sendfile", "sendfile64", "copy_file_range", "pipe",
    "pipe2", "poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6", "pselect6_time64",
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2",
    "eventfd", "eventfd2", "shutdown", "recvfrom",
    // Paths.
    "stat", "stat64", "fstat", "fstat64", "lstat", "lstat64", "newfstatat", "fstatat64", "statx",
    "statfs", "statfs64", "fstatfs", "fstatfs64", "access", "faccessat", "faccessat2", "getdents",
    "getdents64", "getcwd", "chdir", "fchdir", "rename", "renameat", "renameat2", "mkdir",
    "mkdirat", "rmdir", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "readlink",
    "readlinkat", "truncate", "truncate64", "chmod", "fchmod", "fchmodat", "fchmodat2", "umask",
    "utime", "utimes", "utimensat", "utimensat_time64",
    // Memory.
    "brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "msync", "membarrier",
    // Processes and threads.
    "fork", "vfork", "execve", "exit", "exit_group", "wait4", "waitid", "waitpid", "getpid",
    "getppid", "gettid", "getpgid", "getpgrp", "setpgid", "getsid", "setsid", "set_tid_address",
    "set_robust_list", "rseq", "futex", "futex_time64", "sched_yield", "sched_getaffinity",
    "sched_getparam", "sched_getscheduler", "sched_get_priority_max", "sched_get_priority_min",
    "getpriority", "arch_prctl", "getrusage", "times", "getrlimit", "ugetrlimit", "setrlimit",
    "restart_syscall", "capget",
    // Who one is.
    "getuid", "getuid32", "geteuid", "geteuid32", "getgid", "getgid32", "getegid", "getegid32",
    "getresuid", "getresuid32", "getresgid", "getresgid32", "getgroups", "getgroups32",
    // Signals.
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "rt_sigpending", "rt_sigsuspend",
    "rt_sigtimedwait", "rt_sigtimedwait_time64", "sigaltstack", "kill", "tkill", "tgkill", "pause",
    "alarm", "setitimer", "getitimer",
    // Time, and what the machine is.
    "clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "clock_nanosleep",
    "clock_nanosleep_time64", "nanosleep", "gettimeofday", "time", "uname", "sysinfo", "getrandom",
    "getcpu"};

// shutil.copy goes on after "not supported", but not after "no such system call".
constexpr const char* kNotSupported[] = {
    "getxattr",  "lgetxattr",  "fgetxattr",  "setxattr",    "lsetxattr",    "fsetxattr",
    "listxattr", "llistxattr", "flistxattr", "removexattr", "lremovexattr", "fremovexattr"};

constexpr uint64_t kNamespaceFlags = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
                                     CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
constexpr uint64_t kIoctls[] = {TCGETS, TIOCGWINSZ, FIONBIO, FIONREAD, FIOCLEX, FIONCLEX};
constexpr uint64_t kPrctls[] = {PR_SET_NAME, PR_GET_NAME, PR_GET_NO_NEW_PRIVS};

void Require(int result) {
  if (result >= 0) return;
  throw Error("libseccomp cannot make the filter of system calls: error " + std::to_string(-result),
              "sandbox", "use libseccomp 2.5 or later");
}

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), &seccomp_release) {
    Require(context_ == nullptr ? -ENOMEM : 0);
    Require(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    // A binary search instead of a chain of some 200 comparisons on each call.
    Require(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
  }

  void Add(uint32_t action, const char* name, const std::vector<scmp_arg_cmp>& conditions = {}) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) return;
    Require(seccomp_rule_add_array(context_.get(), action, number, conditions.size(),
                                   conditions.data()));
  }

  void Allow(const char* name, const std::vector<scmp_arg_cmp>& conditions = {}) {
    Add(SCMP_ACT_ALLOW, name, conditions);
  }

  std::vector<sock_filter> Compile() const {
    const Descriptor file(::memfd_create("cria-filter", MFD_CLOEXEC));
    Require(file.valid() ? 0 : -errno);
    Require(seccomp_export_bpf(context_.get(), file.get()));
    const off_t bytes = ::lseek(file.get(), 0, SEEK_END);
    std::vector<sock_filter> filter(bytes / sizeof(sock_filter));
    Require(::pread(file.get(), filter.data(), bytes, 0) == bytes ? 0 : -EIO);
    return filter;
  }

 private:
  std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

}  // namespace

std::vector<sock_filter> MakeSyscallFilter() {
  Filter filter;
  for (const char* name : kAllowed) filter.Allow(name);
  for (const char* name : kNotSupported) filter.Add(SCMP_ACT_ERRNO(ENOTSUP), name);
  for (const uint64_t request : kIoctls) filter.Allow("ioctl", {SCMP_A1_64(SCMP_CMP_EQ, request)});
  for (const uint64_t option : kPrctls) filter.Allow("prctl", {SCMP_A0_64(SCMP_CMP_EQ, option)});
  filter.Allow("clone", {SCMP_A0_64(SCMP_CMP_MASKED_EQ, kNamespaceFlags, 0)});
  filter.Allow("socketpair", {SCMP_A0_64(SCMP_CMP_EQ, AF_UNIX)});
  filter.Allow("sendto", {SCMP_A4_64(SCMP_CMP_EQ, 0)});
  filter.Allow("prlimit64", {SCMP_A0_64(SCMP_CMP_EQ, 0)});
  return filter.Compile();
}

bool InstallSyscallFilter(const std::vector<sock_filter>& filter) {
  sock_fprog program = {};
  program.len = static_cast<unsigned short>(filter.size());
  program.filter = const_cast<sock_filter*>(filter.data());
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

}  // namespace cria::eval::sandbox
