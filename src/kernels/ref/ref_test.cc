// Every hand-written backward of the scalar reference against complex-step differentiation of its
// forward: for a random cotangent c, the gradient of <c, f(x)> at x_n is imag <c, f(x + ih e_n)> /
// h, exact to rounding since nothing is subtracted.
#include <gtest/gtest.h>

#include <functional>

#include "base/random.h"
#include "kernels/ref/attention.h"
#include "kernels/ref/cross_entropy.h"
#include "kernels/ref/embedding.h"
#include "kernels/ref/linear.h"
#include "kernels/ref/norm.h"
#include "kernels/ref/rope.h"
#include "kernels/ref/swiglu.h"

namespace cria::kernels::ref {
namespace {

using Complex = std::complex<double>;
using Vector = std::vector<double>;
using ComplexVector = std::vector<Complex>;

Vector Normal(int64_t n, uint64_t stream) {
  RandomStream random(7, RandomPurpose::kTest, stream);
  Vector x(n);
  for (double& value : x) value = random.NextNormal();
  return x;
}

/// Compares `gradient` with the complex-step gradient of <cotangent, f(x)>, relative to its norm.
void ExpectGradient(const std::function<ComplexVector(const ComplexVector&)>& f, const Vector& x,
                    const Vector& cotangent, const Vector& gradient) {
  constexpr double kStep = 1e-100, kTolerance = 1e-12;
  ASSERT_EQ(gradient.size(), x.size());
  ComplexVector z(x.begin(), x.end());
  double error = 0, norm = 0;
  for (size_t n = 0; n < x.size(); ++n) {
    z[n] += Complex(0, kStep);
    const ComplexVector y = f(z);
    ASSERT_EQ(y.size(), cotangent.size());
    double expected = 0;
    for (size_t i = 0; i < y.size(); ++i) expected += cotangent[i] * y[i].imag() / kStep;
    z[n] = x[n];
    error += (expected - gradient[n]) * (expected - gradient[n]);
    norm += expected * expected;
  }
  EXPECT_GT(norm, 0);
  EXPECT_LT(std::sqrt(error), kTolerance * std::sqrt(norm));
}

ComplexVector ToComplex(const Vector& x) { return {x.begin(), x.end()}; }

TEST(Reference, LinearGradient) {
  const int64_t rows = 5, in = 7, out = 3;
  const Vector x = Normal(rows * in, 1), w = Normal(out * in, 2), dy = Normal(rows * out, 3);
  Vector dx(x.size()), dw(w.size());
  LinearBackward(rows, in, out, x.data(), w.data(), dy.data(), dx.data(), dw.data());
  const auto run = [&](const ComplexVector& zx, const ComplexVector& zw) {
    ComplexVector y(rows * out);
    Linear(rows, in, out, zx.data(), zw.data(), y.data());
    return y;
  };
  ExpectGradient([&](const ComplexVector& z) { return run(z, ToComplex(w)); }, x, dy, dx);
  ExpectGradient([&](const ComplexVector& z) { return run(ToComplex(x), z); }, w, dy, dw);
}

TEST(Reference, RmsNormGradient) {
  const int64_t rows = 3, dim = 13;
  const Vector x = Normal(rows * dim, 1), gain = Normal(dim, 2), dy = Normal(rows * dim, 3);
  Vector dx(x.size()), dgain(dim);
  RmsNormBackward(rows, dim, 1e-5, x.data(), gain.data(), dy.data(), dx.data(), dgain.data());
  const auto run = [&](const ComplexVector& zx, const ComplexVector& zgain) {
    ComplexVector y(rows * dim);
    RmsNorm(rows, dim, 1e-5, zx.data(), zgain.data(), y.data());
    return y;
  };
  ExpectGradient([&](const ComplexVector& z) { return run(z, ToComplex(gain)); }, x, dy, dx);
  ExpectGradient([&](const ComplexVector& z) { return run(ToComplex(x), z); }, gain, dy, dgain);
}

TEST(Reference, RopeGradient) {
  const int64_t rows = 6, seq_len = 3, stride = 29;
  const int heads = 2, head_dim = 10;
  const Vector x = Normal(rows * stride, 1), dy = Normal(rows * stride, 2);
  Vector dx = dy;
  Rope(rows, seq_len, 4, heads, head_dim, 1e4, dx.data(), stride, true);
  const auto run = [&](ComplexVector z) {
    Rope(rows, seq_len, 4, heads, head_dim, 1e4, z.data(), stride, false);
    return z;
  };
  ExpectGradient(run, x, dy, dx);
}

TEST(Reference, SwiGluGradient) {
  const int64_t rows = 3, hidden = 11;
  const Vector x = Normal(rows * 2 * hidden, 1), dy = Normal(rows * hidden, 2);
  Vector dx(x.size());
  SwiGluBackward(rows, hidden, x.data(), dy.data(), dx.data());
  const auto run = [&](const ComplexVector& z) {
    ComplexVector y(rows * hidden);
    SwiGlu(rows, hidden, z.data(), y.data());
    return y;
  };
  ExpectGradient(run, x, dy, dx);
}

TEST(Reference, CrossEntropyGradient) {
  const int64_t rows = 4, vocab = 17;
  const std::vector<int32_t> targets = {3, -1, 16, 0};
  const Vector x = Normal(rows * vocab, 1), dloss = Normal(rows, 2);
  Vector dx(x.size());
  CrossEntropyBackward(rows, vocab, x.data(), targets.data(), dloss.data(), dx.data());
  const auto run = [&](const ComplexVector& z) {
    ComplexVector loss(rows);
    CrossEntropy(rows, vocab, z.data(), targets.data(), loss.data());
    return loss;
  };
  ExpectGradient(run, x, dloss, dx);
}

TEST(Reference, EmbeddingGradient) {
  const int64_t rows = 5, dim = 3, vocab = 4;
  const std::vector<int32_t> tokens = {2, 0, 2, 3, 2};
  const Vector table = Normal(vocab * dim, 1), dx = Normal(rows * dim, 2);
  Vector dtable(table.size());
  EmbeddingBackward(rows, dim, dx.data(), tokens.data(), dtable.data());
  const auto run = [&](const ComplexVector& z) {
    ComplexVector x(rows * dim);
    Embedding(rows, dim, z.data(), tokens.data(), x.data());
    return x;
  };
  ExpectGradient(run, table, dx, dtable);
}

void CheckAttentionGradient(const AttentionShape& s) {
  const int64_t q_size = s.batch * s.q_len * s.q_stride, kv_size = s.batch * s.kv_len * s.kv_stride;
  const Vector q = Normal(q_size, 1), k = Normal(kv_size, 2), v = Normal(kv_size, 3);
  Vector dout(s.batch * s.q_len * s.out_stride);
  const Vector random = Normal(dout.size(), 4);
  for (size_t i = 0; i < dout.size(); ++i) {  // the gap between rows has no gradient
    if (static_cast<int64_t>(i) % s.out_stride < s.heads * s.head_dim) dout[i] = random[i];
  }
  Vector dq(q_size), dk(kv_size), dv(kv_size);
  AttentionBackward(s, q.data(), k.data(), v.data(), dout.data(), dq.data(), dk.data(), dv.data());
  const auto run = [&](const ComplexVector& zq, const ComplexVector& zk, const ComplexVector& zv) {
    ComplexVector out(dout.size());
    Attention<Complex>(s, zq.data(), zk.data(), zv.data(), out.data(), nullptr);
    return out;
  };
  const ComplexVector cq = ToComplex(q), ck = ToComplex(k), cv = ToComplex(v);
  ExpectGradient([&](const ComplexVector& z) { return run(z, ck, cv); }, q, dout, dq);
  ExpectGradient([&](const ComplexVector& z) { return run(cq, z, cv); }, k, dout, dk);
  ExpectGradient([&](const ComplexVector& z) { return run(cq, ck, z); }, v, dout, dv);
}

TEST(Reference, AttentionGradient) {
  CheckAttentionGradient({.batch = 2,
                          .q_len = 5,
                          .kv_len = 5,
                          .heads = 2,
                          .kv_heads = 2,
                          .head_dim = 4,
                          .q_stride = 8,
                          .kv_stride = 8,
                          .out_stride = 8});
}

TEST(Reference, AttentionGradientWithGroupsOffsetAndStrides) {
  CheckAttentionGradient({.batch = 2,
                          .q_len = 3,
                          .kv_len = 7,
                          .heads = 6,
                          .kv_heads = 2,
                          .head_dim = 4,
                          .q_stride = 31,
                          .kv_stride = 11,
                          .out_stride = 25});
}

TEST(Reference, CachedQueryEqualsLastRow) {
  AttentionShape full{.batch = 1,
                      .q_len = 6,
                      .kv_len = 6,
                      .heads = 2,
                      .kv_heads = 1,
                      .head_dim = 4,
                      .q_stride = 8,
                      .kv_stride = 4,
                      .out_stride = 8};
  const Vector q = Normal(48, 1), k = Normal(24, 2), v = Normal(24, 3);
  Vector all(48), last(8);
  Attention<double>(full, q.data(), k.data(), v.data(), all.data(), nullptr);
  AttentionShape one = full;
  one.q_len = 1;
  Attention<double>(one, q.data() + 40, k.data(), v.data(), last.data(), nullptr);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(last[i], all[40 + i]);
}

}  // namespace
}  // namespace cria::kernels::ref
