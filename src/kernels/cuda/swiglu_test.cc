// SwiGLU on the GPU against the reference. Bounds: exp is off by 2 + 1.2 |z| units of at most 2^-23
// (CUDA's table for __expf), so the sigmoid by under 4e-6 for |z| < 25; then one rounding to T.
#include "kernels/swiglu.h"

#include "kernels/cuda/device_array.h"
#include "kernels/ref/swiglu.h"

namespace cria::kernels::cuda {
namespace {

constexpr double kSigmoidError = 4e-6;

template <class T>
std::vector<T> Gated(int64_t rows, int64_t hidden, const std::vector<T>& gate_up) {
  DeviceArray<T> x(gate_up), out = DeviceArray<T>::Poisoned(rows * hidden);
  SwiGlu(DeviceContext(), rows, hidden, x.data(), out.data());
  return out.Values();
}

template <class T>
void Check(int64_t rows, int64_t hidden) {
  SCOPED_TRACE(testing::Message() << rows << " x " << hidden << ", " << sizeof(T) << " bytes");
  const std::vector<T> gate_up = NormalValues<T>(rows * 2 * hidden, 1, 4);
  const std::vector<T> dout = NormalValues<T>(rows * hidden, 2);
  const std::vector<T> out = Gated(rows, hidden, gate_up);
  const auto x = Widen(gate_up), dy = Widen(dout);
  std::vector<double> want(rows * hidden), dx(x.size());
  ref::SwiGlu(rows, hidden, x.data(), want.data());
  ref::SwiGluBackward(rows, hidden, x.data(), dy.data(), dx.data());
  ExpectNear("out", out, want, kUnit<T> + kSigmoidError, 1e-30);

  // Aliased: out over dout, gradient over input.
  DeviceArray<T> x_there(gate_up), dout_there(dout);
  SwiGluBackward(DeviceContext(), rows, hidden, x_there.data(), dout_there.data(), x_there.data(),
                 dout_there.data());
  EXPECT_TRUE(SameBits(out, dout_there.Values()));
  // 1 + z (1 - sigmoid) cancels near z = -1.28: absolute error there, times |dout up| < 100.
  ExpectNear("gradient", x_there.Values(), dx, kUnit<T> + kSigmoidError, 100 * kSigmoidError);

  // Apart: the same bits, inputs left alone.
  DeviceArray<T> again(gate_up), dout_again(dout);
  DeviceArray<T> apart = DeviceArray<T>::Poisoned(rows * 2 * hidden);
  DeviceArray<T> out_apart = DeviceArray<T>::Poisoned(rows * hidden);
  SwiGluBackward(DeviceContext(), rows, hidden, again.data(), dout_again.data(), apart.data(),
                 out_apart.data());
  EXPECT_TRUE(SameBits(apart.Values(), x_there.Values()));
  EXPECT_TRUE(SameBits(out_apart.Values(), out));
  EXPECT_TRUE(SameBits(again.Values(), gate_up) && SameBits(dout_again.Values(), dout));
}

TEST(SwiGlu, EqualsReference) {
  for (const int64_t hidden : {1, 7, 16, 100, 768}) {
    for (const int64_t rows : {1, 3, 30}) {
      Check<float>(rows, hidden);
      Check<BF16>(rows, hidden);
    }
  }
  Check<BF16>(2, 5632);  // several blocks for a row
}

TEST(SwiGlu, LargeArguments) {
  const std::vector<float> gate_up = {-1000, -100, 0, 100, 1000, 1, 1, 1, 1, 1};
  ExpectNear("out", Gated(1, 5, gate_up), {0, 0, 0, 100, 1000}, 1e-6, 1e-30);
}

}  // namespace
}  // namespace cria::kernels::cuda
