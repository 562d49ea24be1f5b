// RMSNorm on the GPU against the reference. Bounds: a sum of n squares in float is off by at most n
// units, half of which reaches the result; then four roundings in float and one to T.
#include "kernels/norm.h"

#include "kernels/cuda/device_array.h"
#include "kernels/ref/norm.h"

namespace cria::kernels::cuda {
namespace {

constexpr float kEps = 1e-5f;

/// Operands begin `offset` values behind an aligned address.
template <class V>
std::vector<V> Behind(int64_t offset, const std::vector<V>& values) {
  std::vector<V> all(offset);
  all.insert(all.end(), values.begin(), values.end());
  return all;
}

template <class T>
struct NormRun {
  int64_t rows, dim, offset = 0;
  std::vector<float> x = NormalValues<float>(rows * dim, 1), gain = NormalValues<float>(dim, 2);
  std::vector<float> dx = NormalValues<float>(rows * dim, 3), dgain = NormalValues<float>(dim, 4);
  std::vector<T> dy = NormalValues<T>(rows * dim, 5), y = {};
  std::vector<float> inverse = {};

  void operator()() {
    DeviceArray<float> x_there(Behind(offset, x)), gain_there(gain), dx_there(dx),
        dgain_there(dgain);
    DeviceArray<T> dy_there(dy), y_there = DeviceArray<T>::Poisoned(rows * dim);
    DeviceArray<float> inverse_there = DeviceArray<float>::Poisoned(rows);
    RmsNorm(DeviceContext(), rows, dim, kEps, x_there.data() + offset, gain_there.data(),
            y_there.data(), inverse_there.data());
    RmsNormBackward(DeviceContext(), rows, dim, x_there.data() + offset, gain_there.data(),
                    inverse_there.data(), dy_there.data(), dx_there.data(), dgain_there.data());
    y = y_there.Values(), inverse = inverse_there.Values();
    dx = dx_there.Values(), dgain = dgain_there.Values();
  }
};

template <class T>
void Check(int64_t rows, int64_t dim, int64_t offset = 0) {
  SCOPED_TRACE(testing::Message() << rows << " x " << dim << ", " << sizeof(T) << " bytes");
  NormRun<T> run{rows, dim, offset};
  const auto x = Widen(run.x), gain = Widen(run.gain), dy = Widen(run.dy);
  std::vector<double> y(rows * dim), dx = Widen(run.dx), dgain = Widen(run.dgain);
  ref::RmsNorm<double>(rows, dim, kEps, x.data(), gain.data(), y.data());
  ref::RmsNormBackward<double>(rows, dim, kEps, x.data(), gain.data(), dy.data(), dx.data(),
                               dgain.data());
  run();
  // No column's sum has more terms than the 16 of a thread, then of a block, so 64 stands for dim.
  const double sum = 0x1p-24 * static_cast<double>(std::min<int64_t>(dim, 128) / 2 + 4);
  ExpectNear("y", run.y, y, kUnit<T> + sum, 1e-9);
  // Terms up to ~5 * 5 * 5 cancel in dx; dgain sums `rows` of them.
  ExpectNear("dx", run.dx, dx, sum, 125 * sum);
  ExpectNear("dgain", run.dgain, dgain, sum, 25 * (sum + 0x1p-24 * static_cast<double>(rows)));
}

TEST(RmsNorm, EqualsReference) {
  for (const int64_t dim : {2, 16, 48, 290, 516, 1028}) {
    for (const int64_t rows : {1, 5, 130}) {
      Check<float>(rows, dim);
      Check<BF16>(rows, dim);
    }
  }
  for (const int64_t dim : {1, 15, 67}) Check<float>(5, dim);
}

TEST(RmsNorm, LongRows) {
  Check<BF16>(3, 4096);
  Check<BF16>(2, 16384);  // what a block keeps
  Check<float>(2, 8196);  // more than it keeps in the backward pass
  Check<BF16>(2, 16388);
}

TEST(RmsNorm, ManyRows) {  // several to a part of dgain
  Check<BF16>(1100, 24);
  Check<float>(1030, 7);
}

TEST(RmsNorm, Unaligned) {
  Check<BF16>(3, 64, 1);
  Check<float>(3, 64, 3);
}

TEST(RmsNorm, NoInverseWanted) {
  DeviceArray<float> x(NormalValues<float>(64, 1)), gain(NormalValues<float>(64, 2));
  DeviceArray<BF16> y = DeviceArray<BF16>::Poisoned(64), same = DeviceArray<BF16>::Poisoned(64);
  DeviceArray<float> inverse = DeviceArray<float>::Poisoned(1);
  RmsNorm(DeviceContext(), 1, 64, kEps, x.data(), gain.data(), y.data(), inverse.data());
  RmsNorm<BF16>(DeviceContext(), 1, 64, kEps, x.data(), gain.data(), same.data(), nullptr);
  EXPECT_TRUE(SameBits(y.Values(), same.Values()));
}

TEST(RmsNorm, SameBitsAgain) {
  NormRun<BF16> one{600, 72}, again{600, 72};
  one(), again();
  EXPECT_TRUE(SameBits(one.y, again.y) && SameBits(one.dx, again.dx));
  EXPECT_TRUE(SameBits(one.dgain, again.dgain) && SameBits(one.inverse, again.inverse));
}

// Decoding one token gives what the full pass gave.
TEST(RmsNorm, RowAloneHasTheBitsOfTheFullPass) {
  NormRun<BF16> all{300, 516}, one{1, 516};
  std::copy(all.x.end() - 516, all.x.end(), one.x.begin());
  all(), one();
  EXPECT_TRUE(SameBits(one.y, std::vector<BF16>(all.y.end() - 516, all.y.end())));
}

}  // namespace
}  // namespace cria::kernels::cuda
