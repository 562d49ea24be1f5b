// main() of the test programs that run kernels: the variable CRIA_ISA keeps them to one instruction
// set, so that one machine tests what lesser ones run. A machine without it skips, saying so.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "kernels/instructions.h"

namespace {
constexpr int kBadUsage = 2, kSkipped = 77;  // ctest: SKIP_RETURN_CODE
constexpr char kVariable[] = "CRIA_ISA";
}  // namespace

int main(int argc, char** argv) {
  if (const char* name = std::getenv(kVariable)) {
    cria::Isa isa;
    try {
      isa = cria::ParseIsa(name, kVariable);
    } catch (const cria::Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      return kBadUsage;
    }
    try {
      cria::kernels::LimitInstructions(isa, kVariable);
    } catch (const cria::Error& error) {
      std::fprintf(stderr, "skipped: %s\n", error.what());
      return kSkipped;
    }
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
