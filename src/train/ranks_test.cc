// Several ranks train one model: the same bits for any number of them, every ZeRO stage, any number
// of threads; a run saved on some ranks goes on on others.
#include <gtest/gtest.h>

#include <cstring>
#include <mutex>

#include "base/hash.h"
#include "base/random.h"
#include "comm/local_ranks.h"
#include "train/learner.h"

namespace cria::train {
namespace {

// Large enough that groups are divided (a layer has 7 blocks of 16384), with more groups than are
// on their way at once.
ModelConfig SmallConfig(bool tied) {
  ModelConfig c;
  c.dim = 96;
  c.n_layers = 5;
  c.n_heads = 4;
  c.n_kv_heads = 2;
  c.head_dim = 24;
  c.hidden_dim = 256;
  c.vocab_size = 701;
  c.max_seq_len = 24;
  c.tied_embeddings = tied;
  return c;
}

Batch RandomBatch(int64_t rows, uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kTest);
  Batch batch{rows, 24, {}, {}};
  for (int64_t i = 0; i < rows * 24; ++i) {
    batch.tokens.push_back(static_cast<int32_t>(random.NextBelow(701)));
    batch.targets.push_back(i % 9 == 4 ? -1 : static_cast<int32_t>(random.NextBelow(701)));
  }
  return batch;
}

struct Setting {
  int ranks, zero, threads;
  TrainingMemory memory = {};
};

struct Result {
  std::string digest;  // of weights and moments
  std::vector<double> losses, norms;
};

// Three steps of seven pieces of unequal size.
Result Train(const ModelConfig& config, Precision precision, const Setting& setting) {
  ParameterBlock weights(config), moments(config);
  Result result;
  std::mutex mutex;
  comm::RunRanks(setting.ranks, [&](comm::Communicator& ranks) {
    const Context context(setting.threads);
    Learner learner(config, {}, precision, {&ranks, setting.zero}, setting.memory);
    learner.Initialize(context, 5);
    for (uint64_t step = 0; step < 3; ++step) {
      std::vector<Batch> pieces;
      for (int p = ranks.rank(); p < 7; p += ranks.size()) {
        pieces.push_back(RandomBatch(p == 6 ? 1 : 2, 100 * step + static_cast<uint64_t>(p)));
      }
      const StepOutcome outcome = learner.Step(context, 1e-2, pieces);
      ASSERT_TRUE(outcome.applied);
      if (ranks.rank() > 0) continue;
      result.losses.push_back(outcome.loss);
      result.norms.push_back(outcome.gradient_norm);
    }
    const std::lock_guard lock(mutex);
    for (const ParameterRange& range : learner.weights().held()) {
      const auto copy = [&](ParameterBlock& from, ParameterBlock* to) {
        std::copy_n(from.values(range).begin(), range.elements, to->values(range).begin());
      };
      copy(learner.weights(), &weights);
      copy(learner.second_moments(), &moments);
    }
  });
  std::string bytes(reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float));
  bytes.append(reinterpret_cast<const char*>(moments.data()), moments.size() * sizeof(float));
  result.digest = Sha256Hex(bytes);
  return result;
}

class RanksTest : public testing::TestWithParam<std::tuple<Precision, bool>> {};

TEST_P(RanksTest, SameBitsForAnyRanksStagesAndThreads) {
  const auto [precision, tied] = GetParam();
  const ModelConfig config = SmallConfig(tied);
  const Result alone = Train(config, precision, {1, 0, 1});
  const std::vector<Setting> settings = {{1, 2, 3}, {2, 0, 1}, {2, 2, 2}, {2, 3, 1},
                                         {3, 3, 1}, {4, 1, 1}, {4, 3, 1}, {7, 2, 1}};
  for (const Setting& s : settings) {
    SCOPED_TRACE(testing::Message() << s.ranks << " ranks, ZeRO " << s.zero);
    const Result shared = Train(config, precision, s);
    EXPECT_EQ(shared.digest, alone.digest);
    EXPECT_EQ(shared.losses, alone.losses);
    EXPECT_EQ(shared.norms, alone.norms);
  }
  std::printf("%s%s: weights and moments after 3 steps %s on 1, 2, 3, 4 and 7 ranks\n",
              PrecisionName(precision), tied ? ", tied" : "", alone.digest.substr(0, 16).c_str());
}

TEST_P(RanksTest, WhatIsComputedAgainHasTheSameBits) {
  const auto [precision, tied] = GetParam();
  const ModelConfig config = SmallConfig(tied);
  const std::string kept = Train(config, precision, {1, 0, 2}).digest;
  for (const Recompute recompute : kRecomputes) {
    SCOPED_TRACE(RecomputeName(recompute));
    EXPECT_EQ(Train(config, precision, {1, 0, 2, {recompute, false}}).digest, kept);
    EXPECT_EQ(Train(config, precision, {1, 0, 2, {recompute, true}}).digest, kept);
  }
  EXPECT_EQ(Train(config, precision, {2, 3, 1, {Recompute::kLayers}}).digest, kept);
  EXPECT_EQ(Train(config, precision, {3, 2, 1, {Recompute::kNone, true}}).digest, kept);
}

INSTANTIATE_TEST_SUITE_P(All, RanksTest,
                         testing::Combine(testing::Values(Precision::kF32, Precision::kBF16),
                                          testing::Bool()));

TEST(Ranks, EveryRankSeesThatAStepIsNotFinite) {
  comm::RunRanks(3, [](comm::Communicator& ranks) {
    const Context context(1);
    Learner learner(SmallConfig(false), {}, Precision::kF32, {&ranks, 2});
    learner.Initialize(context, 5);
    // Only the rank that keeps it changes it; everybody's products see it.
    for (const ParameterRange& part : learner.weights().HeldOf({200'000, 1})) {
      learner.weights().values(part)[0] = std::numeric_limits<float>::quiet_NaN();
    }
    learner.WeightsChanged(context);
    const Batch batch = RandomBatch(1, static_cast<uint64_t>(ranks.rank()));
    EXPECT_FALSE(learner.Step(context, 1e-3, {&batch, 1}).applied);
    EXPECT_EQ(learner.updates(), 0);
  });
}

TEST(Partition, RunsOfWholeBlocksCoverEveryGroup) {
  for (const int ranks : {1, 2, 3, 5, 64}) {
    const ModelConfig config = SmallConfig(false);
    const Partition partition(config, ranks);
    for (int g = 0; g < partition.groups(); ++g) {
      int64_t at = partition.group(g).offset, largest = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const ParameterRange run = partition.Run(g, rank);
        if (run.elements == 0) continue;
        EXPECT_EQ(run.offset, at);
        at = run.end();
        largest = std::max(largest, run.elements);
      }
      EXPECT_EQ(at, partition.group(g).end());
      EXPECT_LE(largest, partition.group(g).elements / ranks + 2 * Partition::kBlockElements);
    }
  }
}

}  // namespace
}  // namespace cria::train
