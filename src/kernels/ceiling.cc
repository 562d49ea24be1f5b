#include "kernels/ceiling.h"

#include <algorithm>
#include <chrono>

#include "base/cpu.h"
#include "kernels/matmul.h"

namespace cria::kernels {
namespace {

struct ProductShape {
  int64_t m, n, k;
};
// Operands beyond the inner caches, as in a large layer; none is special to a model.
constexpr ProductShape kShapes[] = {{2048, 2048, 2048}, {4096, 4096, 1024}, {2048, 6144, 768}};

template <class T>
double BestFlops(const Context& context, const ProductShape& s, double seconds) {
  using Clock = std::chrono::steady_clock;
  Buffer<float> weights(s.n * s.k);
  Buffer<T> a(s.m * s.k), c(s.m * s.n);
  for (int64_t i = 0; i < weights.size(); ++i) {
    weights[i] = static_cast<float>(i % 1021) / 512 - 1;
  }
  for (int64_t i = 0; i < a.size(); ++i) a[i] = T(static_cast<float>(i % 1019) / 512 - 1);
  PackedMatrix<T> packed;
  Pack<T>(context, weights.data(), s.k, s.n, 1, s.k, &packed);
  double best = 0;
  const auto begin = Clock::now();
  do {
    const auto start = Clock::now();
    Matmul<T, T>(context, s.m, a.data(), s.k, packed, c.data(), s.n);
    const double run_s = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, 2.0 * static_cast<double>(s.m * s.n * s.k) / run_s);
  } while (std::chrono::duration<double>(Clock::now() - begin).count() < seconds);
  return best;
}

}  // namespace

double MeasureProductCeiling(const Context& context, double seconds) {
  double best = 0;
  for (const ProductShape& shape : kShapes) {
    const double share_s = seconds / static_cast<double>(std::size(kShapes));
    best =
        std::max(best, DetectIsa() >= Isa::kAvx512Bf16 ? BestFlops<BF16>(context, shape, share_s)
                                                       : BestFlops<float>(context, shape, share_s));
  }
  return best;
}

}  // namespace cria::kernels
