// The mixtures against llama.cpp's table, at LLaMA-7B's 32 layers and at rows that do not divide.
#include "infer/quantize_mix.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"

namespace cria::infer {
namespace {

std::map<std::string, DType> Types(const std::string& mix, const ModelConfig& config,
                                   const MixOptions& options = {}) {
  std::map<std::string, DType> types;
  for (const ParameterSpec& spec : ListParameters(config)) {
    types[spec.name] = TypeInMix(FindMix(mix), spec, config, options);
  }
  return types;
}

TEST(QuantizeMix, Q4KMOf7B) {
  auto types = Types("Q4_K_M", PresetConfig("7B"));
  EXPECT_EQ(types["norm.weight"], DType::kF32);
  EXPECT_EQ(types["output.weight"], DType::kQ6_K);
  EXPECT_EQ(types["tok_embeddings.weight"], DType::kQ4_K);
  // more(i): 0..3, 28..31, and 6, 9, 12, ... between.
  for (const int i : {0, 3, 6, 9, 27, 28, 31}) {
    EXPECT_EQ(types[fmt::format("layers.{}.attention.wv.weight", i)], DType::kQ6_K) << i;
    EXPECT_EQ(types[fmt::format("layers.{}.feed_forward.w2.weight", i)], DType::kQ6_K) << i;
  }
  for (const int i : {4, 5, 7, 26}) {
    EXPECT_EQ(types[fmt::format("layers.{}.attention.wv.weight", i)], DType::kQ4_K) << i;
  }
  EXPECT_EQ(types["layers.0.attention.wq.weight"], DType::kQ4_K);
}

TEST(QuantizeMix, SimpleTypesAndRowsThatDoNotDivide) {
  auto types = Types("q4_0", PresetConfig("7B"));
  EXPECT_EQ(types["output.weight"], DType::kQ6_K);  // in "Q4_0" files too
  EXPECT_EQ(types["layers.31.attention.wv.weight"], DType::kQ4_0);
  EXPECT_EQ(Types("q8_0", PresetConfig("7B"))["output.weight"], DType::kQ8_0);
  ModelConfig small = DeriveConfig(3000000, 512, 256);
  small.dim = 96;
  small.n_heads = small.n_kv_heads = 3;
  small.head_dim = 32;
  small.hidden_dim = 100;
  types = Types("q4_k_m", small);
  EXPECT_EQ(types["layers.0.attention.wq.weight"], DType::kQ5_0);
  EXPECT_EQ(types["output.weight"], DType::kQ8_0);
  EXPECT_EQ(types["layers.0.feed_forward.w2.weight"], DType::kF16);  // rows of 100
}

TEST(QuantizeMix, TiedAndGroupedAndCalibrated) {
  ModelConfig config = PresetConfig("7B");
  config.tied_embeddings = true;  // the embedding is the output matrix
  EXPECT_EQ(Types("q4_0", config)["tok_embeddings.weight"], DType::kQ6_K);
  config.n_kv_heads = 8;  // four query heads to one
  EXPECT_EQ(Types("q2_k", config)["layers.9.attention.wv.weight"], DType::kQ4_K);
  EXPECT_EQ(Types("q2_k", PresetConfig("7B"))["layers.9.attention.wv.weight"], DType::kQ3_K);
  auto types = Types("q4_0", PresetConfig("7B"), {.calibrated = true});
  EXPECT_EQ(types["layers.3.feed_forward.w2.weight"], DType::kQ4_1);
  EXPECT_EQ(types["layers.4.feed_forward.w2.weight"], DType::kQ4_0);
}

TEST(QuantizeMix, ChosenTypesStandOverTheMixture) {
  const MixOptions chosen{.output = DType::kF16, .embedding = DType::kQ8_0};
  auto types = Types("q4_k_m", PresetConfig("7B"), chosen);
  EXPECT_EQ(types["output.weight"], DType::kF16);
  EXPECT_EQ(types["tok_embeddings.weight"], DType::kQ8_0);
  ModelConfig small = PresetConfig("7B");
  small.dim = 96;
  EXPECT_THROW(Types("q4_0", small, {.output = DType::kQ6_K}), Error);
}

TEST(QuantizeMix, UnknownNamesAreListed) { EXPECT_THROW(FindMix("q9"), Error); }

}  // namespace
}  // namespace cria::infer
