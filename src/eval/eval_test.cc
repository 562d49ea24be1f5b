// Windows, bits per byte against a model whose probabilities are known, compressors, energy.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "base/error.h"
#include "eval/bits_per_byte.h"
#include "eval/energy.h"
#include "eval/test_model.h"
#include "eval/windows.h"

namespace cria::eval {
namespace {

// Gives every id probability 1/2 and records what it was asked.
class CoinModel : public TestModel {
 public:
  explicit CoinModel(int64_t context) : context_(context) {}
  int64_t vocab_size() const override { return 2; }
  int64_t context_length() const override { return context_; }
  std::vector<double> RollingLoglikelihood(std::span<const Window> windows) override {
    std::vector<double> sums;
    for (const Window& w : windows) {
      EXPECT_LE(w.ids.size(), context_ + 1);
      sums.push_back(static_cast<double>(w.ids.size() - w.counted_from) * -std::log(2));
    }
    return sums;
  }

 private:
  int64_t context_;
};

std::vector<int32_t> Ids(int64_t n) {
  std::vector<int32_t> ids(n);
  for (int64_t i = 0; i < n; ++i) ids[i] = static_cast<int32_t>(i);
  return ids;
}

TEST(Windows, CountEveryTokenOnceAndKeepContext) {
  for (int64_t size : {0, 1, 2, 3, 8, 9, 10, 17, 100}) {
    for (int64_t context : {1, 2, 8}) {
      for (int64_t stride = 1; stride <= context; ++stride) {
        const std::vector<int32_t> ids = Ids(size);
        std::vector<int> counted(size, 0);
        for (const Window& window : CutIntoWindows(ids, context, stride)) {
          ASSERT_LE(window.ids.size(), context + 1);
          const bool first = window.ids[0] == 0;
          ASSERT_GE(window.counted_from, first ? 1 : context - stride + 1);
          for (size_t i = window.counted_from; i < window.ids.size(); ++i) ++counted[window.ids[i]];
        }
        for (int64_t i = 0; i < size; ++i) ASSERT_EQ(counted[i], i > 0) << size << " " << context;
      }
    }
  }
}

TEST(BitsPerByte, WhatIsNoNumberIsAnError) {
  class Damaged : public CoinModel {
   public:
    Damaged() : CoinModel(4) {}
    std::vector<double> RollingLoglikelihood(std::span<const Window> windows) override {
      std::vector<double> sums = CoinModel::RollingLoglikelihood(windows);
      sums.back() = std::nan("");
      return sums;
    }
  };
  Damaged model;
  EXPECT_THROW(
      EvaluateText(&model, {{.source = "a", .language = "", .text = "xyz", .ids = Ids(6)}}, {}),
      Error);
}

TEST(BitsPerByte, IsBitsOverBytes) {
  CoinModel model(4);
  const std::vector<HeldOutDocument> documents = {
      {.source = "a", .language = "en", .text = std::string(30, 'x'), .ids = Ids(11)},
      {.source = "b", .language = "de", .text = std::string(10, 'y'), .ids = Ids(21)},
      {.source = "b", .language = "en", .text = "", .ids = Ids(1)}};
  const TextEvaluation result = EvaluateText(&model, documents, {.stride = 3});
  EXPECT_EQ(result.total.tokens, 30);
  EXPECT_NEAR(result.total.bits_per_byte(), 30.0 / 40, 1e-12);
  EXPECT_NEAR(result.by_source.at("a").bits_per_byte(), 10.0 / 30, 1e-12);
  EXPECT_NEAR(result.by_source.at("b").perplexity(), 2, 1e-12);
  EXPECT_EQ(result.by_source.at("b").documents, 2);
  EXPECT_NEAR(result.by_language.at("en").bits_per_byte(), 10.0 / 30, 1e-12);
  const TextEvaluation again = TextEvaluationFromJson(ToJson(result), "test");
  EXPECT_EQ(ToJson(again), ToJson(result));
  EXPECT_THROW(EvaluateText(&model, {}, {}), Error);
}

TEST(Compressors, CountFilesWhole) {
  const Context context(2);
  const std::vector<HeldOutDocument> documents = {
      {.source = "a", .language = "", .text = std::string(5000, 'x'), .ids = {}},
      {.source = "a", .language = "", .text = std::string(5000, 'x'), .ids = {}},
      {.source = "b", .language = "", .text = "Some words, not many.", .ids = {}}};
  const CompressorComparison sizes = CompareCompressors(context, documents);
  EXPECT_EQ(sizes.by_source.at("a").bytes, 10000);
  EXPECT_LT(sizes.by_source.at("a").xz_bytes, 200);
  EXPECT_GT(sizes.by_source.at("b").xz_bytes, 21);
  EXPECT_EQ(sizes.total.zstd_bytes,
            sizes.by_source.at("a").zstd_bytes + sizes.by_source.at("b").zstd_bytes);
  EXPECT_LT(sizes.solid.xz_bytes, sizes.total.xz_bytes);
  EXPECT_EQ(ToJson(CompressorComparisonFromJson(ToJson(sizes), "test")), ToJson(sizes));
}

TEST(Energy, FollowsThePaper) {
  // LLaMA-7B in Table 15: 82,432 GPU-hours at 400 W are 36 MWh and 14 t.
  const Energy energy{.hours = 82432, .watts = 400};
  EXPECT_NEAR(energy.watt_hours() / 1e6, 36, 0.5);
  EXPECT_NEAR(energy.co2_grams() / 1e6, 14, 0.5);
}

TEST(Energy, ReadsCountersThatWrapAround) {
  const fs::path root = fs::path(testing::TempDir()) / "cria_powercap";
  for (const char* name : {"intel-rapl:0", "intel-rapl:0:0"}) fs::create_directories(root / name);
  const auto write = [&](const char* name, const char* file, uint64_t value) {
    std::ofstream(root / name / file) << value;
  };
  write("intel-rapl:0", "max_energy_range_uj", 10'000'000);
  write("intel-rapl:0", "energy_uj", 9'000'000);
  write("intel-rapl:0:0", "max_energy_range_uj", 10'000'000);
  write("intel-rapl:0:0", "energy_uj", 0);
  PowerMeter meter(root);
  ASSERT_TRUE(meter.available());
  write("intel-rapl:0", "energy_uj", 9'500'000);
  EXPECT_NEAR(meter.ReadJoules(), 0.5, 1e-9);
  write("intel-rapl:0", "energy_uj", 1'000'000);
  EXPECT_NEAR(meter.ReadJoules(), 2.0, 1e-9);
  EXPECT_FALSE(PowerMeter(root / "absent").available());
}

}  // namespace
}  // namespace cria::eval
