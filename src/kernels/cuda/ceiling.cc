// Timed on the device, behind runs that are not counted.
#include "kernels/cuda/ceiling.h"

#include <algorithm>
#include <vector>

#include "base/random.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/product.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kRounds = 10;

template <class F>
double MedianMs(CudaDevice* device, int rounds, F f) {
  f();
  f();
  std::vector<double> ms;
  for (int round = 0; round < rounds; ++round) ms.push_back(device->Time(f));
  std::sort(ms.begin(), ms.end());
  return ms[ms.size() / 2];
}

// Ordinary values: zeros are multiplied faster.
Buffer<BF16> RandomValues(const Context& context, int64_t n, uint64_t stream) {
  constexpr int64_t kChunk = int64_t{1} << 20;
  RandomStream random(1, RandomPurpose::kTest, stream);
  std::vector<BF16> chunk(static_cast<size_t>(std::min(n, kChunk)));
  for (BF16& value : chunk) value = BF16(static_cast<float>(random.NextNormal()));
  Buffer<BF16> values(n, context.accelerator());
  for (int64_t at = 0; at < n; at += kChunk) {
    context.accelerator()->Upload(values.data() + at, chunk.data(), std::min(n - at, kChunk) * 2);
  }
  return values;
}

}  // namespace

MemorySpeed MeasureMemory(const Context& context) {
  CudaDevice& device = CudaDevice::Of(context);
  const int64_t bytes = std::min(int64_t{1} << 31, device.memory().free_bytes / 4 / 256 * 256);
  Buffer<uint8_t> from(bytes, &device), to(bytes, &device);
  const double ms = MedianMs(&device, kRounds, [&] { device.Copy(to.data(), from.data(), bytes); });
  const double speed = 2 * static_cast<double>(bytes) / (ms * 1e-3);
  return {.read = speed, .copy = speed};
}

ProductSpeed MeasureProduct(const Context& context, const ProductShape& s, int rounds) {
  CudaDevice& device = CudaDevice::Of(context);
  const Buffer<BF16> x = RandomValues(context, s.m * s.k, 1),
                     w = RandomValues(context, s.n * s.k, 2);
  const Buffer<BF16> dy = RandomValues(context, s.m * s.n, 3);
  Buffer<BF16> y(s.m * s.n, &device);
  Buffer<float> dw(s.n * s.k, &device);
  const double flop = 2.0 * static_cast<double>(s.m) * static_cast<double>(s.n * s.k);
  ProductSpeed speed{.shape = s};
  speed.forward = flop / (1e-3 * MedianMs(&device, rounds, [&] {
                            RunProduct(&device, {.m = s.m,
                                                 .n = s.n,
                                                 .k = s.k,
                                                 .a = {x.data(), s.k, false},
                                                 .b = {w.data(), s.k, true},
                                                 .c = y.data(),
                                                 .c_stride = s.n});
                          }));
  speed.gradient = flop / (1e-3 * MedianMs(&device, rounds, [&] {
                             MatmulTransposedA(context, s.n, s.k, s.m, dy.data(), s.n, x.data(),
                                               s.k, dw.data(), s.k, false);
                           }));
  return speed;
}

double MeasureProductCeiling(const Context& context) {
  return MeasureProduct(context, {8192, 8192, 8192}, kRounds).forward;
}

}  // namespace cria::kernels::cuda
