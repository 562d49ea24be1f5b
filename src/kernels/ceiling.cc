// Timed loops: reads and copies of large arrays, products at the shapes of models.
#include "kernels/ceiling.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <thread>
#include <vector>

#include "base/cpu.h"
#include "kernels/cpu/matmul_blocks.h"
#include "kernels/cuda/ceiling.h"
#include "kernels/matmul.h"
#include "kernels/onednn.h"

namespace cria::kernels {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsOf(const std::function<void()>& run) {
  const auto start = Clock::now();
  run();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Several ways to do the same work, turn and turn about until the time is up; a turn is a few runs
/// in a row. Returns the shortest time of a run of each. Turns are apart: the waiting threads of
/// OpenMP spin for milliseconds after a product of oneDNN and would take the cores from the next.
std::vector<double> BestSeconds(const std::vector<std::function<void()>>& ways, double seconds) {
  constexpr auto kApart = std::chrono::milliseconds(8);
  constexpr int kTurns = 3, kRuns = 2;
  std::vector<double> best(ways.size(), std::numeric_limits<double>::infinity());
  const double turn_s = seconds / (kTurns * static_cast<double>(ways.size()));
  for (int turn = 0; turn < kTurns; ++turn) {
    for (size_t i = 0; i < ways.size(); ++i) {
      if (ways.size() > 1) std::this_thread::sleep_for(kApart);
      const auto start = Clock::now();
      for (int run = 0;
           run < kRuns || std::chrono::duration<double>(Clock::now() - start).count() < turn_s;
           ++run) {
        best[i] = std::min(best[i], SecondsOf(ways[i]));
      }
    }
  }
  return best;
}

/// Small values of both signs, the same on every machine.
template <class T>
Buffer<T> Operand(int64_t size) {
  Buffer<T> values(size);
  for (int64_t i = 0; i < size; ++i) values[i] = T(static_cast<float>(i % 1019) / 512 - 1);
  return values;
}

double Flops(const ProductShape& s) { return 2.0 * static_cast<double>(s.m * s.n * s.k); }

template <class T>
void MeasureForward(const Context& context, double seconds, ProductSpeed* speed) {
  const ProductShape& s = speed->shape;
  const Buffer<float> weights = Operand<float>(s.n * s.k);
  const Buffer<T> x = Operand<T>(s.m * s.k);
  Buffer<T> y(s.m * s.n);
  PackedMatrix<T> packed;
  Pack<T>(context, weights.data(), s.k, s.n, 1, s.k, &packed);
  OneDnnProduct::Setup setup = {
      .m = s.m, .n = s.n, .k = s.k, .bf16 = sizeof(T) == 2, .threads = context.threads()};
  const std::unique_ptr<OneDnnProduct> plain = OneDnnProduct::Make(setup);
  setup.prepacked = true;
  const std::unique_ptr<OneDnnProduct> prepacked = OneDnnProduct::Make(setup);
  std::vector<std::function<void()>> ways = {
      [&] { Matmul<T, T>(context, s.m, x.data(), s.k, packed, y.data(), s.n); }};
  for (OneDnnProduct* peer : {plain.get(), prepacked.get()}) {
    if (peer != nullptr) ways.emplace_back([peer] { peer->Run(); });
  }
  const std::vector<double> best = BestSeconds(ways, seconds);
  speed->forward = Flops(s) / best[0];
  for (size_t i = 1; i < best.size(); ++i) {
    speed->peer_forward = std::max(speed->peer_forward, Flops(s) / best[i]);
  }
}

template <class T>
void MeasureGradient(const Context& context, double seconds, ProductSpeed* speed) {
  const ProductShape& s = speed->shape;
  const Buffer<T> x = Operand<T>(s.m * s.k), dy = Operand<T>(s.m * s.n);
  Buffer<float> dw(s.n * s.k);
  const std::unique_ptr<OneDnnProduct> peer = OneDnnProduct::Make({.m = s.n,
                                                                   .n = s.k,
                                                                   .k = s.m,
                                                                   .bf16 = sizeof(T) == 2,
                                                                   .transposed_a = true,
                                                                   .threads = context.threads()});
  std::vector<std::function<void()>> ways = {[&] {
    MatmulTransposedA<T>(context, s.n, s.k, s.m, dy.data(), s.n, x.data(), s.k, dw.data(), s.k);
  }};
  if (peer != nullptr) ways.emplace_back([&] { peer->Run(); });
  const std::vector<double> best = BestSeconds(ways, seconds);
  speed->gradient = Flops(s) / best[0];
  if (peer != nullptr) speed->peer_gradient = Flops(s) / best[1];
}

}  // namespace

double ProductSpeed::best() const {
  return std::max({forward, peer_forward, gradient, peer_gradient});
}

double MeasureRegisterPeak(const Context& context, DType type, double seconds) {
  constexpr int64_t kLoops = 50000;
  const internal::MatmulUnit& unit = internal::UnitFor(DetectIsa(), type == DType::kBF16);
  const int64_t threads = context.threads();
  std::atomic<int64_t> flops = 0;
  const double best =
      BestSeconds({[&] {
                    flops = 0;
                    context.ParallelFor(threads, [&](int64_t) { flops += unit.spin(kLoops); });
                  }},
                  seconds)[0];
  return static_cast<double>(flops) / best;
}

namespace {

// Reads ask this far ahead for lines, which one core needs to keep enough of them under way.
constexpr int64_t kReadAheadWords = 512;

uint64_t ReadChunk(const uint64_t* from, int64_t words) {
  uint64_t sum[8] = {};
  for (int64_t j = 0; j < words; j += 8) {
    __builtin_prefetch(from + j + kReadAheadWords, 0, 2);
    for (int64_t l = 0; l < 8; ++l) sum[l] ^= from[j + l];
  }
  return std::accumulate(sum, sum + 8, uint64_t{0});
}

/// The same with four places of the chunk side by side.
uint64_t ReadStreams(const uint64_t* from, int64_t words) {
  uint64_t sum[4] = {};
  for (int64_t j = 0; j < words / 4; j += 8) {
    for (int64_t s = 0; s < 4; ++s) {
      for (int64_t l = 0; l < 8; ++l) sum[s] ^= from[s * (words / 4) + j + l];
    }
  }
  return sum[0] ^ sum[1] ^ sum[2] ^ sum[3];
}

}  // namespace

MemorySpeed MeasureMemory(const Context& context, double seconds) {
  if (context.accelerator() != nullptr) return cuda::MeasureMemory(context);
  // Beyond the share of a third-level cache that a few cores have, also on large servers.
  constexpr int64_t kWords = int64_t{512} << 17, kCopied = kWords / 2, kChunks = 64;
  constexpr int64_t kChunk = kWords / kChunks, kCopyChunk = kCopied / kChunks;
  Buffer<uint64_t> from(kWords), to(kCopied);
  context.ParallelFor(kChunks, [&](int64_t i) {
    std::iota(from.data() + i * kChunk, from.data() + (i + 1) * kChunk, uint64_t{1});
  });
  std::atomic<uint64_t> sink = 0;
  const auto read = [&](auto chunk) {
    context.ParallelFor(kChunks,
                        [&](int64_t i) { sink += chunk(from.data() + i * kChunk, kChunk); });
  };
  const auto copy = [&] {
    context.ParallelFor(kChunks, [&](int64_t i) {
      std::memcpy(to.data() + i * kCopyChunk, from.data() + i * kCopyChunk,
                  kCopyChunk * sizeof(uint64_t));
    });
  };
  const std::vector<double> best =
      BestSeconds({[&] { read(ReadChunk); }, [&] { read(ReadStreams); }, copy}, seconds);
  constexpr double kBytes = static_cast<double>(kWords * sizeof(uint64_t));
  return {.read = kBytes / std::min(best[0], best[1]), .copy = kBytes / best[2]};
}

ProductSpeed MeasureProduct(const Context& context, DType type, const ProductShape& shape,
                            double seconds) {
  ProductSpeed speed{.shape = shape};
  if (type == DType::kBF16) {
    MeasureForward<BF16>(context, 0.6 * seconds, &speed);
    MeasureGradient<BF16>(context, 0.4 * seconds, &speed);
  } else {
    MeasureForward<float>(context, 0.6 * seconds, &speed);
    MeasureGradient<float>(context, 0.4 * seconds, &speed);
  }
  return speed;
}

double MeasureProductCeiling(const Context& context, double seconds) {
  if (context.accelerator() != nullptr) return cuda::MeasureProductCeiling(context);
  // Beyond the inner caches, as in a large layer; none is special to a model.
  constexpr ProductShape kShapes[] = {{2048, 2048, 2048}, {4096, 768, 768}, {2048, 6144, 768}};
  double best = 0;
  for (const ProductShape& shape : kShapes) {
    ProductSpeed speed{.shape = shape};
    const double share_s = seconds / static_cast<double>(std::size(kShapes));
    if (DetectIsa() >= Isa::kAvx512Bf16) {
      MeasureForward<BF16>(context, share_s, &speed);
    } else {
      MeasureForward<float>(context, share_s, &speed);
    }
    best = std::max(best, speed.best());
  }
  return best;
}

namespace {

constexpr int64_t kProbeSize = 2048;
constexpr int kProbeRuns = 4;

}  // namespace

struct ProductProbe::Operands {
  Buffer<BF16> x = Operand<BF16>(kProbeSize * kProbeSize);
  Buffer<BF16> y{kProbeSize * kProbeSize};
  PackedMatrix<BF16> weights;
};

ProductProbe::ProductProbe(const Context& context) : operands_(std::make_unique<Operands>()) {
  const Buffer<float> weights = Operand<float>(kProbeSize * kProbeSize);
  Pack<BF16>(context, weights.data(), kProbeSize, kProbeSize, 1, kProbeSize, &operands_->weights);
}
ProductProbe::~ProductProbe() = default;

double ProductProbe::Measure(const Context& context) {
  const double seconds = SecondsOf([&] {
    for (int run = 0; run < kProbeRuns; ++run) {
      Matmul<BF16, BF16>(context, kProbeSize, operands_->x.data(), kProbeSize, operands_->weights,
                         operands_->y.data(), kProbeSize);
    }
  });
  return kProbeRuns * Flops({kProbeSize, kProbeSize, kProbeSize}) / seconds;
}

}  // namespace cria::kernels
