// Programs that want out: to the host's files, the network, other processes, more rights, or the
// kernel's less used doors. What they reach they print.
#include <arpa/inet.h>
#include <poll.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>

#include "base/file.h"
#include "eval/sandbox/test_python.h"

namespace cria::eval {
namespace {

using EscapeTest = SandboxTest;

TEST_F(EscapeTest, HostFilesAreNotThere) {
  const fs::path secret = fs::path(testing::TempDir()) / "cria-sandbox-secret";
  WriteFile(secret, "secret");
  ::setenv("CRIA_SANDBOX_SECRET", "secret", 1);
  SandboxRequest request = Program(std::string(kAttempt) + R"(
for path in ('/etc/passwd', '/etc/shadow', '/etc/hostname', '/etc/resolv.conf', '/proc', '/sys',
             '/root', '/home', '/var', '/opt', '/run', '/mnt', '/srv', '/host', '/dev/sda',
             '/dev/vda', '/dev/mem', '/dev/kmsg', '/dev/tty', '/dev/fd', '/dev/pts', '/dev/fuse',
             '/dev/net/tun', '/proc/self/environ', '/proc/1/environ', '/proc/1/mem', sys.argv[1]):
    attempt(os.stat, path)
    for climb in ('../' * 30, '/box/../..', '/usr/../../..'): attempt(os.stat, climb + path)
    os.symlink('../' * 30 + path, 'link')
    attempt(os.stat, 'link')
    os.unlink('link')
for i in range(100): os.chdir('..')
print(sorted(set(os.listdir()) - {'bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'usr'}))
print('CRIA_SANDBOX_SECRET' in os.environ, os.uname().nodename)
)");
  request.command.push_back(secret);
  ExpectOutput(request, "['box', 'dev', 'etc', 'tmp']\nFalse sandbox\n");
  ::unsetenv("CRIA_SANDBOX_SECRET");
  fs::remove(secret);
}

TEST_F(EscapeTest, NothingElseCanBeWritten) {
  ExpectNothingSucceeds(R"(
def create(folder): os.close(os.open(folder + '/x', os.O_CREAT | os.O_WRONLY))
folders = ['/', '/etc', '/dev', '/usr', '/usr/local', '/bin', '/lib', '/etc/alternatives']
folders += [os.path.join(top, name) for top in ('/usr', '/usr/lib') for name in os.listdir(top)]
for folder in folders:
    if os.path.isdir(folder):
        attempt(create, folder)
        attempt(os.mkdir, folder + '/y')
        attempt(os.rename, '/box', folder + '/z')
for path in ('/usr/bin/python3', '/etc/ld.so.cache', '/usr'):
    attempt(os.open, path, os.O_RDWR)
    attempt(os.chmod, path, 0o777)
    attempt(os.utime, path)
    attempt(os.unlink, path)
    attempt(os.link, path, 'mine')
for path in ('/dev/null', '/dev/zero', '/tmp', '/dev/shm', '/box'):
    attempt(os.unlink, path)
    attempt(os.rmdir, path)
    attempt(os.rename, path, path + 'x')
attempt(os.chmod, '/dev/null', 0o777)
attempt(os.chmod, '/', 0o777)
attempt(os.mknod, 'device', 0o60600, os.makedev(254, 0))
attempt(os.write, 0, b'x')
attempt(os.ftruncate, 0, 1000)
)");
}

TEST_F(EscapeTest, NothingIsLeftForTheNextRun) {
  const std::string leave = R"(
import os
print(os.listdir('.'), os.listdir('/tmp'), os.listdir('/dev/shm'))
open('/box/message', 'w').write('to the next')
os.mkdir('/tmp/folder')
os.chmod('/box', 0)
)";
  ExpectOutput(leave, "[] [] []\n");
  ExpectOutput(leave, "[] [] []\n");
}

TEST_F(EscapeTest, OwnBinariesDoNotRun) {
  ExpectNothingSucceeds(R"(
import ctypes, shutil, subprocess
shutil.copy('/bin/true', 'mine')
os.chmod('mine', 0o4755)
attempt(subprocess.check_call, ['./mine'])
shutil.copy(next(p for p in ('/lib/x86_64-linux-gnu/libz.so.1', '/bin/true')
                 if os.path.exists(p)), 'lib')
attempt(ctypes.CDLL, './lib')
)");
}

TEST_F(EscapeTest, NoSocketReachesAnyone) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 5), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  SandboxRequest request = Program(std::string(kAttempt) + R"(
import ctypes, errno, socket
address = ('127.0.0.1', int(sys.argv[1]))
attempt(socket.create_connection, address)
for family in range(64):
    for kind in (1, 2, 3, 5): attempt(socket.socket, family, kind, 0)
for family in (2, 10, 16, 17, 30, 40): attempt(socket.socketpair, family)
attempt(socket.getaddrinfo, 'localhost', 80)
# A pair of UNIX sockets is there for asyncio, and leads nowhere but to each other.
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    a, b = socket.socketpair(socket.AF_UNIX, kind)
    a.send(b'x'); b.recv(1)
    for target in ('\0abstract', '/box/bound'):
        attempt(a.bind, target)
        attempt(a.connect, target)
        attempt(a.sendto, b'x', target)
    attempt(a.listen)
    attempt(a.sendmsg, [b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b'\1\0\0\0')])
    attempt(a.setsockopt, socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
print('done')
)");
  request.command.push_back(std::to_string(ntohs(address.sin_port)));
  ExpectOutput(request, "done\n");
  pollfd wait = {listener, POLLIN, 0};
  EXPECT_EQ(::poll(&wait, 1, 0), 0) << "someone came through";
  ::close(listener);
}

TEST_F(EscapeTest, SignalsReachNobodyElse) {
  const std::string kill_all = R"(
import os, signal, time
for pid in [1, -1] + list(range(3, 5000)):
    for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        if pid != os.getpid():
            try: os.kill(pid, number)
            except ProcessLookupError: pass
print('alone', os.getpid(), os.getppid(), flush=True)
os.killpg(0, signal.SIGKILL)
)";
  const std::string quiet = "import time; time.sleep(0.5); print('alive')";
  SandboxResult neighbour;
  std::thread thread([&] { neighbour = Run(quiet); });
  const SandboxResult result = Run(kill_all);
  thread.join();
  EXPECT_EQ(result.output, "alone 2 1\n");
  EXPECT_EQ(result.end, SandboxEnd::kSignalled);
  EXPECT_EQ(result.status, SIGKILL);
  EXPECT_EQ(neighbour.output, "alive\n");
  ExpectOutput("print('still there')", "still there\n");
}

TEST_F(EscapeTest, PrivilegesCannotBeGained) {
  ExpectNothingSucceeds(R"(
import ctypes, subprocess
libc = ctypes.CDLL(None, use_errno=True)
attempt(os.setuid, 0)
attempt(os.setresuid, 0, 0, 0)
attempt(os.setgid, 0)
attempt(os.setgroups, [0])
attempt(os.chroot, '/usr')
attempt(os.nice, -5)
attempt(os.chown, '.', 0, 0)
attempt(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
def raise_limits():
    import resource
    for name in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):
        limit = resource.getrlimit(name)[1]
        try: resource.setrlimit(name, (limit + 1, limit + 1))
        except (ValueError, OSError): continue
        return name
    raise OSError
attempt(raise_limits)
if os.getresuid() != (65534,) * 3 or os.getresgid() != (65534,) * 3: print(os.getresuid())
if not set(os.getgroups()) <= {65534}: print(os.getgroups())
for program in ('/bin/su', '/usr/bin/sudo', '/bin/mount'):
    if os.path.exists(program):
        call = lambda: subprocess.run([program, '-c', 'id'], check=True, capture_output=True)
        attempt(call)
)");
}

// By number, as libseccomp knows them on this machine: the C library may have no function.
TEST_F(EscapeTest, DangerousCallsDoNotExist) {
  std::istringstream names(
      "unshare setns clone3 mount umount2 pivot_root chroot fsopen open_tree move_mount "
      "mount_setattr bpf keyctl add_key request_key perf_event_open userfaultfd "
      "io_uring_setup io_uring_enter io_uring_register kexec_load kexec_file_load "
      "init_module finit_module delete_module reboot swapon swapoff personality ptrace "
      "process_vm_readv process_vm_writev process_madvise pidfd_open pidfd_getfd "
      "pidfd_send_signal kcmp open_by_handle_at name_to_handle_at quotactl acct "
      "settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname iopl "
      "ioperm syslog socket connect bind listen accept4 sendmsg recvmsg memfd_create "
      "memfd_secret shmget shmat semget msgget mq_open mlock mlockall splice vmsplice tee "
      "setuid setresuid setgroups capset seccomp mknod mknodat chown fchownat fanotify_init "
      "inotify_init1 lookup_dcookie move_pages migrate_pages mbind set_mempolicy modify_ldt "
      "remap_file_pages io_setup execveat timer_create rt_sigqueueinfo "
      "landlock_create_ruleset pkey_alloc sched_setscheduler setpriority vhangup");
  SandboxRequest request = Program(R"(
import ctypes, errno, sys
libc = ctypes.CDLL(None, use_errno=True)
for word in sys.argv[1:]:
    name, number = word.split('=')
    result = libc.syscall(ctypes.c_long(int(number)), *[ctypes.c_long(0)] * 6)
    if result != -1 or ctypes.get_errno() != errno.ENOSYS: print(name, result, ctypes.get_errno())
print(len(sys.argv) > 80)
)");
  for (std::string name; names >> name;) {
    const int number = seccomp_syscall_resolve_name(name.c_str());
    if (number < 0) continue;  // not on this architecture
    request.command.push_back(name + "=" + std::to_string(number));
  }
  ExpectOutput(request, "True\n");
}

TEST_F(EscapeTest, CallsWithTwoFacesShowOne) {
  SandboxRequest request = Program(R"(
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
clone, prctl, ioctl, prlimit = map(int, sys.argv[1:])
def call(number, *args):
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) for a in args])
    if result == 0 and number == clone: os._exit(0)
    if result != -1: print(number, args, result)
sigchld = 17
for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x8000000, 0x4000000, 0x2000000):
    call(clone, flag | sigchld, 0, 0, 0, 0)
for option in (4, 8, 22, 23, 24, 28, 35, 36, 38, 47, 0x59616d61): call(prctl, option, 1, 0, 0, 0)
for request in (0x5412, 0x541c, 0x5409, 0x8903, 0x1260, 0xae00): call(ioctl, 0, request, 0)
call(prlimit, 1, 7, 0, 0)
call(clone, sigchld, 0, 0, 0, 0)  # a plain fork: seen by its result
)");
  for (const char* name : {"clone", "prctl", "ioctl", "prlimit64"}) {
    request.command.push_back(std::to_string(seccomp_syscall_resolve_name(name)));
  }
  const SandboxResult result = Run(request);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << result.output;
}

#if defined(__x86_64__)
// Through the entry of 32-bit programs the numbers mean other calls.
TEST_F(EscapeTest, CallsOfAnotherArchitectureKill) {
  const SandboxResult result = Run(R"(
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(b'\xb8\x14\x00\x00\x00\xcd\x80\xc3')  # mov eax, getpid; int 0x80; ret
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
print('before', flush=True)
print('pid', call(), flush=True)
)");
  EXPECT_EQ(result.output, "before\n");
  EXPECT_EQ(result.end, SandboxEnd::kSignalled);
  // SIGSEGV where the kernel has no such entry.
  EXPECT_TRUE(result.status == SIGSYS || result.status == SIGSEGV) << result.status;
}
#endif

}  // namespace
}  // namespace cria::eval
