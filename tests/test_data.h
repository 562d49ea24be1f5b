// Where the shared test data stands. Tests that need it skip plainly when it is absent.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace cria {

/// Folder of the test data (environment CRIA_TEST_DATA), or an empty path. Only the place where the
/// build looks by itself may be absent; another that someone named and that is not there fails.
inline std::filesystem::path TestData() {
  const char* root = std::getenv("CRIA_TEST_DATA");
  if (root == nullptr || *root == '\0') return {};
  if (std::filesystem::is_directory(root)) return root;
  if (!std::string_view(root).ends_with("/../shared/data")) {
    ADD_FAILURE() << "CRIA_TEST_DATA names a folder that is not there: " << root;
  }
  return {};
}

}  // namespace cria

/// Skips the test, saying so, when there are no test data; `path` missing below them is a failure.
#define CRIA_REQUIRE_TEST_DATA(path)                                  \
  if (::cria::TestData().empty())                                     \
    GTEST_SKIP() << "test data not present, for: " << (path);         \
  else                                                                \
    ASSERT_TRUE(std::filesystem::exists(::cria::TestData() / (path))) \
        << "test data are there, but not " << (path)
