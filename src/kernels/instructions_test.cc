// The limit on the instruction set reaches both ways of choosing kernels. What it can show depends
// on the set that the program runs under: ctest runs it under each (NAME@ISA).
#include "kernels/instructions.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

namespace cria::kernels {
namespace {

TEST(Instructions, HighwayFollowsTheLimit) {
  const int64_t targets = hwy::SupportedTargets();
  EXPECT_EQ((targets & HWY_AVX3) != 0, DetectIsa() >= Isa::kAvx512);
  EXPECT_EQ((targets & HWY_AVX2) != 0, DetectIsa() >= Isa::kAvx2);
}

TEST(Instructions, LimitAfterTheFirstQuestionIsABug) {
  DetectIsa();
  EXPECT_DEATH(LimitInstructions(Isa::kPortable, "test"), "after kernels were chosen");
}

}  // namespace
}  // namespace cria::kernels
