// Several ranks train one model: the same bits for any number of them, every ZeRO stage, any number
// of threads; a run saved on some ranks goes on on others.
#include <gtest/gtest.h>

#include <cstring>
#include <mutex>

#include "base/hash.h"
#include "base/random.h"
#include "comm/local_ranks.h"
#include "model/initial_values.h"
#include "train/learner.h"
#include "train/shard_map.h"
#include "train/tags.h"

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

// Holds back gradients and weights until Launch, and then waits for all of them at once, as NCCL's
// groups do: ranks that launched in another order than the others would never come out of it.
class InGroups : public comm::Communicator {
 public:
  explicit InGroups(comm::Communicator* ranks) : ranks_(ranks) {}
  int rank() const override { return ranks_->rank(); }
  int size() const override { return ranks_->size(); }
  comm::Transfer Send(int to, int tag, std::span<const uint8_t> bytes) override {
    return Ask(tag, [=, this] { return ranks_->Send(to, tag, bytes); });
  }
  comm::Transfer Receive(int from, int tag, std::span<uint8_t> bytes) override {
    return Ask(tag, [=, this] { return ranks_->Receive(from, tag, bytes); });
  }
  void Launch(int tag) override {
    std::vector<comm::Transfer> begun;
    for (Asked& asked : asked_) {
      if (asked.tag != tag || asked.done) continue;
      begun.push_back(asked.begin());
      asked.done = true;
    }
    for (const comm::Transfer& transfer : begun) ranks_->Wait(transfer);
    launches_ += !begun.empty();
  }
  void Wait(comm::Transfer transfer) override {
    if (transfer.id >= 0) return ranks_->Wait(transfer);
    CRIA_CHECK(asked_[static_cast<size_t>(-1 - transfer.id)].done, "never launched");
  }
  void Cancel() override { ranks_->Cancel(); }
  double timeout_s() const override { return ranks_->timeout_s(); }
  comm::Traffic traffic() const override { return ranks_->traffic(); }
  int launches() const { return launches_; }

 private:
  struct Asked {
    int tag;
    std::function<comm::Transfer()> begin;
    bool done;
  };
  // Its own numbers are below 0; what is no gradient and no weight begins at once.
  comm::Transfer Ask(int tag, std::function<comm::Transfer()> begin) {
    if (tag < GatherTag(0)) return begin();
    asked_.push_back({tag, std::move(begin), false});
    return {-std::ssize(asked_)};
  }

  comm::Communicator* ranks_;
  std::vector<Asked> asked_;
  int launches_ = 0;
};

struct Setting {
  int ranks, zero, threads;
  TrainingMemory memory = {};
  int tensor = 1;
  OptimizerKind optimizer = OptimizerKind::kAdamW;
  bool in_groups = false;
};

struct Result {
  std::string digest;  // of weights and moments
  std::vector<double> losses, norms;
};

// Three steps of seven pieces of unequal size.
Result Train(const ModelConfig& config, Precision precision, const Setting& setting) {
  ParameterBlock weights(config), momenta(config), squares(config);
  Result result;
  std::mutex mutex;
  comm::RunRanks(setting.ranks, [&](comm::Communicator& carrier) {
    const Context context(setting.threads);
    InGroups groups(&carrier);
    comm::Communicator& ranks = setting.in_groups ? groups : carrier;
    OptimizerOptions optimizer;
    optimizer.kind = setting.optimizer;
    Learner learner(config, optimizer, precision, {&ranks, setting.zero, setting.tensor},
                    setting.memory);
    learner.Initialize(context, 5);
    for (uint64_t step = 0; step < 3; ++step) {
      std::vector<Batch> pieces;
      const Layout& layout = learner.layout();
      for (int p = layout.DataRank(ranks.rank()); p < 7; p += layout.data()) {
        pieces.push_back(RandomBatch(p == 6 ? 1 : 2, 100 * step + static_cast<uint64_t>(p)));
      }
      const int64_t before = ranks.traffic().sent_bytes;
      const StepOutcome outcome = learner.Step(context, 1e-2, pieces);
      ASSERT_TRUE(outcome.applied);
      if (layout.tensor == 1) {  // there ids decide too
        const int64_t sent = ranks.traffic().sent_bytes - before;
        const int64_t planned = learner.SentBytesPerStep(7, 0);
        // Beside it a few numbers, and up to two rounds more of weights that were ahead.
        EXPECT_GE(sent, planned);
        EXPECT_LT(sent, planned + planned / 8 + 20000) << setting.zero;
      }
      if (ranks.rank() > 0) continue;
      result.losses.push_back(outcome.loss);
      result.norms.push_back(outcome.gradient_norm);
    }
    EXPECT_EQ(groups.launches() > 0, setting.in_groups && setting.ranks > 1);
    const std::lock_guard lock(mutex);
    const auto copy = [&](ParameterBlock* from, ParameterBlock* to) {
      ForEachHeld(config, learner.share(), from,
                  [&](const ParameterSpec& spec, int64_t first, std::span<float> values) {
                    std::copy(values.begin(), values.end(), to->values(spec).begin() + first);
                  });
    };
    copy(&learner.weights(), &weights);
    copy(&learner.first_moments(), &momenta);
    copy(&learner.second_moments(), &squares);
  });
  std::string bytes(reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float));
  for (const ParameterBlock* moments : {&momenta, &squares}) {
    bytes.append(reinterpret_cast<const char*>(moments->data()), moments->size() * sizeof(float));
  }
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

TEST_P(RanksTest, TransfersMayBeginInGroups) {
  const auto [precision, tied] = GetParam();
  const ModelConfig config = SmallConfig(tied);
  const auto train = [&](int ranks, int zero, OptimizerKind optimizer) {
    return Train(config, precision, {ranks, zero, 1, {}, 1, optimizer, true});
  };
  for (const auto optimizer : {OptimizerKind::kAdamW, OptimizerKind::kMuon}) {
    const Result alone = train(1, 2, optimizer);
    for (const auto& [ranks, zero] : {std::pair{2, 0}, {2, 2}, {3, 2}, {2, 3}, {3, 3}}) {
      if (zero == 0 && optimizer == OptimizerKind::kMuon) continue;
      SCOPED_TRACE(testing::Message() << ranks << " ranks, ZeRO " << zero);
      EXPECT_EQ(train(ranks, zero, optimizer).digest, alone.digest);
    }
  }
}

TEST_P(RanksTest, MuonHasTheSameBitsForAnyRanksStagesAndThreads) {
  const auto [precision, tied] = GetParam();
  const ModelConfig config = SmallConfig(tied);
  const auto train = [&](int ranks, int zero, int threads) {
    return Train(config, precision, {ranks, zero, threads, {}, 1, OptimizerKind::kMuon});
  };
  const Result alone = train(1, 0, 1);
  EXPECT_NE(alone.digest, Train(config, precision, {1, 0, 1}).digest);
  for (const auto& [ranks, zero, threads] :
       {std::tuple{1, 2, 3}, {2, 2, 2}, {2, 3, 1}, {3, 1, 1}, {7, 3, 1}}) {
    SCOPED_TRACE(testing::Message() << ranks << " ranks, ZeRO " << zero);
    const Result shared = train(ranks, zero, threads);
    EXPECT_EQ(shared.digest, alone.digest);
    EXPECT_EQ(shared.losses, alone.losses);
  }
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

// Ranks that share layers cut the sums of products: other bits for another number of them, the same
// for any number of such groups, ZeRO stage and threads.
TEST_P(RanksTest, TensorParallelRanksHaveTheirOwnBits) {
  const auto [precision, tied] = GetParam();
  ModelConfig config = SmallConfig(tied);
  config.vocab_size = 702;
  const Result alone = Train(config, precision, {1, 0, 1});
  const Result pair = Train(config, precision, {2, 0, 1, {}, 2});
  const std::vector<Setting> settings = {
      {2, 2, 3, {}, 2}, {4, 0, 1, {}, 2}, {4, 2, 2, {}, 2},
      {4, 3, 1, {}, 2}, {6, 2, 1, {}, 2}, {6, 3, 1, {Recompute::kLayers, false}, 2}};
  for (const Setting& s : settings) {
    SCOPED_TRACE(testing::Message() << s.ranks << " ranks, ZeRO " << s.zero);
    const Result shared = Train(config, precision, s);
    EXPECT_EQ(shared.digest, pair.digest);
    EXPECT_EQ(shared.losses, pair.losses);
    EXPECT_EQ(shared.norms, pair.norms);
  }
  // The first loss, before any update, differs by rounding alone; what follows by what AdamW makes
  // of it.
  const double unit = precision == Precision::kBF16 ? 0x1p-9 : 1e-6;
  EXPECT_NEAR(pair.losses[0], alone.losses[0], unit * alone.losses[0]);
  EXPECT_NEAR(pair.norms[0], alone.norms[0], 4 * unit * alone.norms[0]);
  EXPECT_NEAR(pair.losses[2], alone.losses[2], 10 * unit * alone.losses[2]);
  std::printf("%s%s: two ranks share layers: %s on 2, 4 and 6 ranks; loss %.7f, on one %.7f\n",
              PrecisionName(precision), tied ? ", tied" : "", pair.digest.substr(0, 16).c_str(),
              pair.losses[2], alone.losses[2]);
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

TEST(ShardMap, CollectsWhatRanksKeep) {
  ModelConfig config = SmallConfig(false);
  config.vocab_size = 704;
  const Context context(1);
  ParameterBlock whole(config);
  InitializeParameters(context, config, 3, &whole);
  for (const auto& [ranks, tensor, zero] :
       {std::tuple(2, 2, 0), std::tuple(4, 2, 2), std::tuple(6, 2, 0), std::tuple(3, 1, 3)}) {
    SCOPED_TRACE(testing::Message() << ranks << " ranks, " << tensor << " share layers");
    comm::RunRanks(ranks, [&, tensor = tensor, zero = zero](comm::Communicator& all) {
      Learner learner(config, {}, Precision::kF32, {&all, zero, tensor});
      learner.Initialize(context, 3);
      const ShardMap map(config, learner.layout());
      for (size_t p = 0; p < map.whole().size(); ++p) {
        ASSERT_EQ(map.RoundsOf(p), 1);
        const ShardMap::Turn turn{p, 0};
        const std::vector<float> run = map.Collect(&all, learner.weights(), turn, kCollectTag);
        const ParameterRange range = map.RunOf(turn, all.rank());
        ASSERT_EQ(std::ssize(run), range.elements);
        const auto want = whole.values(map.whole()[p]).subspan(range.offset, range.elements);
        ASSERT_TRUE(std::equal(run.begin(), run.end(), want.begin())) << map.whole()[p].name;
      }
    });
  }
}

TEST(ShardMap, RoundsCoverALargeParameter) {
  ModelConfig config = SmallConfig(false);
  config.vocab_size = 40'001;  // 235 blocks of the embedding
  const ShardMap map(config, {.ranks = 3, .tensor = 1, .zero = 2});
  int64_t at = 0;
  ASSERT_EQ(map.RoundsOf(0), 2);
  for (int round = 0; round < 2; ++round) {
    for (int rank = 0; rank < 3; ++rank) {
      const ParameterRange run = map.RunOf({0, round}, rank);
      EXPECT_EQ(run.offset, at);
      EXPECT_LE(run.elements, ShardMap::kRoundBlocks * Partition::kBlockElements);
      at = run.end();
    }
  }
  EXPECT_EQ(at, map.whole()[0].elements());
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
