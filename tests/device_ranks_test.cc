// Training on several GPUs, or emulations of them: a rank for each, which is a thread here, and all
// on the first GPU where there is a real one.
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

std::vector<float> TrainOnRanks(int ranks, int zero, train::OptimizerKind optimizer,
                                std::vector<double>* losses) {
  const ModelConfig config = SmallConfig(false);
  ParameterBlock weights(config);
  std::mutex mutex;
  comm::RunRanks(ranks, [&](comm::Communicator& all) {
    const Context context = TestContext(1);
    train::OptimizerOptions options;
    options.kind = optimizer;
    train::Learner learner(config, options, Precision::kBF16, {&all, zero}, {},
                           context.accelerator());
    learner.Initialize(context, 1);
    for (int step = 0; step < 2; ++step) {
      std::vector<Batch> pieces;
      for (int piece = all.rank(); piece < 3; piece += ranks) {
        pieces.push_back(SomeBatch(piece == 2 ? 1 : 2, 24, 10 * step + piece));
      }
      const train::StepOutcome outcome = learner.Step(context, 3e-3, pieces);
      if (all.rank() == 0) losses->push_back(outcome.loss);
    }
    learner.BringHome(context);
    const std::lock_guard lock(mutex);
    for (const ParameterRange& range : learner.weights().held()) {
      const std::span<const float> values = learner.weights().values(range);
      std::copy(values.begin(), values.end(), weights.values(range).begin());
    }
  });
  return {weights.data(), weights.data() + weights.size()};
}

TEST(DeviceLearners, SameBitsForAnyNumberOfGpusAndEveryStage) {
  for (const auto optimizer : {train::OptimizerKind::kAdamW, train::OptimizerKind::kMuon}) {
    std::vector<double> alone;
    const std::vector<float> want = TrainOnRanks(1, 2, optimizer, &alone);
    for (const auto& [ranks, zero] : {std::pair{2, 0}, {2, 2}, {2, 3}, {3, 1}}) {
      if (zero == 0 && optimizer == train::OptimizerKind::kMuon) continue;  // refused
      SCOPED_TRACE(testing::Message() << ranks << " GPUs, ZeRO " << zero);
      std::vector<double> losses;
      EXPECT_EQ(TrainOnRanks(ranks, zero, optimizer, &losses), want);
      EXPECT_EQ(losses, alone);
    }
  }
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
      setup.sharing = {&all, zero};
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
