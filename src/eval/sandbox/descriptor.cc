// Pipes, sockets and sealed memory files, closed on exec.
#include "eval/sandbox/descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace cria::eval::sandbox {
namespace {

int Require(int result, const char* what) {
  if (result >= 0) return result;
  throw Error(fmt::format("cannot make {}: {}", what, std::strerror(errno)), "sandbox",
              "run fewer programs at a time, or raise the limit of open files (ulimit -n)");
}

}  // namespace

void Descriptor::Close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::pair<Descriptor, Descriptor> MakePipe() {
  int ends[2];
  Require(::pipe2(ends, O_CLOEXEC), "a pipe");
  std::pair<Descriptor, Descriptor> pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  Require(::fcntl(ends[0], F_SETFL, O_NONBLOCK), "a pipe");
  return pipe;
}

std::pair<Descriptor, Descriptor> MakeSocketPair() {
  int ends[2];
  Require(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "a socket");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Descriptor MakeSealedFile(std::string_view bytes) {
  constexpr char kWhat[] = "a file in memory";
  Descriptor file(Require(::memfd_create("cria-sandbox", MFD_CLOEXEC | MFD_ALLOW_SEALING), kWhat));
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    Require(written < 0 ? -1 : 0, kWhat);
    bytes.remove_prefix(written);
  }
  Require(::lseek(file.get(), 0, SEEK_SET) < 0 ? -1 : 0, kWhat);
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
  Require(::fcntl(file.get(), F_ADD_SEALS, kSeals), kWhat);
  return file;
}

}  // namespace cria::eval::sandbox
