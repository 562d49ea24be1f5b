// The whole model: cached pass, gradients, threads; ragged batches are kv_pool_test.cc's. Outside
// truth (PyTorch runs, real weights) is tested where files can be read: train/golden_test.cc and
// infer/golden_test.cc.
#include "model/llama.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "model/initial_values.h"
#include "model/sequence.h"

namespace cria {
namespace {

ModelConfig TinyConfig(int kv_heads, bool tied) {
  ModelConfig c;
  c.dim = 48;
  c.n_layers = 3;
  c.n_heads = 4;
  c.n_kv_heads = kv_heads;
  c.head_dim = 10;  // not dim / heads
  c.hidden_dim = 56;
  c.vocab_size = 67;
  c.max_seq_len = 40;
  c.tied_embeddings = tied;
  return c;
}

Batch RandomBatch(int64_t rows, int64_t seq_len, int64_t vocab, uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kTest);
  Batch batch{rows, seq_len, {}, {}};
  for (int64_t i = 0; i < rows * seq_len; ++i) {
    batch.tokens.push_back(static_cast<int32_t>(random.NextBelow(vocab)));
    batch.targets.push_back(i % 7 == 3 ? -1 : static_cast<int32_t>(random.NextBelow(vocab)));
  }
  return batch;
}

// Weights large enough that attention and gates are far from linear.
ParameterBlock RandomWeights(const ModelConfig& c) {
  ParameterBlock p(c);
  InitializeParameters(Context(1), c, 3, &p);
  const float scale = 0.16f * std::sqrt(static_cast<float>(c.dim));  // to a deviation of 0.16
  for (int64_t i = 0; i < p.size(); ++i) {
    if (p.data()[i] != 1.0f) p.data()[i] *= scale;
  }
  return p;
}

std::unique_ptr<Llama> Model(const Context& context, const ParameterBlock& p, const ModelConfig& c,
                             Precision precision, bool for_training) {
  auto model = MakeLlama(c, {precision, for_training});
  model->SetWeights(context, p);
  return model;
}

class LlamaTest : public testing::TestWithParam<std::tuple<Precision, int, bool>> {
 protected:
  Precision precision() const { return std::get<0>(GetParam()); }
  ModelConfig config() const {
    return TinyConfig(std::get<1>(GetParam()), std::get<2>(GetParam()));
  }
};

TEST_P(LlamaTest, PromptInPiecesEqualsTheFullPassBitForBit) {
  const ModelConfig c = config();
  const Context context(2);
  const ParameterBlock p = RandomWeights(c);
  auto model = Model(context, p, c, precision(), false);
  const std::vector<int32_t> tokens = RandomBatch(1, 37, c.vocab_size, 5).tokens;
  std::vector<float> full(37 * c.vocab_size), step(c.vocab_size), chunk(20 * c.vocab_size);
  Sequence whole(model.get(), 40), stepped(model.get(), 40);
  whole.Feed(context, tokens, false, true, full.data());
  for (int i = 0; i < 37; ++i) {
    stepped.Feed(context, {tokens.data() + i, 1}, false, false, step.data());
    for (int v = 0; v < c.vocab_size; ++v)
      ASSERT_EQ(step[v], full[i * c.vocab_size + v]) << i << " " << v;
  }
  stepped.Truncate(11);
  stepped.Feed(context, {tokens.data() + 11, 20}, false, true, chunk.data());
  for (int i = 0; i < 20 * c.vocab_size; ++i) ASSERT_EQ(chunk[i], full[11 * c.vocab_size + i]);
}

// A model made for a far longer context costs no more, and the table of rotations grows unseen.
TEST_P(LlamaTest, LongContextsChangeNoBit) {
  ModelConfig c = config();
  const Context context(2);
  const ParameterBlock p = RandomWeights(c);
  constexpr int64_t kTokens = 1100;  // the table begins with 1024
  const std::vector<int32_t> tokens = RandomBatch(1, kTokens, c.vocab_size, 5).tokens;
  const auto last = [&](int64_t max_seq_len, int64_t piece) {
    c.max_seq_len = max_seq_len;
    auto model = Model(context, p, c, precision(), false);
    Sequence sequence(model.get(), kTokens);
    std::vector<float> logits(c.vocab_size);
    for (int64_t at = 0; at < kTokens; at += piece) {
      const auto n = static_cast<size_t>(std::min(piece, kTokens - at));
      sequence.Feed(context, {tokens.data() + at, n}, false, false, logits.data());
    }
    return logits;
  };
  const std::vector<float> want = last(kTokens, kTokens);
  EXPECT_EQ(last(1'000'000'000, kTokens), want);
  EXPECT_EQ(last(1'000'000'000, 100), want);
  EXPECT_EQ(last(kTokens, 1023), want);
}

TEST_P(LlamaTest, LossIsTheSumOfCachedLogProbabilities) {
  const ModelConfig c = config();
  const Context context(2);
  const ParameterBlock p = RandomWeights(c);
  auto model = Model(context, p, c, precision(), false);
  const Batch batch = RandomBatch(1, 37, c.vocab_size, 5);
  std::vector<float> logits(37 * c.vocab_size);
  Sequence sequence(model.get(), 40);
  sequence.Feed(context, batch.tokens, false, true, logits.data());
  double sum = 0;
  for (int i = 0; i < 37; ++i) {
    if (batch.targets[i] < 0) continue;
    const float* row = logits.data() + i * c.vocab_size;
    double total = 0;
    for (int v = 0; v < c.vocab_size; ++v) total += std::exp(static_cast<double>(row[v]));
    sum += std::log(total) - row[batch.targets[i]];
  }
  EXPECT_NEAR(model->Loss(context, batch, {}), sum, 1e-5 * sum);
}

TEST_P(LlamaTest, SameBitsForAnyThreads) {
  const ModelConfig c = config();
  const ParameterBlock p = RandomWeights(c);
  const Batch batch = RandomBatch(3, 33, c.vocab_size, 9);
  const auto run = [&](int threads, ParameterBlock* gradients) {
    const Context context(threads);
    GradientBlock sink(c, gradients);
    return Model(context, p, c, precision(), true)->LossAndGradients(context, batch, 0.01f, &sink);
  };
  ParameterBlock one(c), two(c), three(c);
  const double loss = run(1, &one);
  EXPECT_EQ(loss, run(2, &two));
  EXPECT_EQ(loss, run(3, &three));
  for (int64_t i = 0; i < one.size(); ++i) {
    ASSERT_EQ(one.data()[i], two.data()[i]) << i;
    ASSERT_EQ(one.data()[i], three.data()[i]) << i;
  }
}

TEST_P(LlamaTest, OneBatchOfThreeEqualsThreeBatchesOfOne) {
  const ModelConfig c = config();
  const Context context(2);
  const ParameterBlock p = RandomWeights(c);
  auto model = Model(context, p, c, precision(), true);
  const Batch batch = RandomBatch(3, 33, c.vocab_size, 9);
  ParameterBlock whole(c), part(c), parts(c);
  GradientBlock whole_sink(c, &whole), part_sink(c, &part);
  const double loss = model->LossAndGradients(context, batch, 0.01f, &whole_sink);
  double sum = 0;
  for (int r = 0; r < 3; ++r) {
    const auto row = [&](const std::vector<int32_t>& v) {
      return std::vector<int32_t>(v.begin() + r * 33, v.begin() + (r + 1) * 33);
    };
    sum += model->LossAndGradients(context, {1, 33, row(batch.tokens), row(batch.targets)}, 0.01f,
                                   &part_sink);
    for (int64_t i = 0; i < part.size(); ++i) parts.data()[i] += part.data()[i];
  }
  EXPECT_NEAR(sum, loss, 1e-9 * loss);
  // The same terms in another order: fp32 rounding of sums only.
  double error = 0, norm = 0;
  for (int64_t i = 0; i < whole.size(); ++i) {
    error += std::pow(whole.data()[i] - parts.data()[i], 2);
    norm += std::pow(whole.data()[i], 2);
  }
  EXPECT_LT(std::sqrt(error / norm), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(All, LlamaTest,
                         testing::Combine(testing::Values(Precision::kF32, Precision::kBF16),
                                          testing::Values(1, 2, 4), testing::Bool()));

// Directional derivative of the fp32 model by central differences, all parameters at once and each
// tensor alone; covers grouped heads and tied embeddings, which the golden training run has not.
TEST(LlamaGradients, AgreeWithCentralDifferences) {
  for (const bool tied : {false, true}) {
    const ModelConfig c = TinyConfig(2, tied);
    const Context context(2);
    ParameterBlock p = RandomWeights(c);
    const Batch batch = RandomBatch(3, 33, c.vocab_size, 9);
    auto model = Model(context, p, c, Precision::kF32, true);
    ParameterBlock gradients(c);
    GradientBlock sink(c, &gradients);
    model->LossAndGradients(context, batch, 1.0f, &sink);
    for (const ParameterSpec& spec : p.specs()) {
      // Along the gradient itself the derivative is |g|^2, far above the rounding of the loss.
      const auto values = p.values(spec);
      const auto g = gradients.values(spec);
      double norm = 0;
      for (const float x : g) norm += static_cast<double>(x) * x;
      ASSERT_GT(norm, 0) << spec.name;
      const double h = 2e-2 / std::sqrt(norm);
      const std::vector<float> saved(values.begin(), values.end());
      const auto loss_at = [&](double sign) {
        for (size_t i = 0; i < g.size(); ++i)
          values[i] = static_cast<float>(saved[i] + sign * h * g[i]);
        model->SetWeights(context, p);
        return model->Loss(context, batch, {});
      };
      const double slope = (loss_at(1) - loss_at(-1)) / (2 * h);
      std::copy(saved.begin(), saved.end(), values.begin());
      EXPECT_NEAR(slope / norm, 1, 0.02) << spec.name << " tied=" << tied;
    }
  }
}

}  // namespace
}  // namespace cria
