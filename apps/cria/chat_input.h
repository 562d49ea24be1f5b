// Lines of standard input, where Ctrl-C ends the line and not the program.
#pragma once

#include <string>

namespace cria::app {

enum class InputEvent { kLine, kEnd, kInterrupted };

class ChatInput {
 public:
  /// The next line, without its end. A backslash at the end of a line joins the next one to it.
  InputEvent Next(std::string* line);
  static bool IsTerminal();

 private:
  InputEvent NextLine(std::string* line);
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace cria::app
