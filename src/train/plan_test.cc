// Refusals, round trip, derived sizes, memory.
#include "train/plan.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "train/learner.h"

namespace cria::train {
namespace {

TrainOptions Steps(int64_t steps) {
  TrainOptions options;
  options.steps = steps;
  return options;
}

TEST(Options, RefusesWhatMakesNoSense) {
  EXPECT_NO_THROW(ValidateOptions(Steps(10)));
  const auto bad = [](auto change) {
    TrainOptions options = Steps(10);
    change(&options);
    EXPECT_THROW(ValidateOptions(options), Error);
  };
  bad([](TrainOptions* o) { o->steps = 0; });
  bad([](TrainOptions* o) { o->tokens = 5; });
  bad([](TrainOptions* o) { o->seconds = -1; });
  bad([](TrainOptions* o) { o->seq_len = 1; });
  bad([](TrainOptions* o) { o->seq_len = 64, o->batch_tokens = 32; });
  bad([](TrainOptions* o) { o->learning_rate = 2; });
  bad([](TrainOptions* o) { o->warmup_steps = 11; });
  bad([](TrainOptions* o) { o->optimizer.beta2 = 1; });
  bad([](TrainOptions* o) { o->optimizer.eps = 0; });
}

TEST(Options, RoundTrip) {
  TrainOptions options = Steps(123);
  options.learning_rate = 1.0 / 3;
  options.precision = Precision::kBF16;
  options.seed = UINT64_MAX;
  const Json json = OptionsToJson(options);
  EXPECT_EQ(OptionsToJson(OptionsFromJson(ParseJson(json.dump(), "test"), "test")), json);
}

TEST(Plan, DerivesWhatIsLeftOpen) {
  const ModelConfig config = DeriveConfig(10'000'000, 8192, 256);
  const Plan plan = MakePlan(config, Steps(1000), 16, 0);
  EXPECT_EQ(plan.seq_len, 256);
  EXPECT_EQ(plan.schedule.total_steps, 1000);
  EXPECT_EQ(plan.schedule.warmup_steps, 40);
  EXPECT_GT(plan.batch_tokens(), 1000);
  EXPECT_LT(plan.batch_tokens(), 100000);
  EXPECT_GT(plan.schedule.peak, 5e-4);
  EXPECT_LT(plan.schedule.peak, 1e-2);
  // The length in tokens that these steps come to asks for the same batch.
  TrainOptions tokens;
  tokens.tokens = 1000 * plan.batch_tokens();
  const Plan same = MakePlan(config, tokens, 16, 0);
  EXPECT_NEAR(static_cast<double>(same.batch_rows), static_cast<double>(plan.batch_rows), 1);
  const Json json = PlanToJson(plan);
  EXPECT_EQ(PlanToJson(PlanFromJson(json, "test")), json);
}

TEST(Plan, LawsAgreeWithThePaperAndTheBestSmallRuns) {
  // LLaMA's Table 2: parameters, tokens, rate; 4M tokens a step.
  for (const auto& [parameters, tokens, rate] : {std::tuple{6.74e9, 1.0e12, 3.0e-4},
                                                 {13.0e9, 1.0e12, 3.0e-4},
                                                 {32.5e9, 1.4e12, 1.5e-4},
                                                 {65.2e9, 1.4e12, 1.5e-4}}) {
    EXPECT_GT(DefaultLearningRate(parameters, tokens), rate / 2) << parameters;
    EXPECT_LT(DefaultLearningRate(parameters, tokens), rate * 1.1) << parameters;
    EXPECT_NEAR(static_cast<double>(DefaultBatchTokens(tokens)) / 4.2e6, 1, 0.25);
  }
  // docs/LOG.md.
  EXPECT_NEAR(DefaultLearningRate(1.0e6, 4e6), 5e-3, 5e-4);
  EXPECT_NEAR(DefaultLearningRate(2.9e6, 4e6), 2.9e-3, 4e-4);
  EXPECT_NEAR(DefaultLearningRate(10.1e6, 4e6), 1.24e-3, 1e-4);
  EXPECT_NEAR(static_cast<double>(DefaultBatchTokens(4e6)), 2500, 100);
}

TEST(Plan, ManyStepsDoNotAskForEndlessBatches) {
  const ModelConfig config = DeriveConfig(3'000'000, 4096, 256);
  EXPECT_LT(MakePlan(config, Steps(100'000), 16, 0).batch_tokens(), 20'000);
}

TEST(Plan, KeepsWhatWasAskedFor) {
  TrainOptions options = Steps(50);
  options.batch_tokens = 1024;
  options.learning_rate = 1e-3;
  options.warmup_steps = 0;
  options.seq_len = 128;
  const Plan plan = MakePlan(DeriveConfig(1'000'000, 512, 256), options, 16, 0);
  EXPECT_EQ(plan.batch_rows, 8);
  EXPECT_EQ(plan.micro_rows, 8);
  EXPECT_EQ(plan.schedule.peak, 1e-3);
  EXPECT_EQ(plan.schedule.warmup_steps, 0);
  options.seq_len = 512;
  EXPECT_THROW(MakePlan(DeriveConfig(1'000'000, 512, 256), options, 16, 0), Error);
}

TEST(Plan, MemoryBoundsThePassAndRefusesTheImpossible) {
  const ModelConfig config = DeriveConfig(10'000'000, 8192, 256);
  const auto bytes = [&](int64_t rows) {
    return LearnerBytes(config, Precision::kF32, OptimizerKind::kAdamW, {rows * 256}, {1, 1, 0},
                        {});
  };
  const auto choose = [&](int64_t requested, int64_t limit) {
    return ChoosePass(config, Precision::kF32, OptimizerKind::kAdamW, 256, requested,
                      {int64_t{1} << 40, limit});
  };
  const PassPlan free = choose(0, 0);
  EXPECT_EQ(free.micro_rows, 16);
  EXPECT_EQ(free.memory.recompute, Recompute::kNone);
  EXPECT_FALSE(free.memory.stream_layers);
  EXPECT_EQ(free.bytes, bytes(16));
  // Less memory is met by computing again first, then by shorter passes, and always held.
  for (int64_t limit = bytes(16) - 1; limit > bytes(1) * 3 / 4; limit = limit * 9 / 10) {
    const PassPlan plan = choose(0, limit);
    EXPECT_LE(plan.bytes, limit);
    EXPECT_TRUE(plan.micro_rows < 16 || plan.memory.recompute > Recompute::kNone);
  }
  EXPECT_EQ(choose(0, bytes(16) - 1).micro_rows, 16);
  EXPECT_EQ(choose(4, 0).micro_rows, 4);
  EXPECT_THROW(choose(0, bytes(1) / 4), Error);
  EXPECT_THROW(choose(64, bytes(8)), Error);
  EXPECT_THROW(
      ChoosePass(config, Precision::kF32, OptimizerKind::kAdamW, 256, 0, {bytes(8), bytes(16)}),
      Error);
  const PassPlan beside = ChoosePass(config, Precision::kF32, OptimizerKind::kAdamW, 256, 0,
                                     {int64_t{1} << 40, bytes(16) + 999, 1000});
  EXPECT_TRUE(beside.memory.recompute > Recompute::kNone);
}

}  // namespace
}  // namespace cria::train
