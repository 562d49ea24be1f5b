// poll and read; the C++ streams cannot say whether a read would wait.
#include "line_reader.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace cria::app {

LineReader::Result LineReader::Next(std::string* line, bool wait) {
  size_t searched = begin_;
  while (true) {
    const size_t newline = buffer_.find('\n', searched);
    if (newline != std::string::npos) {
      line->assign(buffer_, begin_, newline - begin_);
      begin_ = newline + 1;
      return Result::kLine;
    }
    if (end_) {
      if (begin_ == buffer_.size()) return Result::kEnd;
      line->assign(buffer_, begin_);
      begin_ = buffer_.size();
      return Result::kLine;
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched = buffer_.size();
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&input, 1, wait ? -1 : 0);
    if (ready == 0 || (ready < 0 && errno == EINTR)) return Result::kNotYet;
    buffer_.resize(searched + (1 << 16));
    const ssize_t count = ::read(STDIN_FILENO, buffer_.data() + searched, 1 << 16);
    const int error = errno;
    buffer_.resize(searched + static_cast<size_t>(count > 0 ? count : 0));
    if (count < 0 && error == EINTR) return Result::kNotYet;
    if (count < 0) throw Error(std::strerror(error), "standard input", "give readable input");
    end_ = count == 0;
  }
}

}  // namespace cria::app
