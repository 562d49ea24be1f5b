// The emulated device holds kernels to what a GPU asks of them.
#include "kernels/cuda/device.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "kernels/cuda/emulated/device_words.h"

namespace cria::kernels::cuda {
namespace {

TEST(EmulatedDevice, Memory) {
  CudaDevice device(0);
  const int64_t free = device.memory().free_bytes;
  uint8_t* memory = static_cast<uint8_t*>(device.Allocate(1000));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 256, 0u);
  EXPECT_EQ(device.memory().free_bytes, free - 1000);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(memory[i], 0);
  device.Free(memory);
  EXPECT_EQ(device.memory().free_bytes, free);
  EXPECT_THROW(device.Allocate(free + 1), Error);
  EXPECT_THROW(CudaDevice(1), Error);
}

TEST(EmulatedDevice, ScratchIsPoisonedEachTime) {
  CudaDevice device(0);
  for (const int64_t n : {100, 200, 50}) {
    uint8_t* memory = device.Scratch<uint8_t>(CudaDevice::kFirst, n);
    for (int64_t i = 0; i < n; ++i) ASSERT_EQ(memory[i], 0xFF);
    memory[n - 1] = 0;
  }
}

TEST(EmulatedDevice, ReplaysRunAgain) {
  CudaDevice device(0);
  int* memory = static_cast<int*>(device.Allocate(64));
  for (int i = 0; i < 5; ++i) {
    device.Replay(7, [&] {
      device.Scratch<float>(CudaDevice::kFirst, 10);
      Launch(
          &device, {1, 1}, +[](int* to) { ++*to; }, memory);
    });
  }
  EXPECT_EQ(*memory, 5);
  device.Free(memory);
}

TEST(EmulatedDeviceDeathTest, Replays) {
  CudaDevice device(0);
  int64_t n = 64;
  uint8_t* memory = static_cast<uint8_t*>(device.Allocate(64));
  const auto zero = [&] { device.Replay(1, [&] { device.Zero(memory, n); }); };
  zero();
  zero();
  zero();
  n = 32;
  EXPECT_DEATH(zero(), "other work than before");
  const auto grow = [&] {
    device.Replay(2, [&] { device.Scratch<uint8_t>(CudaDevice::kFirst, n); });
  };
  grow();
  n = 128;
  EXPECT_DEATH(grow(), "grows to 128 bytes in a replay");
  const auto download = [&] { device.Replay(3, [&] { device.Download(&n, memory, 8); }); };
  download();
  EXPECT_DEATH(download(), "a download in a replay");
}

TEST(EmulatedDeviceDeathTest, Guards) {
  CudaDevice device(0);
  EXPECT_DEATH(
      {
        uint8_t* memory = static_cast<uint8_t*>(device.Allocate(10));
        memory[10] = 1;
        device.Free(memory);
      },
      "0 bytes behind the end of 10 bytes");
  EXPECT_DEATH(
      {
        device.Scratch<uint8_t>(CudaDevice::kFirst, 10)[12] = 0;
        device.Scratch<uint8_t>(CudaDevice::kFirst, 10);
      },
      "2 bytes behind the end of 10 bytes");
}

}  // namespace
}  // namespace cria::kernels::cuda
