// The system calls that a program in the sandbox may make: an allow list, as a seccomp program.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace cria::eval::sandbox {

/// An allow list and not a deny list: what a later kernel adds stays closed without anyone noticing
/// it, and most holes of the last years were in calls that no test program needs (io_uring, bpf,
/// userfaultfd, perf events, keys, packet sockets, netfilter inside user namespaces). A call that
/// is not listed fails as if the kernel did not have it (ENOSYS), which C libraries expect and
/// answer with an older call; clone3 must fail so, as its flags lie in memory where a filter cannot
/// look. Calls of another architecture end the process.
///
/// Of the calls with many faces only these pass: clone without a new namespace; socketpair of UNIX
/// sockets, for asyncio, sent through without an address and without descriptors; ioctl of
/// terminals' size and mode and of descriptor flags; prctl of names; prlimit of oneself.
std::vector<sock_filter> MakeSyscallFilter();

/// Puts the filter over the calling thread and what it starts, for good. Only a system call; false,
/// with errno, if the kernel refuses. no_new_privs must be set.
bool InstallSyscallFilter(const std::vector<sock_filter>& filter);

}  // namespace cria::eval::sandbox
