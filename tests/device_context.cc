// The first GPU, or its emulation; main() of the programs that test on it. A machine without one
// skips, saying so.
#include <gtest/gtest.h>

#include <cstdio>

#include "base/error.h"
#include "kernels/cuda/operations.h"
#include "test_context.h"

namespace cria {

Context TestContext(int threads) { return Context(threads, nullptr, kernels::cuda::OpenDevice(0)); }

}  // namespace cria

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;  // ctest: SKIP_RETURN_CODE
  try {
    cria::TestContext(1);
  } catch (const cria::Error& error) {
    std::fprintf(stderr, "skipped: %s\n", error.what());
    return kSkipped;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
