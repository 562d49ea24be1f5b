// AdamW on the GPU against the same formula in double.
#include "kernels/adamw.h"

#include "kernels/cuda/device_array.h"

namespace cria::kernels::cuda {
namespace {

struct State {
  std::vector<float> p, m, v;
};

/// Four steps with other gradients; operands begin `offset` values behind an aligned address.
State Updated(AdamWStep step, int64_t n, int64_t offset) {
  std::vector<float> zero(n + offset), start = zero;
  const std::vector<float> p0 = NormalValues<float>(n, 1);
  std::copy(p0.begin(), p0.end(), start.begin() + offset);
  DeviceArray<float> p(start), m(zero), v(zero);
  for (int64_t t = 1; t <= 4; ++t) {
    step.step = t;
    std::vector<float> g(offset);
    const std::vector<float> gradient = NormalValues<float>(n, 10 + t);
    g.insert(g.end(), gradient.begin(), gradient.end());
    DeviceArray<float> g_there(g);
    cuda::AdamW(DeviceContext(), step, n, g_there.data() + offset, p.data() + offset,
                m.data() + offset, v.data() + offset);
  }
  const auto behind = [&](const DeviceArray<float>& x) {
    const std::vector<float> all = x.Values();
    return std::vector<float>(all.begin() + offset, all.end());
  };
  return {behind(p), behind(m), behind(v)};
}

TEST(AdamW, EqualsFormulaInDouble) {
  const AdamWStep base{.learning_rate = 3e-3f, .weight_decay = 0.1f, .gradient_scale = 0.5f};
  for (const int64_t n : {1, 3, 4, 15, 16, 333, 40001}) {
    std::vector<double> p = Widen(NormalValues<float>(n, 1)), m(n), v(n);
    for (int64_t t = 1; t <= 4; ++t) {
      const std::vector<float> g = NormalValues<float>(n, 10 + t);
      for (int64_t i = 0; i < n; ++i) {
        const double gradient = double{g[i]} * base.gradient_scale;
        const double b1 = base.beta1, b2 = base.beta2;
        m[i] = b1 * m[i] + (1 - b1) * gradient;
        v[i] = b2 * v[i] + (1 - b2) * gradient * gradient;
        const double update =
            m[i] / (1 - std::pow(b1, t)) / (std::sqrt(v[i] / (1 - std::pow(b2, t))) + base.eps);
        p[i] = p[i] * (1 - double{base.learning_rate} * base.weight_decay) -
               base.learning_rate * update;
      }
    }
    for (const int64_t offset : {0, 1}) {
      const State got = Updated(base, n, offset), again = Updated(base, n, offset);
      // A handful of roundings per step; 1 - beta in float is off by 2^-24 / 0.05 relatively.
      ExpectNear("m", got.m, m, 4e-6, 1e-6);
      ExpectNear("v", got.v, v, 8e-6, 1e-9);
      ExpectNear("p", got.p, p, 1e-6, 3e-3 * 1e-4);
      EXPECT_TRUE(SameBits(got.p, again.p) && SameBits(got.m, again.m) && SameBits(got.v, again.v));
    }
  }
}

}  // namespace
}  // namespace cria::kernels::cuda
