// Results that are ready in any order, written in theirs: to standard output or a file.
#pragma once

#include <cstdio>
#include <map>
#include <string>

namespace cria::app {

class OrderedOutput {
 public:
  /// `path` empty: standard output. Throws Error if the file is there already, unless `force`.
  OrderedOutput(const std::string& path, bool force);
  ~OrderedOutput();
  OrderedOutput(const OrderedOutput&) = delete;

  /// Writes result `index` as soon as all before it are written. Throws Error if it cannot be.
  void Add(int64_t index, std::string text);
  /// Writes what is ready although something before it is missing: the end of an interrupted run.
  void WriteRest();
  int64_t written() const { return written_; }

 private:
  void Write(const std::string& text);

  std::string path_;
  std::FILE* file_;
  std::map<int64_t, std::string> ready_;
  int64_t next_ = 0, written_ = 0;
};

}  // namespace cria::app
