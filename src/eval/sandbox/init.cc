// Process 1: into the sandbox, start, wait, report. After a fork of a process with threads, so
// nothing here allocates.
#include "eval/sandbox/init.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <iterator>

#include "eval/sandbox/order.h"
#include "eval/sandbox/report.h"
#include "eval/sandbox/syscall_filter.h"
#include "eval/sandbox/trial.h"

namespace cria::eval::sandbox {
namespace {

constexpr int64_t kOpenFiles = 128;
constexpr int64_t kStackBytes = 8 << 20;

void Send(int control, const Report& report) {
  // One whole message or, when the caller is gone, nothing that anyone waits for.
  (void)!::write(control, &report, sizeof(report));
}

[[noreturn]] void Fail(int control, Step step, int item = -1) {
  Report report;
  report.kind = Report::Kind::kFailed;
  report.step = step;
  report.item = item;
  report.error = errno;
  Send(control, report);
  ::_exit(1);
}

double Now() {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// From now on the kernel ends the run first if the machine's memory runs out. Returns the open file
// to set this process back with, so that the program dies and its end is still reported; or -1.
int OfferToOutOfMemoryKiller(char* before, size_t before_bytes) {
  const int file = ::open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
  if (file < 0) return -1;
  const ssize_t length = ::read(file, before, before_bytes - 1);
  before[std::max<ssize_t>(length, 0)] = '\0';
  (void)!::pwrite(file, "1000", 4, 0);
  return file;
}

void BecomeInnerUser(const InitDescriptors& fds) {
  // By number: the C library's functions would also signal threads that were not forked with us.
  if (::syscall(SYS_setresgid, kInnerId, kInnerId, kInnerId) != 0 ||
      ::syscall(SYS_setresuid, kInnerId, kInnerId, kInnerId) != 0) {
    Fail(fds.control, Step::kUser);
  }
  // After the change of user, which clears it. The launcher's end is the end of this run; if the
  // caller died before this line, nobody would tell us.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd caller = {fds.caller, POLLIN, 0};
  if (::poll(&caller, 1, 0) != 0) ::_exit(1);
  // This memory is a copy of the caller's: no process of the run may look into it.
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) Fail(fds.control, Step::kUser);
  // Signals to "my group" would otherwise reach the launcher and other runs.
  ::setsid();
}

bool WriteWhole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(written);
  }
  return true;
}

void WriteFiles(const Order& order, int control) {
  if (::chdir(kSandboxFolder) != 0) Fail(control, Step::kFolder);
  for (int64_t i = 0; i < order.head().files; ++i) {
    const int fd = ::open(order.file_name(i), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 || !WriteWhole(fd, order.file_contents(i))) Fail(control, Step::kFile);
    ::close(fd);
  }
}

void DropPrivileges(int control) {
  for (int capability = 0; ::prctl(PR_CAPBSET_DROP, capability) == 0; ++capability) {
  }
  if (errno != EINVAL) Fail(control, Step::kPrivileges);  // EINVAL: past the last one
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2] = {};
  if (::syscall(SYS_capset, &header, none) != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    Fail(control, Step::kPrivileges);
  }
}

bool Limit(int resource, int64_t soft, int64_t hard) {
  rlimit limit;
  if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return false;
  limit.rlim_max = std::min<rlim_t>(limit.rlim_max, hard);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, soft);
  return ::setrlimit(static_cast<__rlimit_resource_t>(resource), &limit) == 0;
}

bool SetLimits(const Order::Head& head) {
  const struct {
    int resource;
    int64_t soft, hard;
  } limits[] = {
      {RLIMIT_AS, head.memory_bytes, head.memory_bytes},
      // SIGXCPU first; a program that ignores it is killed a second later.
      {RLIMIT_CPU, head.cpu_seconds, head.cpu_seconds + 1},
      {RLIMIT_NPROC, head.processes + 1, head.processes + 1},  // and process 1
      {RLIMIT_FSIZE, head.file_bytes, head.file_bytes},
      {RLIMIT_NOFILE, kOpenFiles, kOpenFiles},
      {RLIMIT_STACK, kStackBytes, kStackBytes},
      {RLIMIT_MEMLOCK, 0, 0},
      {RLIMIT_MSGQUEUE, 0, 0},
      // Not 0: by the kernel's rule only 1 also keeps a dump from the host's crash collector.
      {RLIMIT_CORE, 1, 1},
  };
  return std::all_of(std::begin(limits), std::end(limits), [](const auto& limit) {
    return Limit(limit.resource, limit.soft, limit.hard);
  });
}

struct Program {
  const Order& order;
  const InitDescriptors& fds;
  int errors;  // where the errno of a failure goes
};

// In a child that shares our memory until it executes; we wait for that.
int Execute(void* argument) {
  constexpr unsigned kCloseOnExec = 4;  // CLOSE_RANGE_CLOEXEC
  const auto& [order, fds, errors] = *static_cast<const Program*>(argument);
  sigset_t none;
  sigemptyset(&none);
  if (::dup2(fds.input, 0) == 0 && ::dup2(fds.output, 1) == 1 && ::dup2(fds.output, 2) == 2 &&
      ::syscall(SYS_close_range, 3, ~0U, kCloseOnExec) == 0 && SetLimits(order.head()) &&
      ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0) {
    if (order.head().arguments == 0) {
      ::close(errors);  // or its children would hold it open
      ::_exit(static_cast<int>(TryFromInside(order.head().processes)));
    }
    ::execve(order.arguments()[0], order.arguments(), order.variables());
  }
  const int error = errno;
  (void)!::write(errors, &error, sizeof(error));
  ::_exit(127);
}

pid_t Start(const Order& order, const InitDescriptors& fds) {
  int errors[2];
  if (::pipe2(errors, O_CLOEXEC) != 0) Fail(fds.control, Step::kProcess);
  // Not fork: this process may be as large as the caller, and its pages would be copied again.
  alignas(16) char stack[64 << 10];
  Program program = {order, fds, errors[1]};
  const pid_t pid = ::clone(&Execute, std::end(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &program);
  if (pid < 0) Fail(fds.control, Step::kProcess);
  ::close(errors[1]);
  int error = 0;
  if (::read(errors[0], &error, sizeof(error)) > 0) {
    errno = error;
    Fail(fds.control, Step::kCommand);
  }
  ::close(errors[0]);
  return pid;
}

// Until `program` ends or its time is over. What it left behind is ended and counted as well.
Report WaitFor(pid_t program, double seconds) {
  Report report;
  report.kind = Report::Kind::kEnded;
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  const double start = Now();
  for (bool running = true; running;) {
    int status = 0;
    for (pid_t pid; running && (pid = ::wait4(-1, &status, WNOHANG | __WALL, nullptr)) > 0;) {
      running = pid != program;
    }
    const double left = start + seconds - Now();
    if (!running) {
      report.wait_status = status;
    } else if (left <= 0) {
      report.timed_out = 1;
      running = false;
    } else {
      timespec time;
      time.tv_sec = static_cast<time_t>(left);
      time.tv_nsec = static_cast<long>((left - static_cast<double>(time.tv_sec)) * 1e9);
      ::sigtimedwait(&child, nullptr, &time);
    }
  }
  report.seconds = Now() - start;
  ::kill(-1, SIGKILL);
  while (::wait4(-1, nullptr, __WALL, nullptr) > 0 || errno == EINTR) {
  }
  rusage usage;
  ::getrusage(RUSAGE_CHILDREN, &usage);
  for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
    report.cpu_seconds += static_cast<double>(time.tv_sec) + 1e-6 * time.tv_usec;
  }
  return report;
}

}  // namespace

void RunInit(const Blueprint& blueprint, const InitDescriptors& fds) {
  char leave;
  if (::read(fds.control, &leave, 1) != 1) ::_exit(0);
  ::signal(SIGCHLD, SIG_DFL);  // the launcher ignores it, and children would vanish unread

  Order order;
  if (!order.Map(fds.order)) Fail(fds.control, Step::kFile);
  char killer_before[16];
  const int killer = OfferToOutOfMemoryKiller(killer_before, sizeof(killer_before));
  BecomeInnerUser(fds);
  ::sethostname("sandbox", 7);
  TreeFailure failure;
  if (!EnterTree(*blueprint.tree, order.head().folder_options, &failure)) {
    Fail(fds.control, failure.step, failure.item);
  }
  WriteFiles(order, fds.control);
  DropPrivileges(fds.control);
  if (!InstallSyscallFilter(blueprint.filter)) Fail(fds.control, Step::kFilter);

  const pid_t program = Start(order, fds);
  if (killer >= 0) (void)!::pwrite(killer, killer_before, ::strlen(killer_before), 0);
  Report started;
  started.kind = Report::Kind::kStarted;
  Send(fds.control, started);
  // The caller reads the end of the output when the program and its children have closed it.
  ::close(fds.output);
  Send(fds.control, WaitFor(program, order.head().seconds));
  ::_exit(0);
}

}  // namespace cria::eval::sandbox
