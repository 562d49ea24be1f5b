// Every result is flushed: whoever waits for it reads it at once, and an interrupt loses none.
#include "ordered_output.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/system_error.h"

namespace cria::app {

OrderedOutput::OrderedOutput(const std::string& path, Existing existing)
    : path_(BehindLink(path).string()), existing_(existing), file_(stdout) {
  if (path.empty()) {
    path_ = "standard output";
    return;
  }
  // What is no file, such as a pipe, holds nothing that could be lost.
  const bool is_file = !fs::exists(path) || fs::is_regular_file(path) || fs::is_directory(path);
  if (is_file && existing == Existing::kRefuse) RequireAbsent(path, false);
  made_ = !fs::exists(path);
  if (is_file) lock_ = FileLock(path_);
  const int flags = existing == Existing::kAppend ? O_APPEND : 0;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
  if (fd < 0) ThrowSystemError("cannot be written", path);
  file_ = ::fdopen(fd, existing == Existing::kAppend ? "a" : "w");
  CRIA_CHECK(file_ != nullptr);
}

OrderedOutput::~OrderedOutput() {
  if (file_ == stdout) return;
  if (made_ && written_ == 0) ::unlink(path_.c_str());
  std::fclose(file_);
}

void OrderedOutput::Begin() {
  if (file_ == stdout || existing_ != Existing::kReplace || !fs::is_regular_file(path_)) return;
  if (::ftruncate(::fileno(file_), 0) != 0) ThrowSystemError("cannot be emptied", path_);
}

void OrderedOutput::Write(const Result& result) {
  if (!result) return;
  std::fwrite(result->data(), 1, result->size(), file_);
  if (std::fflush(file_) != 0 || std::ferror(file_) != 0) {
    throw Error("the result could not be written", path_, "make room, or write it elsewhere");
  }
  ++written_;
}

void OrderedOutput::Add(int64_t index, std::string text) { Put(index, std::move(text)); }
void OrderedOutput::Skip(int64_t index) { Put(index, std::nullopt); }

void OrderedOutput::Put(int64_t index, Result result) {
  ready_[index] = std::move(result);
  for (auto first = ready_.begin(); first != ready_.end() && first->first == next_;
       first = ready_.begin()) {
    Write(first->second);
    ready_.erase(first);
    ++next_;
  }
}

void OrderedOutput::WriteRest() {
  for (const auto& [index, text] : ready_) Write(text);
  ready_.clear();
}

}  // namespace cria::app
