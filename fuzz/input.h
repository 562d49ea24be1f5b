// The input as a file, without a disk: readers map files.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/file.h"

namespace cria::fuzz {

class InputFile {
 public:
  explicit InputFile(std::span<const uint8_t> bytes);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  const fs::path& path() const { return path_; }

 private:
  int fd_;
  fs::path path_;
};

}  // namespace cria::fuzz
