// The paper's own runs from first principles, with one set of constants.
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "plan/run_cost.h"

namespace cria::plan {
namespace {

struct PaperRow {  // Table 15, and tokens of Table 2
  const char* size;
  double tokens, gpu_hours, mwh, t_co2eq;
};
constexpr PaperRow kPaper[] = {{"7B", 1e12, 82432, 36, 14},
                               {"13B", 1e12, 135168, 59, 23},
                               {"33B", 1.4e12, 530432, 233, 90},
                               {"65B", 1.4e12, 1022362, 449, 173}};

Choice Best(const char* size, const Devices& devices) {
  const std::optional<Choice> best = BestLayout({.config = PresetConfig(size)}, devices);
  EXPECT_TRUE(best.has_value()) << size;
  return best.value_or(Choice{});
}

TEST(Plan, SixtyFiveBillionOn2048DevicesAsInThePaper) {
  const Devices devices = ParseDevices("2048xA100-80GB", "--devices");
  const Choice best = Best("65B", devices);
  const double speed = best.step.tokens_per_s(best.layout);
  EXPECT_NEAR(speed, 380, 38) << LayoutName(best.layout);
  const RunCost cost = CostOf(PresetConfig("65B"), 1.4e12, devices, speed);
  EXPECT_NEAR(cost.seconds / 86400, 21, 2.1);
}

TEST(Plan, DeviceHoursOfAllFourSizes) {
  for (const PaperRow& row : kPaper) {
    const Devices devices = ParseDevices("2048xA100-80GB", "--devices");
    const Choice best = Best(row.size, devices);
    const RunCost cost =
        CostOf(PresetConfig(row.size), row.tokens, devices, best.step.tokens_per_s(best.layout));
    EXPECT_NEAR(cost.device_hours / row.gpu_hours, 1, 0.15)
        << row.size << ": " << LayoutName(best.layout);
  }
}

TEST(Plan, EnergyAndCarbonByThePapersFormula) {
  for (const PaperRow& row : kPaper) {
    const Devices devices = ParseDevices("2048xA100-80GB", "--devices");
    const RunCost cost =
        CostOf(PresetConfig(row.size), row.tokens, devices, row.tokens / row.gpu_hours / 3600);
    EXPECT_NEAR(cost.device_hours, row.gpu_hours, 1);
    EXPECT_NEAR(cost.mwh, row.mwh, 1) << row.size;
    EXPECT_NEAR(cost.t_co2eq, row.t_co2eq, 1) << row.size;
  }
}

TEST(Plan, PhasesAddUpAndNothingExceedsThePeak) {
  for (const char* text : {"1xH200", "16xA100-80GB", "256xH100", "16384xA100-80GB"}) {
    const Devices devices = ParseDevices(text, "--devices");
    for (const Choice& choice : FittingLayouts({.config = PresetConfig("7B")}, devices)) {
      double sum = 0;
      for (const Phase& phase : choice.step.phases) sum += phase.seconds;
      ASSERT_NEAR(sum, choice.step.seconds, 1e-9 * sum);
      ASSERT_LT(choice.step.utilisation(choice.layout, devices.device), 0.6);
      ASSERT_EQ(choice.layout.devices(), devices.count);
      ASSERT_EQ(choice.layout.batch_rows(), 2048);
      ASSERT_LE(choice.memory.total(), devices.device.memory_bytes);
    }
  }
}

TEST(Plan, ZeroSharesWhatItSays) {
  const ModelConfig config = PresetConfig("7B");
  Layout layout = {.data = 8, .zero = 0};
  const MemoryParts whole = TrainingMemory(config, 2048, layout);
  const auto n = static_cast<double>(ParameterCount(config));
  EXPECT_DOUBLE_EQ(whole.weights + whole.gradients + whole.optimizer, 16 * n);
  layout.zero = 1;
  EXPECT_DOUBLE_EQ(TrainingMemory(config, 2048, layout).optimizer, whole.optimizer / 8);
  layout.zero = 2;
  EXPECT_DOUBLE_EQ(TrainingMemory(config, 2048, layout).gradients, whole.gradients / 8);
  layout.zero = 3;
  EXPECT_DOUBLE_EQ(TrainingMemory(config, 2048, layout).weights, whole.weights / 8);
  EXPECT_DOUBLE_EQ(TrainingMemory(config, 2048, layout).activations, whole.activations);
}

TEST(Plan, TensorParallelismCutsActivations) {
  // Korthikanti et al. 2022, table 2: with sequence parallelism all of a layer's activations.
  const ModelConfig config = PresetConfig("65B");
  for (const Recompute r : {Recompute::kNone, Recompute::kCheap, Recompute::kLayers}) {
    EXPECT_DOUBLE_EQ(ActivationBytes(config, r, 8) * 8, ActivationBytes(config, r, 1));
  }
  EXPECT_GT(ActivationBytes(config, Recompute::kNone, 1),
            ActivationBytes(config, Recompute::kCheap, 1));
  EXPECT_DOUBLE_EQ(ActivationBytes(config, Recompute::kLayers, 1), 2 * 8192);
}

TEST(Plan, DevicesAreNamed) {
  EXPECT_EQ(ParseDevices("2048xA100-80GB", "--devices").count, 2048);
  EXPECT_EQ(ParseDevices("H200", "--devices").count, 1);
  EXPECT_THROW(ParseDevices("8xB9000", "--devices"), Error);
  EXPECT_THROW(ParseDevices("0xH100", "--devices"), Error);
  EXPECT_THROW(ParseDevices("xH100", "--devices"), Error);
}

TEST(Plan, WhatDoesNotFitHasNoLayout) {
  EXPECT_FALSE(BestLayout({.config = PresetConfig("65B")}, ParseDevices("8xA100-80GB", "")));
  EXPECT_TRUE(BestLayout({.config = PresetConfig("65B")}, ParseDevices("32xA100-80GB", "")));
}

}  // namespace
}  // namespace cria::plan
