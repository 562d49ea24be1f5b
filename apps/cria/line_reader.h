// Lines of standard input, without waiting for those that are not there yet: work goes on with what
// came, and a program that sends one line and waits for its answer gets it.
#pragma once

#include <string>

namespace cria::app {

class LineReader {
 public:
  enum class Result { kLine, kNotYet, kEnd };
  /// Next line without its '\n'. `wait`: never kNotYet, except when a signal came. Throws Error if
  /// standard input cannot be read.
  Result Next(std::string* line, bool wait);

 private:
  std::string buffer_;
  size_t begin_ = 0;
  bool end_ = false;
};

}  // namespace cria::app
