// Results that are ready in any order, written in theirs: to standard output or a file.
#pragma once

#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include "base/file.h"

namespace cria::app {

class OrderedOutput {
 public:
  enum class Existing { kRefuse, kReplace, kAppend };
  /// `path` empty: standard output. The file is opened and locked, what it holds stays until Begin.
  /// Throws Error if it is there already and refused, cannot be written, or another run writes it.
  OrderedOutput(const std::string& path, Existing existing);
  ~OrderedOutput();  ///< removes a file that it made, if nothing was written
  OrderedOutput(const OrderedOutput&) = delete;

  /// Before the first result, once nothing is left that could be refused: what is to be replaced
  /// goes.
  void Begin();

  /// Writes result `index` as soon as all before it are written. Throws Error if it cannot be.
  void Add(int64_t index, std::string text);
  /// Result `index` is there already.
  void Skip(int64_t index);
  /// Writes what is ready although something before it is missing: the end of an interrupted run.
  void WriteRest();
  int64_t written() const { return written_; }

 private:
  using Result = std::optional<std::string>;  // none: skipped
  void Put(int64_t index, Result result);
  void Write(const Result& result);

  std::string path_;
  Existing existing_;
  bool made_ = false;
  FileLock lock_;  // let go of last
  std::FILE* file_;
  std::map<int64_t, Result> ready_;
  int64_t next_ = 0, written_ = 0;
};

}  // namespace cria::app
