// Linux's memfd under its name in /proc.
#include "input.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

namespace cria::fuzz {

InputFile::InputFile(std::span<const uint8_t> bytes) : fd_(::memfd_create("input", 0)) {
  CRIA_CHECK(fd_ >= 0);
  CRIA_CHECK(::write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  path_ = "/proc/self/fd/" + std::to_string(fd_);
}

InputFile::~InputFile() { ::close(fd_); }

}  // namespace cria::fuzz
