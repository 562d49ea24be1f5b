// Attention on the device against the scalar reference in double, with error bounds that follow
// from the places where it rounds; both the tiled and the plain kernels, fused rows, same bits.
#include "kernels/attention.h"

#include <tuple>

#include "kernels/cuda/device_array.h"
#include "kernels/ref/attention.h"

namespace cria::kernels::cuda {
namespace {

AttentionShape Shape(int64_t batch, int64_t q_len, int64_t kv_len, int heads, int kv_heads,
                     int head_dim, int gap = 0) {
  return {.batch = batch,
          .q_len = q_len,
          .kv_len = kv_len,
          .heads = heads,
          .kv_heads = kv_heads,
          .head_dim = head_dim,
          .q_stride = heads * head_dim + gap,
          .kv_stride = kv_heads * head_dim + gap,
          .out_stride = heads * head_dim + gap};
}

template <class T>
struct Problem {
  AttentionShape s;
  std::vector<T> q, k, v, dout, out, dq, dk, dv;
  std::vector<float> lse;

  explicit Problem(const AttentionShape& shape, double scale = 1) : s(shape) {
    const int64_t kv_size = s.batch * s.kv_len * s.kv_stride;
    q = NormalValues<T>(s.batch * s.q_len * s.q_stride, 1, scale);
    k = NormalValues<T>(kv_size, 2), v = NormalValues<T>(kv_size, 3);
    dout = NormalValues<T>(s.batch * s.q_len * s.out_stride, 4);
  }
  /// Each query looks at its own key and, were that not masked, at the next one: each has about as
  /// much weight as all others together, so that none can be missing, nor one too many there.
  void AimAtEdges() {
    const ref::AttentionIndex at{s};
    const double factor = 4 / std::sqrt(static_cast<double>(s.head_dim));
    for (int64_t b = 0; b < s.batch; ++b) {
      for (int64_t i = 0; i < s.q_len; ++i) {
        const int64_t own = at.VisibleKeys(i) - 1, next = std::min(own + 1, s.kv_len - 1);
        for (int h = 0; h < s.heads; ++h) {
          for (int d = 0; d < s.head_dim; ++d) {
            const float both =
                ToFloat(k[at.Key(b, own, h) + d]) + ToFloat(k[at.Key(b, next, h) + d]);
            q[at.Query(b, i, h) + d] = FromFloat<T>(static_cast<float>(factor * both));
          }
        }
      }
    }
  }
  void Run() {
    const int64_t q_size = static_cast<int64_t>(q.size()), kv_size = static_cast<int64_t>(k.size());
    DeviceArray<T> q_in(q), k_in(k), v_in(v), dout_in(dout);
    auto out_to = DeviceArray<T>::Poisoned(static_cast<int64_t>(dout.size()));
    auto lse_to = DeviceArray<float>::Poisoned(s.batch * s.heads * s.q_len);
    auto dq_to = DeviceArray<T>::Poisoned(q_size), dk_to = DeviceArray<T>::Poisoned(kv_size),
         dv_to = DeviceArray<T>::Poisoned(kv_size);
    cuda::Attention(DeviceContext(), s, q_in.data(), k_in.data(), v_in.data(), out_to.data(),
                    lse_to.data());
    cuda::AttentionBackward(DeviceContext(), s, q_in.data(), k_in.data(), v_in.data(),
                            out_to.data(), lse_to.data(), dout_in.data(), dq_to.data(),
                            dk_to.data(), dv_to.data());
    out = out_to.Values(), lse = lse_to.Values();
    dq = dq_to.Values(), dk = dk_to.Values(), dv = dv_to.Values();
  }
};

/// Exact results and, per element, the sum of the absolute values that rounding acts upon.
struct Truth {
  std::vector<double> out, lse, dq, dk, dv, out_bound, dq_bound, dk_bound, dv_bound;
};

template <class T>
Truth Solve(const Problem<T>& x) {
  const AttentionShape& s = x.s;
  const ref::AttentionIndex at{s};
  const auto q = Widen(x.q), k = Widen(x.k), v = Widen(x.v), dout = Widen(x.dout);
  Truth t;
  t.out.resize(dout.size()), t.lse.resize(x.lse.size());
  t.dq.resize(q.size()), t.dk.resize(k.size()), t.dv.resize(k.size());
  ref::Attention(s, q.data(), k.data(), v.data(), t.out.data(), t.lse.data());
  ref::AttentionBackward(s, q.data(), k.data(), v.data(), dout.data(), t.dq.data(), t.dk.data(),
                         t.dv.data());
  t.out_bound.resize(t.out.size()), t.dq_bound.resize(q.size());
  t.dk_bound.resize(k.size()), t.dv_bound.resize(k.size());
  const double scale = 1 / std::sqrt(static_cast<double>(s.head_dim));
  std::vector<double> p;
  for (int64_t b = 0; b < s.batch; ++b) {
    for (int h = 0; h < s.heads; ++h) {
      for (int64_t i = 0; i < s.q_len; ++i) {
        ref::AttentionRow(s, b, i, h, q.data(), k.data(), &p);
        const int64_t row = at.Out(b, i, h), query = at.Query(b, i, h);
        double dot = 0;  // dout . out is formed from the rounded output
        for (int64_t j = 0; j < at.VisibleKeys(i); ++j) {
          const int64_t key = at.Key(b, j, h);
          for (int d = 0; d < s.head_dim; ++d) {
            t.out_bound[row + d] += p[j] * std::abs(v[key + d]);
            dot += p[j] * std::abs(dout[row + d] * v[key + d]);
          }
        }
        for (int64_t j = 0; j < at.VisibleKeys(i); ++j) {
          const int64_t key = at.Key(b, j, h);
          double dp = 0;
          for (int d = 0; d < s.head_dim; ++d) dp += std::abs(dout[row + d] * v[key + d]);
          for (int d = 0; d < s.head_dim; ++d) {
            t.dv_bound[key + d] += p[j] * std::abs(dout[row + d]);
            t.dq_bound[query + d] += p[j] * (dp + 2 * dot) * std::abs(k[key + d]) * scale;
            t.dk_bound[key + d] += p[j] * (dp + 2 * dot) * std::abs(q[query + d]) * scale;
          }
        }
      }
    }
  }
  return t;
}

/// Unit error of a product sum. BF16: one rounding of a factor and one of the result, 2^-9 each,
/// what dout . out inherits from the rounded out, and fp32 sums, which are as nothing beside them:
/// 2^-7 in all. float: one rounding per addition, and scores whose error is that of a head_dim-long
/// sum, times exp2's and exp's few units.
template <class T>
double UnitError(const AttentionShape& s) {
  if (sizeof(T) == 2) return 0x1p-7;
  return 0x1p-24 * 4 * static_cast<double>(s.head_dim + s.kv_len + 32);
}

template <class T>
void ExpectWithin(const char* name, const std::vector<T>& got, const std::vector<double>& want,
                  const std::vector<double>& bound, double unit) {
  ASSERT_EQ(got.size(), want.size());
  double worst = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    if (bound[i] == 0) {  // between rows (untouched) or exactly zero
      const float value = ToFloat(got[i]);
      EXPECT_TRUE(std::isnan(value) || value == 0) << name << " " << i << " " << value;
      continue;
    }
    const double error = std::abs(ToFloat(got[i]) - want[i]) / (unit * bound[i] + 1e-30);
    if (!(error <= worst)) worst = error;
  }
  EXPECT_LE(worst, 1.0) << name;
}

template <class T>
void Check(const AttentionShape& s, double q_scale = 1, bool edges = false) {
  SCOPED_TRACE(testing::Message() << s.batch << " x " << s.q_len << " of " << s.kv_len << ", heads "
                                  << s.heads << " of " << s.kv_heads << ", dim " << s.head_dim
                                  << ", stride " << s.q_stride);
  Problem<T> x(s, q_scale);
  if (edges) x.AimAtEdges();
  x.Run();
  const Truth t = Solve(x);
  const double unit = UnitError<T>(s);
  ExpectWithin("out", x.out, t.out, t.out_bound, unit);
  for (size_t i = 0; i < t.lse.size(); ++i) {
    ASSERT_NEAR(x.lse[i], t.lse[i], 2e-5 * std::max(1.0, std::abs(t.lse[i]))) << i;
  }
  ExpectWithin("dq", x.dq, t.dq, t.dq_bound, unit);
  ExpectWithin("dk", x.dk, t.dk, t.dk_bound, unit);
  ExpectWithin("dv", x.dv, t.dv, t.dv_bound, unit);
}

TEST(CudaAttention, Float) {
  for (const AttentionShape& s :
       {Shape(1, 1, 1, 1, 1, 2), Shape(2, 17, 17, 2, 2, 6, 3), Shape(1, 64, 64, 1, 1, 64),
        Shape(1, 65, 65, 2, 1, 48, 1), Shape(1, 3, 130, 3, 1, 128), Shape(1, 17, 40, 6, 2, 16, 5),
        Shape(1, 5, 5, 1, 1, 300)}) {
    Check<float>(s);
  }
}

/// Every instantiated size of rows, padded and not; lengths around the sizes of blocks.
TEST(CudaAttention, BF16) {
  for (const AttentionShape& s :
       {Shape(1, 1, 1, 1, 1, 64), Shape(2, 17, 17, 2, 2, 16, 8), Shape(1, 64, 64, 3, 1, 64),
        Shape(1, 65, 65, 2, 1, 48), Shape(1, 130, 130, 4, 2, 64), Shape(2, 130, 130, 1, 1, 32),
        Shape(1, 65, 65, 6, 2, 80, 16), Shape(1, 130, 130, 2, 1, 128), Shape(1, 1, 77, 4, 2, 128),
        Shape(2, 17, 150, 3, 1, 64, 24), Shape(1, 65, 290, 2, 2, 128), Shape(1, 64, 193, 1, 1, 96),
        Shape(1, 70, 75, 1, 1, 136), Shape(1, 130, 130, 1, 1, 256)}) {
    Check<BF16>(s);
  }
}

/// First queries at positions around those at which blocks need a mask or are skipped.
TEST(CudaAttention, BF16SeesItsOwnKeyAndNotTheNext) {
  for (const int head_dim : {64, 128}) {
    for (const auto& [q_len, kv_len] : {std::tuple<int64_t, int64_t>{65, 65},
                                        {17, 79},
                                        {65, 98},
                                        {40, 102},
                                        {40, 103},
                                        {40, 104},
                                        {130, 131}}) {
      Check<BF16>(Shape(1, q_len, kv_len, 2, 1, head_dim), 1, true);
    }
  }
}

/// What cannot be copied 16 bytes at a time.
TEST(CudaAttention, BF16Plain) {
  for (const AttentionShape& s :
       {Shape(2, 33, 33, 2, 1, 20), Shape(1, 17, 40, 3, 3, 16, 4), Shape(1, 9, 9, 1, 1, 264)}) {
    Check<BF16>(s);
  }
}

/// Highest scores far above those of earlier blocks, and below them.
TEST(CudaAttention, SharpSoftmaxRescales) {
  Check<float>(Shape(1, 70, 70, 2, 1, 32), 8);
  Check<BF16>(Shape(1, 150, 150, 2, 1, 32), 3);
  Check<BF16>(Shape(1, 70, 200, 1, 1, 128), 6);
}

/// q, k, v side by side in rows, as one product leaves them: the bits of separate arrays, and of
/// the gradient's rows everything is written.
template <class T>
void CheckFused(int heads, int kv_heads, int head_dim) {
  Problem<T> apart(Shape(2, 70, 70, heads, kv_heads, head_dim));
  apart.Run();
  const int64_t wq = heads * head_dim, wkv = kv_heads * head_dim, width = wq + 2 * wkv;
  AttentionShape s = apart.s;
  s.q_stride = s.kv_stride = width;
  const int64_t rows = s.batch * s.q_len;
  const auto fuse = [&](const std::vector<T>& q, const std::vector<T>& k, const std::vector<T>& v) {
    std::vector<T> all(rows * width);
    for (int64_t r = 0; r < rows; ++r) {
      std::copy_n(q.begin() + r * wq, wq, all.begin() + r * width);
      std::copy_n(k.begin() + r * wkv, wkv, all.begin() + r * width + wq);
      std::copy_n(v.begin() + r * wkv, wkv, all.begin() + r * width + wq + wkv);
    }
    return all;
  };
  DeviceArray<T> qkv(fuse(apart.q, apart.k, apart.v)), dout(apart.dout);
  auto dqkv = DeviceArray<T>::Poisoned(rows * width), out = DeviceArray<T>::Poisoned(rows * wq);
  auto lse = DeviceArray<float>::Poisoned(rows * heads);
  T *q = qkv.data(), *dq = dqkv.data();
  cuda::Attention(DeviceContext(), s, q, q + wq, q + wq + wkv, out.data(), lse.data());
  cuda::AttentionBackward(DeviceContext(), s, q, q + wq, q + wq + wkv, out.data(), lse.data(),
                          dout.data(), dq, dq + wq, dq + wq + wkv);
  EXPECT_TRUE(SameBits(out.Values(), apart.out));
  EXPECT_TRUE(SameBits(lse.Values(), apart.lse));
  EXPECT_TRUE(SameBits(dqkv.Values(), fuse(apart.dq, apart.dk, apart.dv)));
}
TEST(CudaAttention, FusedRows) {
  CheckFused<float>(2, 1, 12);
  CheckFused<BF16>(3, 1, 64);
  CheckFused<BF16>(4, 2, 128);
  CheckFused<BF16>(2, 2, 20);
}

TEST(CudaAttention, SameCallSameBits) {
  for (const AttentionShape& s :
       {Shape(2, 100, 130, 4, 2, 64), Shape(1, 130, 130, 2, 1, 128), Shape(1, 20, 20, 2, 1, 20)}) {
    Problem<BF16> one(s), two(s);
    one.Run(), two.Run();
    EXPECT_TRUE(SameBits(one.out, two.out) && SameBits(one.lse, two.lse));
    EXPECT_TRUE(SameBits(one.dq, two.dq) && SameBits(one.dk, two.dk));
    EXPECT_TRUE(SameBits(one.dv, two.dv));
  }
}

/// Every suffix of the queries, over the keys so far, gives the bits of the full pass.
template <class T>
void CheckCached(int heads, int kv_heads, int head_dim) {
  const int64_t n = 150;
  Problem<T> full(Shape(1, n, n, heads, kv_heads, head_dim));
  full.Run();
  DeviceArray<T> q(full.q), k(full.k), v(full.v);
  for (const auto& [kv_len, q_len] :
       {std::tuple<int64_t, int64_t>{1, 1}, {64, 1}, {65, 13}, {n, 2}}) {
    AttentionShape s = full.s;
    s.q_len = q_len, s.kv_len = kv_len;
    const int64_t first = (kv_len - q_len) * s.q_stride;
    auto out = DeviceArray<T>::Poisoned(q_len * s.out_stride);
    cuda::Attention<T>(DeviceContext(), s, q.data() + first, k.data(), v.data(), out.data(),
                       nullptr);
    const auto begin = full.out.begin() + first;
    EXPECT_TRUE(SameBits(out.Values(), std::vector<T>(begin, begin + q_len * s.out_stride)))
        << kv_len << " " << q_len;
  }
}
TEST(CudaAttention, CachedQueryHasTheBitsOfTheFullPass) {
  CheckCached<float>(2, 1, 12);
  CheckCached<BF16>(2, 1, 64);
  CheckCached<BF16>(1, 1, 128);
}

}  // namespace
}  // namespace cria::kernels::cuda
