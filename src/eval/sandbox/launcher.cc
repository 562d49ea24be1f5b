// Forks the launcher; the launcher waits for requests and clones process 1 of each run into
// namespaces of its own.
#include "eval/sandbox/launcher.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <iterator>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "eval/sandbox/large_areas.h"
#include "eval/sandbox/messages.h"
#include "eval/sandbox/report.h"

namespace cria::eval::sandbox {
namespace {

// Descriptors of the launcher, beside 0, 1 and 2, which lead nowhere.
constexpr int kRequests = 3;
constexpr int kCaller = 4;  // pidfd of the process that forked it
constexpr int kFirstFree = 5;

// Text made without memory management.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    text = text.substr(0, sizeof(text_) - 1 - length_);
    std::memcpy(text_ + length_, text.data(), text.size());
    length_ += text.size();
    return *this;
  }
  Line& operator<<(unsigned number) {
    char digits[12];
    return *this << std::string_view(digits,
                                     std::to_chars(digits, std::end(digits), number).ptr - digits);
  }
  const char* c_str() const { return text_; }
  size_t size() const { return length_; }

 private:
  char text_[96] = {};
  size_t length_ = 0;
};

bool WriteProcessFile(pid_t pid, const char* name, const Line& text) {
  Line path;
  path << "/proc/" << static_cast<unsigned>(pid) << "/" << name;
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool written =
      ::write(file, text.c_str(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  ::close(file);
  errno = error;
  return written;
}

// Lets the inner user stand for `outer` on the host.
bool MapId(pid_t pid, const char* file, unsigned outer) {
  Line line;
  line << static_cast<unsigned>(kInnerId) << " " << outer << " 1";
  return WriteProcessFile(pid, file, line);
}

// For root a run is the host's nobody, who owns nothing and whose processes can be counted; where
// that id is not to be had (a container with a single user) and for anyone else it is the caller.
bool MapIdentity(pid_t pid) {
  Line deny;
  deny << "deny";
  const bool as_nobody = ::geteuid() == 0;
  return WriteProcessFile(pid, "setgroups", deny) &&
         ((as_nobody && MapId(pid, "gid_map", kInnerId)) || MapId(pid, "gid_map", ::getegid())) &&
         ((as_nobody && MapId(pid, "uid_map", kInnerId)) || MapId(pid, "uid_map", ::geteuid()));
}

void Serve(const Blueprint& blueprint, const std::array<int, 4>& received) {
  const InitDescriptors fds{.order = received[0],
                            .input = received[1],
                            .output = received[2],
                            .control = received[3],
                            .caller = kCaller};
  constexpr unsigned long kFlags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET |
                                   CLONE_NEWIPC | CLONE_NEWUTS | CLONE_PIDFD | SIGCHLD;
  int pidfd = -1;
  // With the flags of fork: memory is copied on write.
  const long pid = ::syscall(SYS_clone, kFlags, 0, &pidfd, 0, 0);
  if (pid == 0) {
    ::close(kRequests);
    RunInit(blueprint, fds);
  }
  Report report;
  report.kind = Report::Kind::kFailed;
  if (pid < 0) {
    report.error = errno;
    SendMessage(fds.control, &report, sizeof(report), {});
    return;
  }
  if (MapIdentity(static_cast<pid_t>(pid))) {
    report.kind = Report::Kind::kLaunched;
    report.pid = static_cast<int32_t>(pid);
  } else {
    report.step = Step::kIdentity;
    report.error = errno;
  }
  // Without leave from the caller process 1 ends by itself.
  SendMessage(fds.control, &report, sizeof(report), {&pidfd, 1});
  ::close(pidfd);
}

// The launcher's whole life. Only system calls: it was forked from a process with threads.
[[noreturn]] void RunLauncher(const Blueprint& blueprint) {
  for (;;) {
    pollfd waits[2] = {{kRequests, POLLIN, 0}, {kCaller, POLLIN, 0}};
    if (::poll(waits, 2, -1) < 0) continue;
    if (waits[1].revents != 0) ::_exit(0);
    char request;
    std::array<int, 4> descriptors;
    if (!ReceiveMessage(kRequests, &request, 1, descriptors)) ::_exit(0);
    if (descriptors[3] >= 0) Serve(blueprint, descriptors);
    for (const int fd : descriptors) {
      if (fd >= 0) ::close(fd);
    }
  }
}

// Away from the caller's files, terminal, signals and groups.
[[noreturn]] void BecomeLauncher(const Blueprint& blueprint, int requests, int caller) {
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  ::signal(SIGCHLD, SIG_IGN);  // so that no run leaves a zombie
  ::prctl(PR_SET_NAME, "cria-sandbox");
  ::setsid();
  // To numbers above all targets first, so that no move closes what is moved next.
  const int null = ::fcntl(::open("/dev/null", O_RDWR), F_DUPFD, kFirstFree);
  requests = ::fcntl(requests, F_DUPFD, kFirstFree);
  caller = ::fcntl(caller, F_DUPFD, kFirstFree);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
  const bool ready =
      ::dup3(requests, kRequests, O_CLOEXEC) >= 0 && ::dup3(caller, kCaller, O_CLOEXEC) >= 0 &&
      ::syscall(SYS_close_range, kFirstFree, ~0U, 0) == 0 &&
      (::geteuid() != 0 || ::syscall(SYS_setgroups, 0, nullptr) == 0 || errno == EPERM);
  if (!ready) ::_exit(1);
  RunLauncher(blueprint);
}

// What the launcher still uses of the caller's memory: the blueprint, this thread's stack and
// variables, and the lists themselves.
std::vector<const void*> NeededAddresses(const Blueprint& blueprint,
                                         const std::vector<Area>& areas) {
  std::vector<const void*> needed = {&blueprint,
                                     blueprint.tree,
                                     blueprint.filter.data(),
                                     blueprint.tree->entries.data(),
                                     areas.data(),
                                     &areas,
                                     &errno};
  for (const TreeEntry& entry : blueprint.tree->entries) {
    needed.insert(needed.end(), {entry.path.data(), entry.source.data()});
  }
  needed.push_back(nullptr);  // room for the list's own place
  needed.back() = needed.data();
  return needed;
}

}  // namespace

Launcher::Launcher(const Blueprint& blueprint) {
  const std::vector<Area> areas = FindLargeAreas();
  const std::vector<const void*> needed = NeededAddresses(blueprint, areas);
  const Descriptor self(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  if (!self.valid()) {
    throw Error(fmt::format("the kernel has no pidfd_open: {}", std::strerror(errno)), "sandbox",
                "run on Linux 5.14 or later");
  }
  auto [ours, theirs] = MakeSocketPair();
  pid_ = ::fork();
  if (pid_ == 0) {
    EmptyAreas(areas, needed);
    BecomeLauncher(blueprint, theirs.get(), self.get());
  }
  if (pid_ < 0) {
    throw Error(fmt::format("cannot fork the launcher of the sandbox: {}", std::strerror(errno)),
                "sandbox", "raise the limit of processes (ulimit -u), or free memory");
  }
  requests_ = std::move(ours);
}

Launcher::~Launcher() {
  requests_.Close();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Launcher::Send(const Descriptor& order, const Descriptor& input, const Descriptor& output,
                    const Descriptor& control) const {
  const int descriptors[] = {order.get(), input.get(), output.get(), control.get()};
  const char request = 'r';
  if (!SendMessage(requests_.get(), &request, 1, descriptors)) {
    throw Error(fmt::format("the launcher of the sandbox is gone: {}", std::strerror(errno)),
                "sandbox", "look in the system's log for what killed it, and start again");
  }
}

}  // namespace cria::eval::sandbox
