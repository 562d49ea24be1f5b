// RMSNorm against the reference. Bounds: a sum of n squares in float is off by at most n units,
// half of which reaches the result; then three roundings in float and one to T.
#include "kernels/norm.h"

#include "kernels/cpu/test_values.h"
#include "kernels/ref/norm.h"

namespace cria::kernels {
namespace {

constexpr float kEps = 1e-5f;

template <class T>
struct NormRun {
  int64_t rows, dim;
  std::vector<float> x = NormalValues<float>(rows * dim, 1), gain = NormalValues<float>(dim, 2);
  std::vector<float> dx = NormalValues<float>(rows * dim, 3), dgain = NormalValues<float>(dim, 4);
  std::vector<T> dy = NormalValues<T>(rows * dim, 5), y = Poisoned<T>(rows * dim);
  std::vector<float> inverse = Poisoned<float>(rows);

  void operator()(int threads) {
    const Context context(threads);
    RmsNorm(context, rows, dim, kEps, x.data(), gain.data(), y.data(), inverse.data());
    RmsNormBackward(context, rows, dim, x.data(), gain.data(), inverse.data(), dy.data(), dx.data(),
                    dgain.data());
  }
};

template <class T>
void Check(int64_t rows, int64_t dim) {
  NormRun<T> run{rows, dim};
  const auto x = Widen(run.x), gain = Widen(run.gain), dy = Widen(run.dy);
  std::vector<double> y(rows * dim), dx = Widen(run.dx), dgain = Widen(run.dgain);
  ref::RmsNorm<double>(rows, dim, kEps, x.data(), gain.data(), y.data());
  ref::RmsNormBackward<double>(rows, dim, kEps, x.data(), gain.data(), dy.data(), dx.data(),
                               dgain.data());
  run(2);
  const double sum = 0x1p-24 * static_cast<double>(dim / 2 + 4);
  ExpectNear("y", run.y, y, kUnit<T> + sum, 1e-9);
  // Terms up to ~5 * 5 * 5 cancel in dx; dgain sums `rows` of them.
  ExpectNear("dx", run.dx, dx, sum, 125 * sum);
  ExpectNear("dgain", run.dgain, dgain, sum, 25 * (sum + 0x1p-24 * static_cast<double>(rows)));
}

TEST(RmsNorm, EqualsReference) {
  ForEveryInstructionSet([] {
    for (const int64_t dim : {1, 2, 15, 16, 48, 67, 288, 768}) {
      for (const int64_t rows : {1, 5, 130}) {
        Check<float>(rows, dim);
        Check<BF16>(rows, dim);
      }
    }
  });
}

TEST(RmsNorm, SameBitsForAnyThreads) {
  NormRun<BF16> one{200, 70}, three{200, 70};
  one(1), three(3);
  EXPECT_TRUE(SameBits(one.y, three.y) && SameBits(one.dx, three.dx));
  EXPECT_TRUE(SameBits(one.dgain, three.dgain) && SameBits(one.inverse, three.inverse));
}

}  // namespace
}  // namespace cria::kernels
