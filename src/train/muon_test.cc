// Steps of Muon against the formulas in double; what is AdamW's stays AdamW's.
#include "train/muon.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "comm/local_ranks.h"
#include "train/learner.h"
#include "train/tiny_learner.h"

namespace cria::train {
namespace {

using Doubles = std::vector<double>;

// C [m, n] = A [m, k] B [k, n].
Doubles Product(int64_t m, int64_t k, int64_t n, const Doubles& a, const Doubles& b) {
  Doubles c(static_cast<size_t>(m * n));
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t p = 0; p < k; ++p) {
      for (int64_t j = 0; j < n; ++j) c[i * n + j] += a[i * k + p] * b[p * n + j];
    }
  }
  return c;
}

Doubles Transposed(int64_t m, int64_t n, const Doubles& a) {
  Doubles t(a.size());
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) t[j * m + i] = a[i * n + j];
  }
  return t;
}

// As it is published: of the matrix with no more rows than columns.
Doubles NewtonSchulz(int64_t rows, int64_t columns, Doubles x) {
  if (rows > columns) {
    return Transposed(columns, rows, NewtonSchulz(columns, rows, Transposed(rows, columns, x)));
  }
  double norm = 0;
  for (const double v : x) norm += v * v;
  for (double& v : x) v /= std::sqrt(norm);
  for (int step = 0; step < 5; ++step) {
    const Doubles a = Product(rows, columns, rows, x, Transposed(rows, columns, x));
    Doubles b = Product(rows, rows, rows, a, a);
    for (size_t i = 0; i < b.size(); ++i) b[i] = -4.7750 * a[i] + 2.0315 * b[i];
    const Doubles moved = Product(rows, rows, columns, b, x);
    for (size_t i = 0; i < x.size(); ++i) x[i] = 3.4445 * x[i] + moved[i];
  }
  return x;
}

Doubles Values(ParameterBlock& block, const ParameterSpec& spec) {
  const auto values = block.values(spec);
  return {values.begin(), values.end()};
}

TEST(Muon, StepsAreThoseOfTheFormulas) {
  const Context context(2);
  OptimizerOptions options;
  options.kind = OptimizerKind::kMuon;
  Learner learner(TinyLearnerConfig(), options, Precision::kF32);
  learner.Initialize(context, 1);
  const double rate = 3e-3;
  std::vector<Doubles> momenta(learner.weights().specs().size());
  for (uint64_t step = 0; step < 3; ++step) {
    const Batch batch = RandomBatch(3, 24, step);
    // The gradients that the step will see; then the step computes them anew.
    learner.ComputeGradients(context, {&batch, 1}, nullptr);
    std::vector<Doubles> gradients, before;
    for (const ParameterSpec& spec : learner.weights().specs()) {
      gradients.push_back(Values(learner.gradients(), spec));
      before.push_back(Values(learner.weights(), spec));
    }
    const StepOutcome outcome = learner.Step(context, rate, {&batch, 1});
    ASSERT_TRUE(outcome.applied);
    const double clip = std::min(1.0, 1.0 / (outcome.gradient_norm + 1e-6));
    size_t at = 0;
    for (const ParameterSpec& spec : learner.weights().specs()) {
      SCOPED_TRACE(spec.name);
      const size_t i = at++;
      if (!Muon::Takes(spec)) continue;
      const int64_t rows = spec.shape[0], columns = spec.shape[1];
      Doubles &m = momenta[i], direction = gradients[i];
      m.resize(direction.size());
      for (size_t e = 0; e < m.size(); ++e) {
        const double g = clip * gradients[i][e];
        m[e] = 0.95 * m[e] + g;
        direction[e] = g + 0.95 * m[e];
      }
      direction = NewtonSchulz(rows, columns, direction);
      const double length = rate * 0.2 * std::sqrt(static_cast<double>(std::max(rows, columns)));
      const Doubles after = Values(learner.weights(), spec);
      double difference = 0, moved = 0;
      for (size_t e = 0; e < m.size(); ++e) {
        const double want = (1 - rate * 0.1) * before[i][e] - length * direction[e];
        difference += (after[e] - want) * (after[e] - want);
        moved += (want - before[i][e]) * (want - before[i][e]);
      }
      // fp32 products, and weights of about 0.2 rounded to 2^-24 where steps are some 1e-3.
      EXPECT_LT(std::sqrt(difference / moved), 1e-4);
      const Doubles kept = Values(learner.first_moments(), spec);
      for (size_t e = 0; e < m.size(); ++e) EXPECT_NEAR(kept[e], m[e], 1e-6);
    }
  }
}

TEST(Muon, EmbeddingOutputAndNormsAreAdamWs) {
  const Context context(1);
  const Batch batch = RandomBatch(3, 24, 1);
  std::vector<std::vector<float>> weights;
  for (const OptimizerKind kind : {OptimizerKind::kAdamW, OptimizerKind::kMuon}) {
    OptimizerOptions options;
    options.kind = kind;
    Learner learner(TinyLearnerConfig(), options, Precision::kF32);
    learner.Initialize(context, 1);
    learner.Step(context, 1e-3, {&batch, 1});
    std::vector<float> others, matrices;
    for (const ParameterSpec& spec : learner.weights().specs()) {
      const auto values = learner.weights().values(spec);
      auto& to = Muon::Takes(spec) ? matrices : others;
      to.insert(to.end(), values.begin(), values.end());
    }
    weights.push_back(others);
    weights.push_back(matrices);
  }
  EXPECT_EQ(weights[0], weights[2]);
  EXPECT_NE(weights[1], weights[3]);
}

TEST(Muon, RefusesWhatItCannotShare) {
  for (const auto& [zero, tensor] : {std::pair{0, 1}, {2, 2}}) {
    comm::RunRanks(2, [&, zero = zero, tensor = tensor](comm::Communicator& ranks) {
      OptimizerOptions options;
      options.kind = OptimizerKind::kMuon;
      EXPECT_THROW(Learner(TinyLearnerConfig(), options, Precision::kF32, {&ranks, zero, tensor}),
                   Error);
    });
  }
  EXPECT_EQ(ParseOptimizer("muon", ""), OptimizerKind::kMuon);
  EXPECT_THROW(ParseOptimizer("sgd", "--optimizer"), Error);
}

}  // namespace
}  // namespace cria::train
