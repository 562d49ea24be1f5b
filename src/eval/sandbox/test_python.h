// For the tests of the sandbox: Python programs run in one Sandbox that all tests share.
#pragma once

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>

#include "eval/sandbox/sandbox.h"

namespace cria::eval {

inline constexpr char kPython[] = "/usr/bin/python3";

/// Put in front of a program: attempt(f, ...) prints the call if it did not fail.
inline constexpr char kAttempt[] = R"(
import os, sys
def attempt(f, *args):
    try: result = f(*args)
    except Exception: return
    print('succeeded:', getattr(f, '__name__', f), args, result)
)";

/// Runs `body` in a forked child with these new namespaces; what it returns, or -1 if it does not
/// come to that. By the bare system call, as unshare is closed to processes with threads, which
/// sanitizers start.
inline int InChild(const std::function<int()>& body, unsigned long namespaces = 0) {
  const long child = ::syscall(SYS_clone, namespaces | SIGCHLD, 0, 0, 0, 0);
  if (child < 0) return -1;
  if (child == 0) {
    int status = 99;
    try {
      status = body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "child: %s\n", error.what());
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(static_cast<pid_t>(child), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Asked of the system and not of the Sandbox, so that a Sandbox at fault does not skip its tests.
inline bool HasNamespaces() {
  return InChild([] { return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr); },
                 CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET) == 0;
}

/// A comment at the end of every program, by which it is told from one of another test process.
inline const std::string& Tag() {
  static const std::string tag = "\n# test " + std::to_string(::getpid()) + "\n";
  return tag;
}

/// The folder in /proc of a program of this test whose text holds `text`, or nothing.
inline std::string RunningProcess(const std::string& text) {
  namespace fs = std::filesystem;
  const std::string self = std::to_string(::getpid());
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos || name == self) continue;
    std::ifstream file(entry.path() / "cmdline");
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    if (line.find(text) != std::string::npos && line.find(Tag()) != std::string::npos) {
      return entry.path();
    }
  }
  return "";
}

inline bool IsRunning(const std::string& text) { return !RunningProcess(text).empty(); }

class SandboxTest : public testing::Test {
 protected:
  void SetUp() override {
    Tag();  // of this process, also in its forks
    static const bool has_namespaces = HasNamespaces();
    if (!std::filesystem::exists(kPython)) GTEST_SKIP() << "no " << kPython;
    if (!has_namespaces) GTEST_SKIP() << "this system gives no user namespaces";
    static const Sandbox shared;
    sandbox_ = &shared;
  }

  static SandboxRequest Program(const std::string& code) {
    SandboxRequest request;
    request.command = {kPython, "-I", "-c", code + Tag()};
    request.limits.seconds = 60;  // for slow machines; tests of the clock set their own
    request.limits.cpu_seconds = 60;
    return request;
  }

  SandboxResult Run(const SandboxRequest& request) { return sandbox_->Run(request); }
  SandboxResult Run(const std::string& code) { return Run(Program(code)); }

  /// The program ends well and says exactly this.
  void ExpectOutput(const SandboxRequest& request, const std::string& output) {
    const SandboxResult result = Run(request);
    EXPECT_EQ(result.end, SandboxEnd::kExited);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.output, output);
  }
  void ExpectOutput(const std::string& code, const std::string& output) {
    ExpectOutput(Program(code), output);
  }

  /// `code` makes attempts, and none comes off.
  void ExpectNothingSucceeds(const std::string& code) {
    ExpectOutput(kAttempt + code + "\nprint('done')", "done\n");
  }

  const Sandbox* sandbox_ = nullptr;
};

}  // namespace cria::eval
