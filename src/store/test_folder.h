// A temporary folder for tests of this room and its neighbours; removed at the end.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "base/file.h"

namespace cria::store {

class TestFolder {
 public:
  TestFolder() {
    static int count = 0;
    path_ = fs::temp_directory_path() /
            ("cria_store_test_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~TestFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  fs::path operator/(const std::string& name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// The message of the Error that `f` throws; fails the test if it does not.
template <class Error, class F>
std::string MessageOf(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return "";
}

/// Changes one bit of the byte at `offset`.
inline void FlipBit(const fs::path& path, size_t offset) {
  std::string bytes = ReadFile(path);
  ASSERT_LT(offset, bytes.size());
  bytes[offset] ^= 4;
  WriteFile(path, bytes);
}

}  // namespace cria::store
