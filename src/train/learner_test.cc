// Threads, pieces, steps that are not finite, what decays.
#include "train/learner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "train/tiny_learner.h"

namespace cria::train {
namespace {

std::vector<Batch> Split(const Batch& batch) {
  std::vector<Batch> rows;
  for (int64_t r = 0; r < batch.rows; ++r) {
    const auto cut = [&](const std::vector<int32_t>& v) {
      return std::vector<int32_t>(v.begin() + r * batch.seq_len,
                                  v.begin() + (r + 1) * batch.seq_len);
    };
    rows.push_back({1, batch.seq_len, cut(batch.tokens), cut(batch.targets)});
  }
  return rows;
}

std::vector<float> TrainedWeights(Precision precision, int threads, int steps) {
  const Context context(threads);
  Learner learner(TinyLearnerConfig(), {}, precision);
  learner.Initialize(context, 1);
  for (int step = 0; step < steps; ++step) {
    const Batch batch = RandomBatch(5, 24, static_cast<uint64_t>(step));
    EXPECT_TRUE(learner.Step(context, 1e-3, {&batch, 1}).applied);
  }
  return {learner.weights().data(), learner.weights().data() + learner.weights().size()};
}

TEST(Learner, SameBitsForAnyNumberOfThreads) {
  for (const Precision precision : {Precision::kF32, Precision::kBF16}) {
    const auto one = TrainedWeights(precision, 1, 4);
    for (const int threads : {2, 3}) {
      const auto more = TrainedWeights(precision, threads, 4);
      EXPECT_EQ(std::memcmp(one.data(), more.data(), one.size() * sizeof(float)), 0) << threads;
    }
  }
}

TEST(Learner, OneBatchOfSixAgreesWithSixOfOne) {
  const Context context(2);
  Learner learner(TinyLearnerConfig(), {}, Precision::kF32);
  learner.Initialize(context, 1);
  const Batch whole = RandomBatch(6, 24, 9);
  const double loss = learner.ComputeGradients(context, {&whole, 1}, nullptr).loss;
  const std::vector<float> a(learner.gradients().data(),
                             learner.gradients().data() + learner.gradients().size());
  const std::vector<Batch> rows = Split(whole);
  EXPECT_NEAR(learner.ComputeGradients(context, rows, nullptr).loss, loss, 1e-6 * loss);
  double difference = 0, norm = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double d = a[i] - learner.gradients().data()[i];
    difference += d * d;
    norm += a[i] * a[i];
  }
  // Sums of 144 tokens in another order: a few units of fp32 rounding of the whole vector.
  EXPECT_LT(std::sqrt(difference / norm), 1e-6);
}

TEST(Learner, StepThatIsNotFiniteChangesNothing) {
  const Context context(1);
  Learner learner(TinyLearnerConfig(), {}, Precision::kF32);
  learner.Initialize(context, 1);
  const Batch batch = RandomBatch(2, 24, 1);
  learner.weights().data()[0] = std::numeric_limits<float>::quiet_NaN();
  // Row 0 of the embedding: only a batch that holds token 0 sees it.
  Batch hit = batch;
  hit.tokens[0] = 0;
  learner.WeightsChanged(context);
  const std::vector<float> before(learner.weights().data(),
                                  learner.weights().data() + learner.weights().size());
  const StepOutcome outcome = learner.Step(context, 1e-3, {&hit, 1});
  EXPECT_FALSE(outcome.applied);
  EXPECT_EQ(learner.updates(), 0);
  EXPECT_EQ(std::memcmp(before.data(), learner.weights().data(), before.size() * sizeof(float)), 0);
}

TEST(Learner, MatricesDecayNormsDoNot) {
  const Context context(1);
  for (const bool decay_norms : {false, true}) {
    OptimizerOptions options;
    options.decay_norms = decay_norms;
    Learner learner(TinyLearnerConfig(), options, Precision::kF32);
    learner.Initialize(context, 1);
    const Batch batch = RandomBatch(2, 24, 1);
    // A token that never occurs has no gradient: its embedding only decays.
    Batch without = batch;
    for (int32_t& token : without.tokens) token = std::max(token, 1);
    const float before = learner.weights().data()[0];
    learner.Step(context, 0.01, {&without, 1});
    EXPECT_FLOAT_EQ(learner.weights().data()[0], before * (1 - 0.01f * 0.1f));
    const float gain = learner.weights().values(learner.weights().spec("norm.weight"))[0];
    // Adam's first step moves every parameter by the learning rate, up or down.
    const double decayed = decay_norms ? 1 - 0.01 * 0.1 : 1.0;
    EXPECT_NEAR(std::fabs(gain - decayed), 0.01, 1e-4);
  }
}

}  // namespace
}  // namespace cria::train
