// Replays the corpus of every target, so that found cases are held without clang.
#include <gtest/gtest.h>

#include "base/file.h"
#include "targets.h"

namespace cria::fuzz {
namespace {

class Corpus : public testing::TestWithParam<Target> {};

TEST_P(Corpus, EveryCaseReturns) {
  const fs::path folder = fs::path(CRIA_FUZZ_CORPUS) / GetParam().name;
  ASSERT_TRUE(fs::is_directory(folder)) << folder << ": run fuzz/make_seeds or add a case";
  int cases = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path());
    const MappedFile file(entry.path());
    GetParam().run(file.bytes());
    ++cases;
  }
  EXPECT_GT(cases, 0);
}

INSTANTIATE_TEST_SUITE_P(All, Corpus, testing::ValuesIn(Targets().begin(), Targets().end()),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace cria::fuzz
