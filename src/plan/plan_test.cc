// The paper's own runs from first principles, with one set of constants.
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/units.h"
#include "plan/model_shape.h"
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

// 7B by hand: 4096 wide, 32 layers and heads, hidden 11008.
TEST(Plan, ActivationsOfALayerByHand) {
  const ModelConfig config = PresetConfig("7B");
  const double kept = 2 * (4096 * 2 + 2 * 4096 + 2 * 4096 + 2 * 11008) + 4 * 32,
               cheap = 2 * (2 * 4096 + 11008);
  EXPECT_DOUBLE_EQ(ActivationBytes(config, Recompute::kLayers, 1), 2 * 4096);
  EXPECT_DOUBLE_EQ(ActivationBytes(config, Recompute::kCheap, 1), kept);
  EXPECT_DOUBLE_EQ(ActivationBytes(config, Recompute::kNone, 1), kept + cheap);
  EXPECT_DOUBLE_EQ(ActivationBytes(config, Recompute::kNone, 4), (kept + cheap) / 4);
}

TEST(Plan, ZeroSharesWhatItSays) {
  const ModelConfig config = PresetConfig("7B");
  Layout layout = {.data = 8, .zero = 0};
  const auto n = static_cast<double>(ParameterCount(config));
  const double layer = 4.0 * 4096 * 4096 + 3.0 * 4096 * 11008 + 2 * 4096;
  const auto expect = [&](double weights, double gradients, double optimizer, double buffers) {
    const MemoryParts m = TrainingMemory(config, 2048, layout);
    EXPECT_DOUBLE_EQ(m.weights_bytes, weights * n);
    EXPECT_DOUBLE_EQ(m.gradients_bytes, gradients * n);
    EXPECT_DOUBLE_EQ(m.optimizer_bytes, optimizer * n);
    EXPECT_DOUBLE_EQ(m.buffers_bytes, buffers * layer);
  };
  expect(2, 4, 12, 0);
  layout.zero = 1, expect(2, 4, 1.5, 0);
  layout.zero = 2, expect(2, 0.5, 1.5, 4);
  layout.zero = 3, expect(0.25, 0.5, 1.5, 8);
}

double PhaseSeconds(const StepTime& step, const std::string& start) {
  for (const Phase& phase : step.phases) {
    if (phase.name.starts_with(start)) return phase.seconds;
  }
  return 0;
}

TEST(Plan, ProductsAndAttentionByHand) {
  const ModelConfig config = PresetConfig("7B");
  const Device& device = FindDevice("H100", "");
  const Layout layout = {.data = 1, .tensor = 1, .zero = 0, .micro_rows = 2, .pieces = 3};
  const Efficiency share;
  const double tokens = 2 * 3 * 2048,
               weights = 32 * (4.0 * 4096 * 4096 + 3.0 * 4096 * 11008) + 32000.0 * 4096;
  const StepTime step = PlanStep(config, 2048, layout, device);
  EXPECT_DOUBLE_EQ(step.tokens, tokens);
  EXPECT_NEAR(PhaseSeconds(step, "matrix products"), 6 * weights * tokens / (989e12 * share.matrix),
              1e-9);
  // Scores and values, half of the square: 2 x 2 x 2048 / 2 x 4096 a token and layer; 1 + 2.5
  // times.
  EXPECT_NEAR(PhaseSeconds(step, "attention"),
              3.5 * 32 * 2.0 * 2048 * 4096 * tokens / (989e12 * share.attention), 1e-9);
  EXPECT_EQ(step.link_bytes + step.network_bytes, 0);
}

TEST(Plan, RecomputedLayersCostAForwardPass) {
  const ModelConfig config = PresetConfig("7B");
  const Device& device = FindDevice("H100", "");
  Layout layout = {.zero = 0};
  const StepTime cheap = PlanStep(config, 2048, layout, device);
  layout.recompute = Recompute::kLayers;
  const StepTime layers = PlanStep(config, 2048, layout, device);
  EXPECT_NEAR(PhaseSeconds(layers, "matrix") / PhaseSeconds(cheap, "matrix"), 4.0 / 3, 1e-9);
  EXPECT_NEAR(PhaseSeconds(layers, "attention") / PhaseSeconds(cheap, "attention"), 4.5 / 3.5,
              1e-9);
}

TEST(Plan, BytesOnLinksAndNetworkByHand) {
  const ModelConfig config = PresetConfig("7B");
  const Device& device = FindDevice("A100-80GB", "");
  const auto n = static_cast<double>(ParameterCount(config));
  // 16 replicas on 2 nodes: 8 share a node's links, then each sends an eighth to the other node.
  Layout layout = {.data = 16, .tensor = 1, .zero = 1, .micro_rows = 1, .pieces = 4};
  StepTime step = PlanStep(config, 2048, layout, device);
  EXPECT_NEAR(step.link_bytes, 6 * n * 7 / 8, 1);
  EXPECT_NEAR(step.network_bytes, 6 * n / 8 / 2, 1);
  layout.zero = 2;  // every piece reduces
  step = PlanStep(config, 2048, layout, device);
  EXPECT_NEAR(step.link_bytes, (4 * 4 + 2) * n * 7 / 8, 1);
  layout.zero = 3;  // and gathers twice
  step = PlanStep(config, 2048, layout, device);
  EXPECT_NEAR(step.network_bytes, (4 * 4 + 8 * 2) * n / 8 / 2, 1);
  // Tensor parallel alone: five times (two forward, two and one more backward) gathers and
  // scatters of 2048 x 4096 bf16, 7/8 of each, both ways.
  layout = {.data = 1, .tensor = 8, .zero = 0, .micro_rows = 1, .pieces = 1};
  step = PlanStep(config, 2048, layout, device);
  EXPECT_NEAR(step.link_bytes, 32 * 2.5 * 4 * 2048 * 4096 * 2 * 7 / 8, 1);
  EXPECT_EQ(step.network_bytes, 0);
}

TEST(Plan, ManyDevicesOfAnyNumberShareABatch) {
  for (const char* text : {"3xH200", "24xH100", "1000xA100-80GB", "16384xA100-80GB"}) {
    const Devices devices = ParseDevices(text, "--devices");
    const Choice best = RequireLayout({.config = PresetConfig("7B")}, devices);
    EXPECT_EQ(best.layout.devices(), devices.count);
    EXPECT_NEAR(static_cast<double>(best.layout.batch_rows()), 2048, 205) << text;
    EXPECT_LE(best.memory.total_bytes(), devices.device.memory_bytes);
  }
}

TEST(Plan, SaysWhetherMemoryOrTheBatchIsInTheWay) {
  const auto fault = [](const char* size, const char* devices, int64_t rows) -> std::string {
    try {
      RequireLayout({.config = PresetConfig(size), .batch_rows = rows}, ParseDevices(devices, ""));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(fault("65B", "8xA100-80GB", 2048).find("no layout fits"), std::string::npos);
  EXPECT_NE(fault("7B", "2048xH100", 10).find("cannot be shared"), std::string::npos);
  EXPECT_EQ(fault("65B", "32xA100-80GB", 2048), "");
}

TEST(Plan, ShapesCanBeSharedByEight) {
  for (const char* size : {"3B", "14B", "70B", "150B", "500B", "1T"}) {
    const ModelConfig config = PlannedShape(size, 32000, 2048, "--params");
    EXPECT_EQ(config.n_heads % 8, 0) << size;
    EXPECT_EQ(config.hidden_dim % 8, 0) << size;
    EXPECT_NEAR(
        static_cast<double>(ParameterCount(config)) / static_cast<double>(ParseCount(size, "")), 1,
        0.06)
        << size;
  }
  EXPECT_EQ(PlannedShape("65b", 32000, 2048, "").dim, 8192);
  EXPECT_THROW(PlannedShape("3T", 32000, 2048, "--params"), Error);
}

TEST(Plan, DevicesAreNamed) {
  EXPECT_EQ(ParseDevices("2048xA100-80GB", "--devices").count, 2048);
  EXPECT_EQ(ParseDevices("H200", "--devices").count, 1);
  EXPECT_THROW(ParseDevices("8xB9000", "--devices"), Error);
  EXPECT_EQ(ParseDevices("8Xh100", "--devices").device.name, "H100");
  EXPECT_THROW(ParseDevices("0xH100", "--devices"), Error);
  EXPECT_THROW(ParseDevices("0.6xH100", "--devices"), Error);
  EXPECT_THROW(ParseDevices("9000000000000xH100", "--devices"), Error);
  EXPECT_THROW(ParseDevices("xH100", "--devices"), Error);
}

}  // namespace
}  // namespace cria::plan
