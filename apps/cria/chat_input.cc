// poll(2) and read(2): a stream would take an interrupted read for the end of the file.
#include "chat_input.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "base/interrupt.h"

namespace cria::app {

bool ChatInput::IsTerminal() { return ::isatty(STDIN_FILENO) != 0; }

InputEvent ChatInput::NextLine(std::string* line) {
  while (true) {
    if (InterruptRequested()) {
      ForgetInterrupt();
      buffer_.clear();
      return InputEvent::kInterrupted;
    }
    const size_t end = buffer_.find('\n');
    if (end != std::string::npos || (ended_ && !buffer_.empty())) {
      *line = buffer_.substr(0, end);
      buffer_.erase(0, end == std::string::npos ? buffer_.size() : end + 1);
      if (line->ends_with('\r')) line->pop_back();
      return InputEvent::kLine;
    }
    if (ended_) return InputEvent::kEnd;
    // A signal that comes between the question and the wait is seen a moment later.
    constexpr int kWaitMs = 200;
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (::poll(&input, 1, kWaitMs) <= 0) continue;
    char bytes[4096];
    const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (got > 0) {
      buffer_.append(bytes, static_cast<size_t>(got));
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else {
      ended_ = true;
    }
  }
}

InputEvent ChatInput::Next(std::string* line) {
  InputEvent event = NextLine(line);
  while (event == InputEvent::kLine && line->ends_with('\\')) {
    line->back() = '\n';
    std::string more;
    event = NextLine(&more);
    if (event == InputEvent::kEnd) return InputEvent::kLine;
    *line += more;
  }
  return event;
}

}  // namespace cria::app
