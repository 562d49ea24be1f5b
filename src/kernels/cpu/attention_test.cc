// Attention against the scalar reference in double, with error bounds that follow from the places
// where the fast version rounds; independence of q_len and of threads.
#include "kernels/attention.h"

#include "kernels/cpu/test_values.h"
#include "kernels/ref/attention.h"

namespace cria::kernels {
namespace {

template <class T>
struct Problem {
  AttentionShape s;
  std::vector<T> q, k, v, dout, out, dq, dk, dv;
  std::vector<float> lse;

  explicit Problem(const AttentionShape& shape, double scale = 1) : s(shape) {
    const int64_t q_size = s.batch * s.q_len * s.q_stride,
                  out_size = s.batch * s.q_len * s.out_stride;
    const int64_t kv_size = s.batch * s.kv_len * s.kv_stride;
    q = NormalValues<T>(q_size, 1, scale), k = NormalValues<T>(kv_size, 2),
    v = NormalValues<T>(kv_size, 3);
    dout = NormalValues<T>(out_size, 4);
    out = Poisoned<T>(out_size);
    dq = Poisoned<T>(q_size);
    dk = Poisoned<T>(kv_size);
    dv = dk;
    lse = Poisoned<float>(s.batch * s.heads * s.q_len);
  }
  void Run(int threads) {
    const Context context(threads);
    Attention(context, s, q.data(), k.data(), v.data(), out.data(), lse.data());
    AttentionBackward(context, s, q.data(), k.data(), v.data(), out.data(), lse.data(), dout.data(),
                      dq.data(), dk.data(), dv.data());
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
  t.out.resize(x.out.size()), t.lse.resize(x.lse.size());
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

/// Unit error of a product sum. BF16: one rounding of a factor and one of the result, 2^-8 each.
/// float: one rounding per addition, and scores whose error is that of a head_dim-long sum.
template <class T>
double UnitError(const AttentionShape& s) {
  if (sizeof(T) == 2) return 0x1p-7;
  return 0x1p-24 * 4 * static_cast<double>(s.head_dim + s.kv_len + 32);
}

template <class T>
void ExpectWithin(const char* name, const std::vector<T>& got, const std::vector<double>& want,
                  const std::vector<double>& bound, double unit) {
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
void Check(const AttentionShape& s, double q_scale = 1) {
  Problem<T> x(s, q_scale);
  x.Run(2);
  const Truth t = Solve(x);
  const double unit = UnitError<T>(s);
  ExpectWithin("out", x.out, t.out, t.out_bound, unit);
  for (size_t i = 0; i < t.lse.size(); ++i) {
    ASSERT_NEAR(x.lse[i], t.lse[i], 2e-5 * std::max(1.0, std::abs(t.lse[i])));
  }
  ExpectWithin("dq", x.dq, t.dq, t.dq_bound, unit);
  ExpectWithin("dk", x.dk, t.dk, t.dk_bound, unit);
  ExpectWithin("dv", x.dv, t.dv, t.dv_bound, unit);
}

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

const std::vector<AttentionShape> kShapes = {
    Shape(1, 1, 1, 1, 1, 2),       Shape(2, 5, 5, 2, 2, 6, 3),   Shape(1, 64, 64, 1, 1, 64),
    Shape(1, 65, 65, 2, 1, 48, 1), Shape(2, 97, 97, 4, 2, 34),   Shape(1, 200, 200, 2, 2, 64),
    Shape(1, 3, 130, 3, 1, 128),   Shape(1, 100, 163, 2, 1, 16), Shape(1, 193, 193, 6, 2, 64, 5),
    Shape(1, 40, 40, 1, 1, 256),   Shape(1, 1, 77, 4, 2, 48)};

TEST(Attention, Float) {
  for (const AttentionShape& s : kShapes) Check<float>(s);
}
TEST(Attention, BF16) {
  for (const AttentionShape& s : kShapes) Check<BF16>(s);
}
TEST(Attention, SharpSoftmaxRescales) {
  Check<float>(Shape(1, 150, 150, 2, 1, 32), 8);
  Check<BF16>(Shape(1, 150, 150, 2, 1, 32), 3);
}
TEST(Attention, EveryInstructionSet) {
  ForEveryInstructionSet([] { Check<float>(Shape(1, 70, 90, 4, 2, 34, 1)); });
}

template <class T>
void CheckThreads() {
  const AttentionShape s = Shape(3, 210, 210, 4, 2, 48);
  Problem<T> one(s), two(s), three(s);
  one.Run(1), two.Run(2), three.Run(3);
  for (const Problem<T>* other : {&two, &three}) {
    EXPECT_TRUE(SameBits(one.out, other->out) && SameBits(one.lse, other->lse));
    EXPECT_TRUE(SameBits(one.dq, other->dq) && SameBits(one.dk, other->dk));
    EXPECT_TRUE(SameBits(one.dv, other->dv));
  }
}
TEST(Attention, SameBitsForAnyThreads) {
  CheckThreads<float>();
  CheckThreads<BF16>();
}

/// Every suffix of the queries, over the keys so far, gives the bits of the full pass.
template <class T>
void CheckCached(int heads, int kv_heads, int head_dim) {
  const int64_t n = 150;
  const Context context(2);
  Problem<T> full(Shape(1, n, n, heads, kv_heads, head_dim));
  full.Run(2);
  for (const int64_t kv_len : {int64_t{1}, int64_t{16}, int64_t{63}, int64_t{64}, int64_t{65}, n}) {
    for (const int64_t q_len : {int64_t{1}, int64_t{2}, int64_t{13}}) {
      if (q_len > kv_len) continue;
      AttentionShape s = full.s;
      s.q_len = q_len, s.kv_len = kv_len;
      const int64_t first = (kv_len - q_len) * s.q_stride;
      std::vector<T> out = Poisoned<T>(q_len * s.out_stride);
      Attention(context, s, full.q.data() + first, full.k.data(), full.v.data(), out.data(),
                nullptr);
      EXPECT_EQ(0, std::memcmp(out.data(), full.out.data() + first, out.size() * sizeof(T)))
          << kv_len << " " << q_len;
    }
  }
}
TEST(Attention, CachedQueryHasTheBitsOfTheFullPass) {
  CheckCached<float>(2, 2, 48);
  CheckCached<float>(6, 2, 64);
  CheckCached<BF16>(2, 2, 64);
  CheckCached<BF16>(6, 2, 48);
}

}  // namespace
}  // namespace cria::kernels
