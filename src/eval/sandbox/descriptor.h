// An owned file descriptor, and the few kinds that a run of the sandbox needs.
#pragma once

#include <string_view>
#include <utility>

namespace cria::eval::sandbox {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  void Close();

 private:
  int fd_;
};

/// All are closed on exec. They throw Error when the system has no more descriptors or memory.
std::pair<Descriptor, Descriptor> MakePipe();        ///< read end (non-blocking), write end
std::pair<Descriptor, Descriptor> MakeSocketPair();  ///< keeps message borders
/// A file in memory that nobody can change, read from its start.
Descriptor MakeSealedFile(std::string_view bytes);

}  // namespace cria::eval::sandbox
