// Training on several GPUs, or emulations of them: a rank for each, which is a thread here, and all
// on the first GPU where there is a real one.
#include "kernels/cuda/device_ranks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "comm/local_ranks.h"
#include "device_models.h"
#include "test_context.h"
#include "train/learner.h"
#include "train/tiny_run.h"

namespace cria {
namespace {

struct Outcome {
  std::vector<float> weights, first, second;
  std::vector<double> losses, norms;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

void TakeHeld(const ParameterBlock& from, std::vector<float>* to) {
  for (const ParameterRange& range : from.held()) {
    const std::span<const float> values = from.values(range);
    to->resize(std::max<size_t>(to->size(), static_cast<size_t>(range.end())));
    std::copy(values.begin(), values.end(), to->begin() + range.offset);
  }
}

Outcome TrainOnRanks(const ModelConfig& config, Precision precision, int ranks, int zero,
                     train::OptimizerKind optimizer) {
  Outcome outcome;
  std::mutex mutex;
  comm::RunRanks(ranks, [&](comm::Communicator& all) {
    const Context context = TestContext(1);
    train::OptimizerOptions options;
    options.kind = optimizer;
    const auto gpus = kernels::cuda::ConnectDevices(&all, context.accelerator());
    train::Learner learner(config, options, precision,
                           {.ranks = &all, .zero = zero, .devices = &gpus}, {},
                           context.accelerator());
    learner.Initialize(context, 1);
    for (int step = 0; step < 4; ++step) {
      std::vector<Batch> pieces;
      for (int piece = all.rank(); piece < 3; piece += ranks) {
        pieces.push_back(SomeBatch(piece == 2 ? 1 : 2, 24, 10 * step + piece));
      }
      const train::StepOutcome step_outcome = learner.Step(context, 3e-3, pieces);
      if (all.rank() > 0) continue;
      outcome.losses.push_back(step_outcome.loss);
      outcome.norms.push_back(step_outcome.gradient_norm);
    }
    learner.BringHome(context);
    const std::lock_guard lock(mutex);
    TakeHeld(learner.weights(), &outcome.weights);
    TakeHeld(learner.first_moments(), &outcome.first);
    TakeHeld(learner.second_moments(), &outcome.second);
  });
  return outcome;
}

void CheckLayouts(const ModelConfig& config, Precision precision,
                  std::span<const std::pair<int, int>> layouts) {
  for (const auto optimizer : {train::OptimizerKind::kAdamW, train::OptimizerKind::kMuon}) {
    const Outcome alone = TrainOnRanks(config, precision, 1, 2, optimizer);
    for (const auto& [ranks, zero] : layouts) {
      if (zero == 0 && optimizer == train::OptimizerKind::kMuon) continue;  // refused
      SCOPED_TRACE(testing::Message() << ranks << " GPUs, ZeRO " << zero);
      EXPECT_EQ(TrainOnRanks(config, precision, ranks, zero, optimizer), alone);
    }
  }
}

TEST(DeviceLearners, SameBitsForAnyNumberOfGpusAndEveryStage) {
  constexpr std::pair<int, int> kLayouts[] = {{2, 0}, {2, 2}, {2, 3}, {3, 1}};
  CheckLayouts(SmallConfig(false), Precision::kBF16, kLayouts);
}

// Blocks of parameters begin anywhere between the addresses that wide loads want.
TEST(DeviceLearners, SameBitsWhereNothingIsAligned) {
  ModelConfig config = SmallConfig(false);
  config.dim = 18;
  config.head_dim = 6;
  config.n_heads = config.n_kv_heads = 3;
  config.hidden_dim = 50;
  constexpr std::pair<int, int> kLayouts[] = {{2, 2}, {3, 2}};
  CheckLayouts(config, Precision::kF32, kLayouts);
}

class DeviceRanks : public train::RunTest {
 protected:
  // Whether it was interrupted.
  bool Train(const std::string& run, int ranks, int zero, int64_t stop_after) {
    std::atomic<int> interrupted = 0;
    comm::RunRanks(ranks, [&](comm::Communicator& all) {
      const Context context = TestContext(1);
      train::RunSetup setup = Setup(run);
      setup.options.steps = 8;
      setup.options.micro_rows = 1;
      const auto gpus = kernels::cuda::ConnectDevices(&all, context.accelerator());
      setup.sharing = {.ranks = &all, .zero = zero, .devices = &gpus};
      train::StopAfter stop(stop_after);
      std::vector<train::Observer*> observers;
      if (all.rank() == 0) observers.push_back(&stop);
      try {
        train::Train(context, setup, observers);
      } catch (const Interrupted&) {
        ++interrupted;
      }
    });
    SetInterruptRequested(false);
    EXPECT_TRUE(interrupted == 0 || interrupted == ranks);
    return interrupted > 0;
  }
};

TEST_F(DeviceRanks, ARunGoesOnOnAnotherNumberOfGpus) {
  EXPECT_FALSE(Train("alone", 1, 2, -1));
  EXPECT_TRUE(Train("moved", 2, 3, 3));
  EXPECT_TRUE(Train("moved", 3, 2, 6));
  EXPECT_FALSE(Train("moved", 1, 2, -1));
  EXPECT_EQ(Bits(root_ / "moved"), Bits(root_ / "alone"));
}

}  // namespace
}  // namespace cria
