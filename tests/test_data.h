// Where the shared test data stands. Tests that need it skip plainly when it is absent.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace cria {

/// Folder of the test data (environment CRIA_TEST_DATA), or an empty path.
inline std::filesystem::path TestData() {
  const char* root = std::getenv("CRIA_TEST_DATA");
  if (root == nullptr || !std::filesystem::is_directory(root)) return {};
  return root;
}

}  // namespace cria

/// Skips the test, saying so, when `path` below the test data is not there.
#define CRIA_REQUIRE_TEST_DATA(path)                                                       \
  if (::cria::TestData().empty() || !std::filesystem::exists(::cria::TestData() / (path))) \
  GTEST_SKIP() << "test data not present: " << (path)
