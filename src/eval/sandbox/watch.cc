// A loop over three descriptors: output, reports, and the process itself.
#include "eval/sandbox/watch.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "base/error.h"
#include "base/interrupt.h"
#include "eval/sandbox/messages.h"
#include "eval/sandbox/setup_error.h"
#include "eval/sandbox/tree_memory.h"

namespace cria::eval::sandbox {
namespace {

// How often an interrupt and the memory of the tree are looked at.
constexpr int kTickMs = 50;
// Process 1 keeps the time itself. Should it not come to it on an overloaded machine, this does.
constexpr double kGraceSeconds = 60;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Whether there is something to read, or an end, within `timeout_ms`.
bool IsReady(int fd, int timeout_ms) {
  pollfd wait = {fd, POLLIN, 0};
  return ::poll(&wait, 1, timeout_ms) > 0;
}

}  // namespace

Watch::Watch(Descriptor control, Descriptor output, const SandboxRequest& request, const Tree& tree)
    : control_(std::move(control)), output_(std::move(output)), request_(request), tree_(tree) {}

Watch::~Watch() {
  if (!process_.valid()) return;
  Kill();
  // The kernel makes process 1's end visible after that of all others. Bounded, as a process that
  // hangs in the kernel must not hold the caller for ever.
  for (int tick = 0; tick < 200 && !IsReady(process_.get(), kTickMs); ++tick) {
  }
}

void Watch::Kill() { ::syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0); }

void Watch::AwaitLaunch() {
  while (!IsReady(control_.get(), kTickMs)) ThrowIfInterrupted();
  int process = -1;
  if (!ReceiveMessage(control_.get(), &report_, sizeof(report_), {&process, 1})) {
    throw Error("the launcher of the sandbox ended without an answer", "sandbox",
                "look in the system's log for what killed it, and start again");
  }
  process_ = Descriptor(process);
  if (report_.kind == Report::Kind::kFailed) {
    throw SetupError(report_, tree_, request_.command.empty() ? "" : request_.command[0]);
  }
  pid_ = report_.pid;
  const char leave = 'l';
  SendMessage(control_.get(), &leave, 1, {});
  deadline_ = Now() + request_.limits.seconds + kGraceSeconds;
  next_look_ = Now() + 1e-3 * kTickMs;
}

SandboxResult Watch::Wait() {
  AwaitLaunch();
  while (Running()) {
    ThrowIfInterrupted();
    KeepBounds();
  }
  ReadReports();
  ReadOutput();
  if (failed_)
    throw SetupError(report_, tree_, request_.command.empty() ? "" : request_.command[0]);
  return Result();
}

// Serves what has come, for one tick at most.
bool Watch::Running() {
  pollfd waits[] = {
      {output_.get(), POLLIN, 0}, {control_.get(), POLLIN, 0}, {process_.get(), POLLIN, 0}};
  if (::poll(waits, 3, kTickMs) < 0) return true;
  if (waits[0].revents != 0) ReadOutput();
  if (waits[1].revents != 0) ReadReports();
  return waits[2].revents == 0;
}

// All that is there, or a few pipes full: so that a flood does not hold up the bounds.
void Watch::ReadOutput() {
  char buffer[64 << 10];
  for (int reads = 0; output_.valid() && reads < 16; ++reads) {
    const ssize_t size = ::read(output_.get(), buffer, sizeof(buffer));
    if (size == 0) output_.Close();  // every writer is gone
    if (size <= 0) return;
    const int64_t room = request_.limits.output_bytes - std::ssize(result_.output);
    result_.output.append(buffer, std::clamp<int64_t>(room, 0, size));
    result_.written_bytes += size;
  }
}

void Watch::ReadReports() {
  while (control_.valid() && IsReady(control_.get(), 0)) {
    Report report;
    if (!ReceiveMessage(control_.get(), &report, sizeof(report), {})) {
      control_.Close();
      return;
    }
    started_ |= report.kind == Report::Kind::kStarted;
    ended_ |= report.kind == Report::Kind::kEnded;
    failed_ |= report.kind == Report::Kind::kFailed;
    report_ = report;
  }
}

// Not after each piece of output: the look into /proc takes longer than the piece.
void Watch::KeepBounds() {
  if (ended_ || over_memory_ || over_time_ || Now() < next_look_) return;
  next_look_ = Now() + 1e-3 * kTickMs;
  // Before its start the process still shares the memory of the launcher.
  over_memory_ = started_ &&
                 DescendantBytes(pid_, request_.limits.memory_bytes) > request_.limits.memory_bytes;
  over_time_ = Now() > deadline_;
  if (over_memory_ || over_time_) Kill();
}

SandboxResult Watch::Result() const {
  SandboxResult result = result_;
  result.seconds = report_.seconds;
  result.cpu_seconds = report_.cpu_seconds;
  const int status = report_.wait_status;
  const int signal = ended_ && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  const bool over_cpu =
      signal == SIGXCPU || (signal == SIGKILL && result.cpu_seconds >= request_.limits.cpu_seconds);
  if (ended_ && !report_.timed_out && !over_cpu) {
    result.end = signal != 0 ? SandboxEnd::kSignalled : SandboxEnd::kExited;
    result.status = signal != 0 ? signal : WEXITSTATUS(status);
  } else if (ended_ || over_time_) {
    result.end = SandboxEnd::kTimedOut;
  } else if (over_memory_) {
    result.end = SandboxEnd::kOverMemory;
  } else {
    throw Error("a run of the sandbox was killed from outside", "sandbox",
                "look in the system's log for what killed it (memory?), and run fewer at a time");
  }
  return result;
}

}  // namespace cria::eval::sandbox
