// The sandbox for programs that mean no harm: what they get, what comes back, what is left behind.
#include "eval/sandbox/sandbox.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <memory>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "eval/sandbox/test_python.h"

namespace cria::eval {
namespace {

std::string Message(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no Error";
}

// Of the calling thread.
int NewestChild() {
  std::ifstream list(fmt::format("/proc/self/task/{}/children", ::syscall(SYS_gettid)));
  int newest = 0;
  for (int child; list >> child;) newest = child;
  return newest;
}

int64_t OpenDescriptors() {
  const fs::directory_iterator open("/proc/self/fd");
  return std::distance(begin(open), end(open));
}

// A run that goes on until this object ends.
class SleepingRun {
 public:
  SleepingRun(const Sandbox& sandbox, const SandboxRequest& request)
      : thread_([&sandbox, request] { EXPECT_THROW(sandbox.Run(request), Interrupted); }) {}
  ~SleepingRun() {
    SetInterruptRequested(true);
    thread_.join();
    SetInterruptRequested(false);
  }

 private:
  std::thread thread_;
};

TEST_F(SandboxTest, GivesInputArgumentsAndStatus) {
  SandboxRequest request = Program(R"(
import sys
print(sys.argv[1:], repr(sys.stdin.read()))
sys.stderr.write("to stderr\n")
sys.exit(7)
)");
  request.command.insert(request.command.end(), {"one two", "", "\"three\""});
  request.input = "a line\nand no end";
  const SandboxResult result = Run(request);
  EXPECT_EQ(result.end, SandboxEnd::kExited);
  EXPECT_EQ(result.status, 7);
  // Python keeps stdout back when it is no terminal, so stderr comes first or last as a whole.
  EXPECT_NE(result.output.find("['one two', '', '\"three\"'] 'a line\\nand no end'\n"),
            std::string::npos);
  EXPECT_NE(result.output.find("to stderr\n"), std::string::npos);
  EXPECT_EQ(result.written_bytes, std::ssize(result.output));
  EXPECT_GT(result.seconds, 0);
  EXPECT_GT(result.cpu_seconds, 0);
}

TEST_F(SandboxTest, TellsTheSignal) {
  for (const int signal : {SIGSEGV, SIGKILL, SIGTERM, SIGABRT}) {
    const SandboxResult result =
        Run("import os; os.kill(os.getpid(), " + std::to_string(signal) + ")");
    EXPECT_EQ(result.end, SandboxEnd::kSignalled);
    EXPECT_EQ(result.status, signal);
  }
}

TEST_F(SandboxTest, GivesFilesAndNothingElse) {
  SandboxRequest request = Program(R"(
import os
def is_open(fd):
    try: os.fstat(fd)
    except OSError: return False
    return True
print(os.getcwd(), sorted(os.listdir('.')))
print(open('bytes', 'rb').read(), os.path.getsize('empty'), len(open('large').read()))
print(sorted(os.environ.items()))
print([fd for fd in range(1024) if is_open(fd)])
)");
  request.files = {
      {"bytes", std::string("\0\xff\n", 3)}, {"empty", ""}, {"large", std::string(3'000'000, 'x')}};
  request.environment = {{"PYTHONHASHSEED", "0"}, {"TMPDIR", "/tmp"}};
  // Descriptors that are not closed on exec must not come through either.
  const int leak = ::open("/etc/passwd", O_RDONLY);
  ExpectOutput(request,
               "/box ['bytes', 'empty', 'large']\n"
               "b'\\x00\\xff\\n' 0 3000000\n"
               "[('HOME', '/box'), ('LANG', 'C.UTF-8'), ('PATH', '/usr/local/bin:/usr/bin:/bin'), "
               "('PYTHONHASHSEED', '0'), ('TMPDIR', '/tmp')]\n"
               "[0, 1, 2]\n");
  ::close(leak);
}

TEST_F(SandboxTest, CutsTheOutputAndCountsIt) {
  SandboxRequest request = Program("print('abc' * 1000, end='')");
  request.limits.output_bytes = 10;
  const SandboxResult result = Run(request);
  EXPECT_EQ(result.output, "abcabcabca");
  EXPECT_EQ(result.written_bytes, 3000);
  request.limits.output_bytes = 0;
  EXPECT_EQ(Run(request).output, "");
}

// What ordinary programs use must not fall to the filter or the limits.
TEST_F(SandboxTest, RunsOrdinaryPython) {
  ExpectOutput(R"(
import asyncio, concurrent.futures, ctypes, decimal, json, math, multiprocessing, os, random, re
import shutil, signal, subprocess, sys, tempfile, threading, time, uuid, zoneinfo
async def two():
    await asyncio.sleep(0.001)
    return 2
print(asyncio.run(two()))
with concurrent.futures.ThreadPoolExecutor(3) as pool: print(sum(pool.map(abs, [-1, -2, -3])))
with multiprocessing.Pool(2) as pool: print(pool.map(math.factorial, [3, 4, 5]))
print(subprocess.run(['/bin/sh', '-c', 'echo $((6*7)) | cat; exit 3'], capture_output=True))
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'a')
    open(path, 'w').write('text')
    shutil.copy2(path, path + 'b')
    os.rename(path + 'b', path + 'c')
    print(open(path + 'c').read(), sorted(os.listdir(folder)))
print(ctypes.CDLL(None).abs(-5), len(os.urandom(8)), open('/dev/zero', 'rb').read(2))
signal.signal(signal.SIGALRM, lambda *a: print('alarm'))
signal.setitimer(signal.ITIMER_REAL, 0.001)
time.sleep(0.05)
lock = multiprocessing.Lock()
with lock: print(sys.stdout.isatty())
)",
               "2\n6\n[6, 24, 120]\n"
               "CompletedProcess(args=['/bin/sh', '-c', 'echo $((6*7)) | cat; exit 3'], "
               "returncode=3, stdout=b'42\\n', stderr=b'')\n"
               "text ['a', 'ac']\n5 8 b'\\x00\\x00'\nalarm\nFalse\n");
}

TEST_F(SandboxTest, RefusesBadRequests) {
  const auto refused = [&](const std::function<void(SandboxRequest*)>& change) {
    SandboxRequest request = Program("pass");
    change(&request);
    EXPECT_THROW(Run(request), Error);
  };
  refused([](SandboxRequest* r) { r->command.clear(); });
  refused([](SandboxRequest* r) { r->command[0] = "python3"; });
  refused([](SandboxRequest* r) { r->command[1] = std::string("a\0b", 3); });
  for (const char* name : {"", ".", "..", "a/b", "/box/a", "../a"}) {
    refused([&](SandboxRequest* r) { r->files = {{name, ""}}; });
  }
  refused([](SandboxRequest* r) { r->files = {{std::string(256, 'n'), ""}}; });
  refused([](SandboxRequest* r) { r->files = {{"same", "1"}, {"same", "2"}}; });
  refused([](SandboxRequest* r) { r->environment = {{"A=B", "c"}}; });
  refused([](SandboxRequest* r) { r->limits.seconds = 0; });
  refused([](SandboxRequest* r) { r->limits.cpu_seconds = -1; });
  refused([](SandboxRequest* r) { r->limits.processes = 0; });
  refused([](SandboxRequest* r) { r->limits.memory_bytes = 0; });
  refused([](SandboxRequest* r) {
    r->limits.file_bytes = 8192;
    r->files = {{"a", std::string(4096, 'a')}, {"b", "1"}, {"c", "2"}};  // three pages
  });
  ExpectOutput("print('still there')", "still there\n");
}

TEST_F(SandboxTest, SaysWhenTheProgramIsNotThere) {
  SandboxRequest request;
  request.command = {"/usr/bin/no-such-program"};
  const std::string absent = Message([&] { Run(request); });
  EXPECT_NE(absent.find("No such file"), std::string::npos) << absent;
  EXPECT_NE(absent.find("where: /usr/bin/no-such-program"), std::string::npos) << absent;
  request.command = {"/box/script"};
  request.files = {{"script", "#!/bin/sh\necho yes\n"}};
  const std::string refused = Message([&] { Run(request); });
  EXPECT_NE(refused.find("Permission denied"), std::string::npos) << refused;
}

TEST_F(SandboxTest, RunsManyAtOnce) {
  std::vector<std::thread> threads;
  threads.reserve(6);
  for (int thread = 0; thread < 6; ++thread) {
    threads.emplace_back([&, thread] {
      for (int run = 0; run < 4; ++run) {
        const std::string name = std::to_string(thread) + "-" + std::to_string(run);
        SandboxRequest request = Program("import os; print(os.listdir(), open('name').read())");
        request.files = {{"name", name}};
        ExpectOutput(request, "['name'] " + name + "\n");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(SandboxTest, LeavesNothingBehind) {
  const auto mounts = [] { return ReadFile("/proc/self/mountinfo"); };
  Run("pass");
  const std::string mounts_before = mounts();
  const int64_t open_before = OpenDescriptors();
  for (int i = 0; i < 5; ++i) {
    Run("import os; os.fork(); os.fork()");
    SandboxRequest absent;
    absent.command = {"/absent"};
    EXPECT_THROW(Run(absent), Error);
  }
  EXPECT_EQ(OpenDescriptors(), open_before);
  EXPECT_EQ(mounts(), mounts_before);
  // The launcher's children are the runs; none is left, alive or as a zombie.
  std::ifstream ours("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  for (int child; ours >> child;) {
    const std::string path = "/proc/" + std::to_string(child);
    std::ifstream theirs(path + "/task/" + std::to_string(child) + "/children");
    std::string grandchild;
    EXPECT_FALSE(theirs >> grandchild) << grandchild;
  }
}

TEST_F(SandboxTest, EndsTheRunWhenInterrupted) {
  {
    const SleepingRun run(*sandbox_, Program("import time; time.sleep(600)  # marker-interrupt"));
    for (int i = 0; i < 3000 && !IsRunning("marker-interrupt"); ++i) ::usleep(10'000);
    EXPECT_TRUE(IsRunning("marker-interrupt"));
  }
  EXPECT_FALSE(IsRunning("marker-interrupt"));
}

TEST_F(SandboxTest, EndsTheRunWhenTheCallerDies) {
  const pid_t caller = ::fork();
  if (caller == 0) {
    const Sandbox own;
    own.Run(Program("import os, time\nos.fork()\nos.setsid()\ntime.sleep(600)  # marker-caller"));
    ::_exit(0);
  }
  const auto wait_until = [](bool running) {
    for (int i = 0; i < 3000 && IsRunning("marker-caller") != running; ++i) ::usleep(10'000);
    return IsRunning("marker-caller") == running;
  };
  EXPECT_TRUE(wait_until(true));
  ::kill(caller, SIGKILL);
  ::waitpid(caller, nullptr, 0);
  EXPECT_TRUE(wait_until(false));
}

// One layer hides another from the program, so each is looked at from outside.
TEST_F(SandboxTest, HasEveryLayer) {
  const SleepingRun run(*sandbox_, Program("import time; time.sleep(600)  # marker-layers"));
  std::string process;
  for (int i = 0; i < 3000 && process.empty(); ++i, ::usleep(10'000)) {
    process = RunningProcess("marker-layers");
  }
  const std::string status = ReadFile(process + "/status");
  for (const char* line : {"NoNewPrivs:\t1\n", "Seccomp:\t2\n", "CapPrm:\t0000000000000000\n",
                           "CapEff:\t0000000000000000\n", "CapBnd:\t0000000000000000\n",
                           "CapInh:\t0000000000000000\n", "CapAmb:\t0000000000000000\n"}) {
    EXPECT_NE(status.find(line), std::string::npos) << line << status;
  }
  for (const char* space : {"user", "pid", "mnt", "net", "ipc", "uts"}) {
    EXPECT_NE(fs::read_symlink(process + "/ns/" + space),
              fs::read_symlink(std::string("/proc/self/ns/") + space));
  }
  // "ID PARENT DEVICE ROOT WHERE OPTIONS ...": all read-only but the private folder.
  std::istringstream mounts(ReadFile(process + "/mountinfo"));
  int count = 0;
  for (std::string line; std::getline(mounts, line); ++count) {
    const bool is_folder = line.find(" /box rw,nosuid,nodev,noexec,") != std::string::npos;
    EXPECT_TRUE(is_folder || line.find(" ro,nosuid,") != std::string::npos) << line;
  }
  EXPECT_GT(count, 5);
  EXPECT_EQ(ReadFile(process + "/oom_score_adj"), "1000\n");
  // Process 1 holds a copy of the caller's memory: it is root's to look into, and dies last.
  std::string first = status.substr(status.find("PPid:\t") + 6);
  first.resize(first.find('\n'));
  struct stat owner;
  EXPECT_EQ(::stat(("/proc/" + first + "/mem").c_str(), &owner), 0);
  EXPECT_EQ(owner.st_uid, 0);
  const auto score = [](const std::string& of) {
    return ReadFile("/proc/" + of + "/oom_score_adj");
  };
  for (int i = 0; i < 1000 && score(first) != score("self"); ++i) ::usleep(10'000);
  EXPECT_EQ(score(first), score("self"));
  if (::geteuid() == 0) {
    EXPECT_NE(status.find("Uid:\t65534\t65534\t65534"), std::string::npos);
  }
}

TEST_F(SandboxTest, SaysWhenTheLauncherIsGone) {
  const Sandbox own;
  const int launcher = NewestChild();
  std::thread killer([&] {
    for (int i = 0; i < 1000 && !IsRunning("marker-launcher"); ++i) ::usleep(10'000);
    ::kill(launcher, SIGKILL);
  });
  EXPECT_NE(Message([&] {
              own.Run(Program("import time; time.sleep(600)  # marker-launcher"));
            }).find("killed from outside"),
            std::string::npos);
  killer.join();
  EXPECT_FALSE(IsRunning("marker-launcher"));
  EXPECT_NE(Message([&] { own.Run(Program("pass")); }).find("launcher"), std::string::npos);
}

// The launcher must not keep what the caller had before it, but its own stack, however large.
TEST_F(SandboxTest, LauncherLetsGoOfLargeMemory) {
  for (const char* sanitizer : {"__asan_init", "__tsan_init"}) {
    if (::dlsym(RTLD_DEFAULT, sanitizer) != nullptr) GTEST_SKIP() << "nothing is let go of here";
  }
  const std::vector<char> weights(128 << 20, 'w');
  std::unique_ptr<Sandbox> own;
  pthread_attr_t large_stack;
  ::pthread_attr_init(&large_stack);
  ASSERT_EQ(::pthread_attr_setstacksize(&large_stack, 64 << 20), 0);
  pthread_t thread;
  const auto make = [](void* place) -> void* {
    *static_cast<std::unique_ptr<Sandbox>*>(place) = std::make_unique<Sandbox>();
    const auto held_kib = [](const std::string& process) {
      const std::string status = ReadFile("/proc/" + process + "/status");
      return std::stoll(status.substr(status.find("RssAnon:") + 8));
    };
    // Small pieces of earlier tests it may hold; the 128 MiB of weights it does not.
    EXPECT_LT(held_kib(std::to_string(NewestChild())), held_kib("self") - (120 << 10)) << "KiB";
    return nullptr;
  };
  ASSERT_EQ(::pthread_create(&thread, &large_stack, make, &own), 0);
  ::pthread_join(thread, nullptr);
  ::pthread_attr_destroy(&large_stack);
  EXPECT_EQ(std::count(weights.begin(), weights.end(), 'w'), 128 << 20);
  // The thread that forked the launcher is gone; the launcher stays.
  EXPECT_EQ(own->Run(Program("print('here')")).output, "here\n");
}

TEST_F(SandboxTest, WorksAsAnOrdinaryUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "the other tests are run by an ordinary user";
  constexpr int kUser = 12345;
  EXPECT_EQ(InChild([] {
              if (::setresgid(kUser, kUser, kUser) != 0) return 1;
              if (::syscall(SYS_setgroups, 0, nullptr) != 0) return 2;
              if (::setresuid(kUser, kUser, kUser) != 0) return 3;
              ::prctl(PR_SET_DUMPABLE, 1);  // as after the start of a program
              const Sandbox own;
              const SandboxResult result = own.Run(Program("import os; print(os.getresuid())"));
              return result.output == "(65534, 65534, 65534)\n" ? 0 : 4;
            }),
            0);
}

TEST_F(SandboxTest, ShowsFurtherFoldersReadOnly) {
  const fs::path folder = "/tmp/cria-sandbox-test/tool";  // folders in /dev are not shown
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::all);
  WriteFile(folder / "file", "contents");
  const Sandbox own({folder});
  SandboxRequest request = Program(R"(
import os, sys
print(open(sys.argv[1] + '/file').read())
for path in (sys.argv[1] + '/new', os.path.dirname(sys.argv[1]) + '/new'):
    try: open(path, 'w'); print('written', path)
    except OSError as error: print(error.strerror)
)");
  request.command.push_back(folder);
  EXPECT_EQ(own.Run(request).output, "contents\nRead-only file system\nRead-only file system\n");
  fs::remove_all(folder.parent_path());
  for (const char* path :
       {"/", "/etc", "/proc/self", "/dev/", "/sys/kernel", "/absent", "/usr/.."}) {
    EXPECT_THROW(Sandbox({path}), Error) << path;
  }
}

TEST_F(SandboxTest, SaysWhatIsMissing) {
  const auto body = [] {
    std::ofstream("/proc/sys/user/max_user_namespaces") << 0;
    const std::string message = Message([] { Sandbox(); });
    return message.find("raise the limits user.max_user_namespaces") == std::string::npos ? 1 : 0;
  };
  EXPECT_EQ(InChild(body, CLONE_NEWUSER), 0);
}

}  // namespace
}  // namespace cria::eval
