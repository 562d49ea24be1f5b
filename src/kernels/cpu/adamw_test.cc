// AdamW against the same formula in double, and the sum of squares.
#include "kernels/adamw.h"

#include "kernels/cpu/test_values.h"

namespace cria::kernels {
namespace {

TEST(AdamW, EqualsFormulaInDouble) {
  const AdamWStep base{.learning_rate = 3e-3f, .weight_decay = 0.1f, .gradient_scale = 0.5f};
  for (const int64_t n : {1, 15, 16, 333, 40000}) {
    const Context one(1), three(3);
    std::vector<float> p = NormalValues<float>(n, 1), m(n), v(n), p3 = p, m3 = m, v3 = v;
    std::vector<double> wp = Widen(p), wm(n), wv(n);
    for (int64_t t = 1; t <= 4; ++t) {
      AdamWStep step = base;
      step.step = t;
      const std::vector<float> g = NormalValues<float>(n, 10 + t);
      AdamW(one, step, n, g.data(), p.data(), m.data(), v.data());
      AdamW(three, step, n, g.data(), p3.data(), m3.data(), v3.data());
      for (int64_t i = 0; i < n; ++i) {
        const double gradient = double{g[i]} * step.gradient_scale;
        const double b1 = step.beta1, b2 = step.beta2;
        wm[i] = b1 * wm[i] + (1 - b1) * gradient;
        wv[i] = b2 * wv[i] + (1 - b2) * gradient * gradient;
        const double update =
            wm[i] / (1 - std::pow(b1, t)) / (std::sqrt(wv[i] / (1 - std::pow(b2, t))) + step.eps);
        wp[i] = wp[i] * (1 - double{step.learning_rate} * step.weight_decay) -
                step.learning_rate * update;
      }
    }
    // A handful of roundings per step; 1 - beta in float is off by 2^-24 / 0.05 relatively.
    ExpectNear("m", m, wm, 4e-6, 1e-6);
    ExpectNear("v", v, wv, 8e-6, 1e-9);
    ExpectNear("p", p, wp, 1e-6, 3e-3 * 1e-4);
    EXPECT_TRUE(SameBits(p, p3) && SameBits(m, m3) && SameBits(v, v3));
  }
}

}  // namespace
}  // namespace cria::kernels
