// Programs that take more than their share, by mistake or by intent: time, processes, memory, disk,
// output, descriptors.
#include <string>

#include "eval/sandbox/test_python.h"

namespace cria::eval {
namespace {

class HostileTest : public SandboxTest {
 protected:
  SandboxResult RunFor(double seconds, const std::string& code) {
    SandboxRequest request = Program(code);
    request.limits.seconds = seconds;
    return Run(request);
  }
};

TEST_F(HostileTest, EndlessLoopsEnd) {
  for (const char* code :
       {"while True: pass",
        "import signal, time\nfor s in range(1, 65):\n try: signal.signal(s, signal.SIG_IGN)\n "
        "except (OSError, ValueError): pass\nwhile True: time.sleep(1)",
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGSTOP)",
        "import os, time\nos.close(0); os.close(1); os.close(2)\ntime.sleep(600)"}) {
    const SandboxResult result = RunFor(0.3, code);
    EXPECT_EQ(result.end, SandboxEnd::kTimedOut) << code;
    EXPECT_GE(result.seconds, 0.3);
  }
}

TEST_F(HostileTest, CpuTimeEnds) {
  SandboxRequest request = Program("while True: pass");
  request.limits.cpu_seconds = 1;
  const SandboxResult result = Run(request);
  EXPECT_EQ(result.end, SandboxEnd::kTimedOut);
  EXPECT_NEAR(result.cpu_seconds, 1, 0.5);
}

TEST_F(HostileTest, NobodyOutlivesTheProgram) {
  const std::string sleepers = R"(
import os, signal, sys, time  # marker-outlive
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for i in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0: time.sleep(600)
        os._exit(0)
print('left', flush=True)
)";
  const SandboxResult left = Run(sleepers);
  EXPECT_EQ(left.end, SandboxEnd::kExited);
  EXPECT_EQ(left.output, "left\n");
  EXPECT_FALSE(IsRunning("marker-outlive"));
  EXPECT_EQ(RunFor(0.5, sleepers + "time.sleep(600)").end, SandboxEnd::kTimedOut);
  EXPECT_FALSE(IsRunning("marker-outlive"));
}

TEST_F(HostileTest, ForkBombsAreBounded) {
  const SandboxResult bomb =
      RunFor(0.5, "import os  # marker-bomb\nwhile True:\n try: os.fork()\n except OSError: pass");
  EXPECT_EQ(bomb.end, SandboxEnd::kTimedOut);
  EXPECT_FALSE(IsRunning("marker-bomb"));
  SandboxRequest count = Program(R"(
import os, time, threading
children = threads = 0
try:
    while children < 100:
        if os.fork() == 0: time.sleep(600)
        children += 1
except OSError: pass
try:
    while threads < 100:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        threads += 1
except RuntimeError: pass
print(children, threads, flush=True)
os._exit(0)
)");
  count.limits.processes = 5;
  ExpectOutput(count, "4 0\n");
}

TEST_F(HostileTest, ZombiesAreNoHarm) {
  const std::string zombies = R"(
import os
for i in range(100):
    try:
        if os.fork() == 0:
            try: os.fork()
            finally: os._exit(0)
    except OSError: break
print('tried')
)";
  ExpectOutput(zombies, "tried\n");
  ExpectOutput(zombies, "tried\n");
}

TEST_F(HostileTest, MemoryOfAProcessIsBounded) {
  SandboxRequest request = Program(R"(
import mmap
def grow():
    kept = []
    while True: kept.append(b'x' * (8 << 20))
def grow_shared():
    kept = []
    while True: kept.append(mmap.mmap(-1, 8 << 20))
for f in (grow, grow_shared, lambda: bytearray(1 << 40)):
    try: f()
    except (MemoryError, OSError) as error: print('refused')
)");
  request.limits.memory_bytes = 200 << 20;
  ExpectOutput(request, "refused\nrefused\nrefused\n");
}

TEST_F(HostileTest, MemoryOfTheTreeIsBounded) {
  SandboxRequest request = Program(R"(
import os, time  # marker-memory
for i in range(5):
    if os.fork() == 0: break
kept = b'x' * (100 << 20)
time.sleep(600)
)");
  request.limits.memory_bytes = 200 << 20;
  request.limits.processes = 6;
  const SandboxResult result = Run(request);
  EXPECT_TRUE(result.end == SandboxEnd::kOverMemory) << result.output;
  EXPECT_FALSE(IsRunning("marker-memory"));
}

// Forked processes share their pages until they write; what they share counts once.
TEST_F(HostileTest, SharedMemoryCountsOnce) {
  SandboxRequest request = Program(R"(
import os, time
kept = b'x' * (120 << 20)
children = [os.fork() for i in range(2)]
time.sleep(0.4)
if all(children): print('fits')
)");
  request.limits.memory_bytes = 250 << 20;
  ExpectOutput(request, "fits\n");
}

TEST_F(HostileTest, DiskIsBounded) {
  SandboxRequest request = Program(R"(
import os
def fill(name):
    written = 0
    with open(name, 'wb', buffering=0) as file:
        try:
            while written < 100 << 20: written += file.write(b'x' * 65536)
        except OSError: pass
    return written
total = sum(fill(name) for name in ('one', '/tmp/two', '/dev/shm/three'))
print(3 << 20 < total <= 4 << 20, fill('/tmp/one') <= 4 << 20)
for name in os.listdir(): os.unlink(name)
names = 0
try:
    while names < 100000:
        open(str(names), 'w').close()
        names += 1
except OSError: pass
print(500 < names < 2000)
)");
  request.limits.file_bytes = 4 << 20;
  ExpectOutput(request, "True True\nTrue\n");
}

TEST_F(HostileTest, MemoryOutsideProcessesIsRefused) {
  ExpectNothingSucceeds(R"(
import ctypes, mmap
attempt(os.memfd_create, 'hidden')
attempt(lambda: mmap.mmap(-1, 4096, mmap.MAP_SHARED | 0x2000 | mmap.MAP_ANONYMOUS))  # locked
attempt(lambda: open('/dev/mqueue/a', 'w'))
)");
}

TEST_F(HostileTest, AGigabyteOfOutputIsDropped) {
  const SandboxResult result =
      Run("import os\nfor i in range(1 << 14): os.write(1 + i % 2, b'x' * 65536)");
  EXPECT_EQ(result.end, SandboxEnd::kExited);
  EXPECT_EQ(result.written_bytes, int64_t{1} << 30);
  EXPECT_EQ(result.output, std::string(64 << 10, 'x'));
  EXPECT_EQ(RunFor(0.5, "while True: print('x' * 1000)").end, SandboxEnd::kTimedOut);
}

TEST_F(HostileTest, OddDescriptorsAreNoHarm) {
  ExpectOutput(R"(
import os
os.dup2(1, 100)
os.dup2(100, 0)
os.closerange(0, 100)
for fd in range(0, 1024):
    if fd == 100: continue
    for f in (lambda: os.write(fd, b'stray'), lambda: os.read(fd, 10), lambda: os.dup2(fd, fd)):
        try: f()
        except OSError: continue
        os.write(100, b'open %d\n' % fd)
os.write(100, b'done\n')
os._exit(0)
)",
               "done\n");
}

TEST_F(HostileTest, DeepRecursionEnds) {
  const SandboxResult result = Run(R"(
import sys
sys.setrecursionlimit(1 << 30)
class Deep:
    def __getattr__(self, name): return getattr(self, name + 'x' if len(name) < 9 else 'a')
Deep().a
)");
  EXPECT_NE(result.end, SandboxEnd::kTimedOut);
  EXPECT_FALSE(result.end == SandboxEnd::kExited && result.status == 0);
  EXPECT_EQ(Run("def f(): f()\nf()").status, 1);
}

}  // namespace
}  // namespace cria::eval
