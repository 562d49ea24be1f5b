// Shares cover a model; several ranks compute what one computes, within rounding.
#include "model/tensor_share.h"

#include <gtest/gtest.h>

#include <cmath>
#include <mutex>

#include "base/error.h"
#include "base/random.h"
#include "comm/local_ranks.h"
#include "model/initial_values.h"
#include "model/llama.h"

namespace cria {
namespace {

ModelConfig SmallConfig(bool tied) {
  ModelConfig c;
  c.dim = 64;
  c.n_layers = 3;
  c.n_heads = 8;
  c.n_kv_heads = 4;
  c.head_dim = 10;  // not dim / heads
  c.hidden_dim = 88;
  c.vocab_size = 100;
  c.max_seq_len = 24;
  c.tied_embeddings = tied;
  return c;
}

TEST(TensorShare, BoxesCoverEveryParameter) {
  const ModelConfig config = SmallConfig(false);
  for (const int ranks : {1, 2, 4}) {
    const std::vector<ParameterSpec> whole = ListParameters(config);
    const std::vector<ParameterSpec> share = ListParameters(ShareConfig(config, ranks));
    for (size_t i = 0; i < whole.size(); ++i) {
      SCOPED_TRACE(whole[i].name);
      std::vector<int> seen(static_cast<size_t>(whole[i].elements()));
      for (int rank = 0; rank < ranks; ++rank) {
        const TensorBox box = BoxOf(whole[i], {rank, ranks});
        ASSERT_EQ(box.rows * box.columns, share[i].elements());
        // In two calls, cut in the middle of a row.
        int64_t next = 0;
        const auto count = [&](int64_t place, int64_t in_box, int64_t n) {
          EXPECT_EQ(in_box, next);
          next = in_box + n;
          for (int64_t e = place; e < place + n; ++e) ++seen[static_cast<size_t>(e)];
        };
        const int64_t cut = whole[i].elements() / 2 + 3;
        box.ForEachStretch(0, cut, count);
        box.ForEachStretch(cut, whole[i].elements(), count);
        EXPECT_EQ(next, share[i].elements());
      }
      const bool everywhere = share[i].elements() == whole[i].elements();
      for (const int times : seen) ASSERT_EQ(times, everywhere ? ranks : 1);
    }
  }
}

TEST(TensorShare, WhatCannotBeDividedIsRefused) {
  const ModelConfig config = SmallConfig(false);
  EXPECT_NO_THROW(RequireDivisible(config, 4, "--tensor"));
  try {
    RequireDivisible(config, 8, "--tensor");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("4 key/value heads"), std::string::npos);
  }
}

// Weights large enough that attention and gates are far from linear; the norms' not all alike.
void Enlarge(const ModelConfig& config, const TensorShare& share, ParameterBlock* block) {
  ForEachHeld(config, share, block,
              [](const ParameterSpec& spec, int64_t first, std::span<float> to) {
                for (size_t i = 0; i < to.size(); ++i) {
                  to[i] *= spec.role == ParameterRole::kNorm
                               ? 1 + 0.3f * std::sin(static_cast<float>(first) + 1.0f * i)
                               : 1.3f;
                }
              });
}

// More tokens than ranks divide.
Batch SomeBatch(const ModelConfig& config) {
  RandomStream random(9, RandomPurpose::kTest);
  Batch batch{3, 13, {}, {}};
  for (int i = 0; i < 39; ++i) {
    // Mostly ids of the first rank, as in real text.
    const uint64_t ids = i % 4 == 0 ? config.vocab_size : config.vocab_size / 8;
    batch.tokens.push_back(static_cast<int32_t>(random.NextBelow(ids)));
    batch.targets.push_back(i % 9 == 4 ? -1 : static_cast<int32_t>(random.NextBelow(100)));
  }
  return batch;
}

struct Outcome {
  double loss = 0, evaluated = 0;
  std::vector<float> token_loss;
  ParameterBlock gradients;
};

struct Way {
  int ranks = 1, threads = 1;
  Precision precision = Precision::kF32;
  Recompute recompute = Recompute::kNone;
};

// The share of one of the ranks, its weights set.
std::unique_ptr<Llama> MakeShare(const Context& context, const ModelConfig& config, const Way& way,
                                 comm::Communicator* ranks) {
  const TensorShare share{ranks->rank(), way.ranks};
  const ModelConfig own = ShareConfig(config, way.ranks);
  ParameterBlock weights(own);
  InitializeShare(context, config, 3, share, &weights);
  Enlarge(config, share, &weights);
  auto model =
      MakeLlama(config, {way.precision, true, way.recompute, way.ranks > 1 ? ranks : nullptr});
  const std::vector<ParameterRange> groups = ParameterGroups(own);
  for (size_t g = 0; g < groups.size(); ++g) {
    model->SetGroup(context, static_cast<int>(g), weights.values(groups[g]).data());
  }
  return model;
}

Outcome Compute(const ModelConfig& config, const Way& way) {
  const Batch batch = SomeBatch(config);
  Outcome outcome{0, 0, std::vector<float>(39), ParameterBlock(config)};
  std::fill_n(outcome.gradients.data(), outcome.gradients.size(), 0.0f);
  const ModelConfig own = ShareConfig(config, way.ranks);
  std::vector<ParameterBlock> all;
  for (int rank = 0; rank < way.ranks; ++rank) all.emplace_back(own);
  std::mutex mutex;
  comm::RunRanks(way.ranks, [&](comm::Communicator& ranks) {
    const Context context(way.threads);
    const auto model = MakeShare(context, config, way, &ranks);
    GradientBlock sink(own, &all[static_cast<size_t>(ranks.rank())]);
    const double loss = model->LossAndGradients(context, batch, 0.1f, &sink);
    std::vector<float> token_loss(39);
    const double evaluated = model->Loss(context, batch, token_loss);
    const std::lock_guard lock(mutex);
    if (outcome.loss != 0) {
      EXPECT_EQ(loss, outcome.loss);
    }
    outcome.loss = loss;
    outcome.evaluated = evaluated;
    outcome.token_loss = token_loss;
  });
  for (int rank = 0; rank < way.ranks; ++rank) {
    // Of the norms every rank has a part.
    ForEachHeld(config, {rank, way.ranks}, &all[static_cast<size_t>(rank)],
                [&](const ParameterSpec& spec, int64_t first, std::span<float> from) {
                  float* to = outcome.gradients.values(spec).data() + first;
                  for (const float value : from) *to++ += value;
                });
  }
  return outcome;
}

// || got - want || / || want || of one parameter.
double Distance(const ParameterSpec& spec, const ParameterBlock& got, const ParameterBlock& want) {
  double off = 0, all = 0;
  for (int64_t i = 0; i < spec.elements(); ++i) {
    const double value = want.values(spec)[static_cast<size_t>(i)];
    off += std::pow(got.values(spec)[static_cast<size_t>(i)] - value, 2);
    all += value * value;
  }
  return std::sqrt(off / all);
}

class TensorRanksTest : public testing::TestWithParam<std::tuple<int, bool>> {};

// Sums of a product are cut into as many parts as there are ranks: a few units of fp32.
TEST_P(TensorRanksTest, EqualOneRankInFloat) {
  const auto [ranks, tied] = GetParam();
  const ModelConfig config = SmallConfig(tied);
  const Outcome one = Compute(config, {});
  const Outcome shared = Compute(config, {.ranks = ranks});
  EXPECT_NEAR(shared.loss, one.loss, 1e-6 * one.loss);
  EXPECT_EQ(shared.evaluated, shared.loss);
  for (size_t i = 0; i < one.token_loss.size(); ++i) {
    EXPECT_NEAR(shared.token_loss[i], one.token_loss[i], 1e-5);
  }
  for (const ParameterSpec& spec : one.gradients.specs()) {
    EXPECT_LT(Distance(spec, shared.gradients, one.gradients), 1e-5) << spec.name;
  }
}

// Parts are rounded to bf16 on their way: as near to the gradients in fp32 as one rank's in bf16,
// within a factor of 1.5.
TEST_P(TensorRanksTest, AreAsNearToTheTruthInBf16) {
  const auto [ranks, tied] = GetParam();
  const ModelConfig config = SmallConfig(tied);
  const Outcome truth = Compute(config, {});
  const Outcome one = Compute(config, {.precision = Precision::kBF16});
  const Outcome shared = Compute(config, {.ranks = ranks, .precision = Precision::kBF16});
  EXPECT_NEAR(shared.loss, truth.loss, 0x1p-9 * truth.loss);
  for (const ParameterSpec& spec : truth.gradients.specs()) {
    const double alone = Distance(spec, one.gradients, truth.gradients);
    EXPECT_LT(Distance(spec, shared.gradients, truth.gradients), 1.5 * alone) << spec.name;
  }
}

TEST_P(TensorRanksTest, SameBitsForAnyThreadsAndWhatIsComputedAgain) {
  const auto [ranks, tied] = GetParam();
  const ModelConfig config = SmallConfig(tied);
  for (const Precision precision : {Precision::kF32, Precision::kBF16}) {
    const Outcome kept = Compute(config, {.ranks = ranks, .precision = precision});
    for (const Recompute recompute : kRecomputes) {
      const Outcome again = Compute(
          config, {.ranks = ranks, .threads = 3, .precision = precision, .recompute = recompute});
      EXPECT_EQ(again.loss, kept.loss);
      EXPECT_TRUE(std::equal(again.gradients.data(),
                             again.gradients.data() + again.gradients.size(),
                             kept.gradients.data()))
          << RecomputeName(recompute);
    }
  }
}

// One of four ranks has no token of its own between the products.
TEST(TensorRanks, FewerTokensThanRanks) {
  const ModelConfig config = SmallConfig(false);
  const Batch batch{1, 3, {5, 60, 99}, {60, 99, 7}};
  double one = 0;
  for (const int size : {1, 4}) {
    comm::RunRanks(size, [&](comm::Communicator& ranks) {
      const Context context(1);
      const ModelConfig own = ShareConfig(config, size);
      ParameterBlock gradients(own);
      const auto model = MakeShare(context, config, {.ranks = size}, &ranks);
      GradientBlock sink(own, &gradients);
      const double loss = model->LossAndGradients(context, batch, 1, &sink);
      if (size == 1) one = loss;
      EXPECT_NEAR(loss, one, 1e-6 * one);
    });
  }
}

// What goes over the wire is what is planned, where ids are spread evenly.
TEST(TensorRanks, SendWhatIsPlanned) {
  const ModelConfig config = SmallConfig(false);
  Batch batch{2, 24, {}, {}};
  for (int i = 0; i < 48; ++i) {  // four tokens of each rank's part in turn
    batch.tokens.push_back(25 * (i % 4) + i % 25);
    batch.targets.push_back(i);
  }
  for (const Precision precision : {Precision::kF32, Precision::kBF16}) {
    for (const Recompute recompute : kRecomputes) {
      comm::RunRanks(4, [&](comm::Communicator& ranks) {
        const Context context(1);
        const ModelConfig own = ShareConfig(config, 4);
        ParameterBlock gradients(own);
        const Way way{.ranks = 4, .precision = precision, .recompute = recompute};
        const auto model = MakeShare(context, config, way, &ranks);
        GradientBlock sink(own, &gradients);
        model->LossAndGradients(context, batch, 1, &sink);
        EXPECT_EQ(ranks.traffic().sent_bytes, TensorSentBytes(config, precision, 48, 4, recompute))
            << RecomputeName(recompute);
      });
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, TensorRanksTest,
                         testing::Combine(testing::Values(2, 4), testing::Bool()));

}  // namespace
}  // namespace cria
