// The emulation shows what a GPU would do wrong now and then: it starts from poison, varies its
// order, brings copies late, and stops at what a GPU leaves undefined.
#include "kernels/cuda/emulated/fibers.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "kernels/cuda/emulated/device_words.h"

namespace cria::kernels::cuda::emulated {
namespace {

TEST(Fibers, SharedMemoryStartsPoisoned) {
  for (int launch = 0; launch < 3; ++launch) {
    RunGrid(2, 64, 4096, [] {
      const int at = static_cast<int>(threadIdx.x) * 64;
      for (int i = at; i < at + 64; ++i) ASSERT_EQ(SharedMemory()[i], 0xFF);
      __syncthreads();
      SharedMemory()[at] = 1;
    });
  }
}

TEST(Fibers, OrderVaries) {
  std::set<std::vector<unsigned>> orders;
  std::set<unsigned> first_blocks;
  for (int launch = 0; launch < 8; ++launch) {
    std::vector<std::vector<unsigned>> order(4);
    std::vector<unsigned> blocks;
    RunGrid(4, 128, 0, [&] {
      order[blockIdx.x].push_back(threadIdx.x);
      blocks.push_back(blockIdx.x);
    });
    orders.insert(order.begin(), order.end());
    first_blocks.insert(blocks[0]);
  }
  EXPECT_EQ(orders.size(), 4u);  // warps and lanes, forward and backward
  EXPECT_EQ(first_blocks, (std::set<unsigned>{0, 3}));
}

TEST(Fibers, CopiesComeLate) {
  alignas(16) const uint8_t from[16] = {7};
  int late = 0;
  RunGrid(64, 1, 16, [&] {
    CopyAsync16(SharedMemory(), from);
    CommitCopies();
    WaitForCopies<1>();
    late += SharedMemory()[0] == 0xFF;
    WaitForCopies<0>();
    ASSERT_EQ(SharedMemory()[0], 7);
  });
  EXPECT_GT(late, 32);
  EXPECT_LT(late, 64);
}

TEST(Fibers, LanesMeetManyTimes) {
  int rounds = 0;
  RunGrid(3, dim3(8, 4, 2), 0, [&] {
    int sum = 0;
    for (int i = 0; i < 100; ++i) sum += ShuffleXor(static_cast<int>(threadIdx.x) + i, 1 << i % 5);
    for (int i = 0; i < 5; ++i) __syncthreads();
    // Only the lanes' low three bits are in threadIdx.x.
    const int lane = static_cast<int>(threadIdx.x);
    int want = 0;
    for (int i = 0; i < 100; ++i) want += i + (i % 5 < 3 ? lane ^ (1 << i % 5) : lane);
    ASSERT_EQ(sum, want);
    ++rounds;
  });
  EXPECT_EQ(rounds, 3 * 64);
}

TEST(FibersDeathTest, PartOfAWarp) {
  const auto half_ends = [] {
    if (threadIdx.x < 16) ShuffleXor(1, 1);
  };
  EXPECT_DEATH(RunGrid(1, 32, 0, half_ends), "part of a warp.*ShuffleXor");
  const auto half_elsewhere = [] {
    if (threadIdx.x < 16) {
      ShuffleXor(1, 1);
    } else {
      ShuffleXor(1, 1);
    }
  };
  EXPECT_DEATH(RunGrid(1, 32, 0, half_elsewhere), "part of a warp.*ShuffleXor");
  EXPECT_DEATH(RunGrid(1, 48, 0, [] { __syncwarp(); }), "__syncwarp.*in a warp of 16 lanes");
}

TEST(FibersDeathTest, PartOfABlock) {
  EXPECT_DEATH(RunGrid(1, 64, 0,
                       [] {
                         if (threadIdx.x < 32) __syncthreads();
                       }),
               "part of a block");
  EXPECT_DEATH(RunGrid(1, 64, 0,
                       [] {
                         if (threadIdx.x > 0) __syncthreads();
                       }),
               "part of a warp");
}

TEST(FibersDeathTest, Bounds) {
  EXPECT_DEATH(RunGrid(1, 32, (227 << 10) + 1, [] {}), "bytes of shared memory");
  EXPECT_DEATH(RunGrid(1, 1025, 0, [] {}), "a block of 1025 x 1 x 1");
  EXPECT_DEATH(RunGrid(0, 1, 0, [] {}), "a grid of 0 x 1 x 1");
  EXPECT_DEATH(RunGrid(1, 1, 16, [] { SharedMemory()[16] = 0; }), "0 bytes behind the end");
  EXPECT_DEATH(RunGrid(1, 1, 16, [] { SharedMemory()[-2] = 0; }), "2 bytes before shared memory");
  EXPECT_DEATH(RunGrid(1, 1, 64, [] { CopyAsync16(SharedMemory() + 8, SharedMemory() + 16); }),
               "CopyAsync16 to");
}

}  // namespace
}  // namespace cria::kernels::cuda::emulated
