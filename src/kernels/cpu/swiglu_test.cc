// SwiGLU against the reference. Bounds: exp is off by 3e-7 + 6e-8 |z| relatively, and only where
// e^-z matters against 1, so the sigmoid by under 2e-6 for |z| < 25; then one rounding to T.
#include "kernels/swiglu.h"

#include "kernels/cpu/test_values.h"
#include "kernels/ref/swiglu.h"

namespace cria::kernels {
namespace {

constexpr double kSigmoidError = 2e-6;

template <class T>
void Check(int64_t rows, int64_t hidden) {
  const Context context(2);
  std::vector<T> gate_up = NormalValues<T>(rows * 2 * hidden, 1, 4);
  const std::vector<T> dout = NormalValues<T>(rows * hidden, 2);
  std::vector<T> out = Poisoned<T>(rows * hidden);
  SwiGlu(context, rows, hidden, gate_up.data(), out.data());
  const auto x = Widen(gate_up), dy = Widen(dout);
  std::vector<double> want(rows * hidden), dx(x.size());
  ref::SwiGlu(rows, hidden, x.data(), want.data());
  ref::SwiGluBackward(rows, hidden, x.data(), dy.data(), dx.data());
  ExpectNear("out", out, want, kUnit<T> + kSigmoidError, 1e-30);

  std::vector<T> again = dout;  // aliased: out over dout, gradient over input
  SwiGluBackward(context, rows, hidden, gate_up.data(), again.data(), gate_up.data(), again.data());
  EXPECT_TRUE(SameBits(out, again));
  // 1 + z (1 - sigmoid) cancels near z = -1.28: absolute error there, times |dout up| < 100.
  ExpectNear("gradient", gate_up, dx, kUnit<T> + kSigmoidError, 100 * kSigmoidError);
}

TEST(SwiGlu, EqualsReference) {
  ForEveryInstructionSet([] {
    for (const int64_t hidden : {1, 7, 16, 100, 768}) {
      for (const int64_t rows : {1, 3, 50}) {
        Check<float>(rows, hidden);
        Check<BF16>(rows, hidden);
      }
    }
  });
}

TEST(SwiGlu, LargeArguments) {
  const Context context(1);
  const std::vector<float> gate_up = {-1000, -100, 0, 100, 1000, 1, 1, 1, 1, 1};
  std::vector<float> out = Poisoned<float>(5);
  SwiGlu(context, 1, 5, gate_up.data(), out.data());
  ExpectNear("out", out, {0, 0, 0, 100, 1000}, 1e-6, 1e-30);
}

}  // namespace
}  // namespace cria::kernels
