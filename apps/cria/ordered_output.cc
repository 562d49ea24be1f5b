// Every result is flushed: whoever waits for it reads it at once, and an interrupt loses none.
#include "ordered_output.h"

#include "base/error.h"
#include "base/file.h"

namespace cria::app {

OrderedOutput::OrderedOutput(const std::string& path, Existing existing)
    : path_(path), file_(stdout) {
  if (path.empty()) {
    path_ = "standard output";
    return;
  }
  if (existing == Existing::kRefuse) RequireAbsent(path, false);
  file_ = std::fopen(path.c_str(), existing == Existing::kAppend ? "a" : "w");
  if (file_ == nullptr)
    throw Error("the file cannot be written", path, "check the path and its permissions");
}

OrderedOutput::~OrderedOutput() {
  if (file_ != stdout) std::fclose(file_);
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
