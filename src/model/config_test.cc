// Sizes of the paper, derived sizes, bad shapes, the list of parameters, initial weights.
#include "model/config.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "model/initial_values.h"
#include "model/parameters.h"
#include "model/weights.h"

namespace cria {
namespace {

// Exact counts and hidden sizes of the released models (params.json, 2 V d + L (4 d^2 + 3 d f + 2
// d) + d).
TEST(Config, PaperSizes) {
  EXPECT_EQ(ParameterCount(PresetConfig("7B")), 6'738'415'616);
  EXPECT_EQ(ParameterCount(PresetConfig("13B")), 13'015'864'320);
  EXPECT_EQ(ParameterCount(PresetConfig("33B")), 32'528'943'616);
  EXPECT_EQ(ParameterCount(PresetConfig("65B")), 65'285'660'672);
  EXPECT_EQ(PresetConfig("7B").hidden_dim, 11008);
  EXPECT_EQ(PresetConfig("13B").hidden_dim, 13824);
  EXPECT_EQ(PresetConfig("30B").hidden_dim, 17920);
  EXPECT_EQ(PresetConfig("65B").hidden_dim, 22016);
  EXPECT_EQ(PresetConfig("65B").norm_eps, 1e-5);
  EXPECT_THROW(PresetConfig("8B"), Error);
}

TEST(Config, DerivedSizesAreCloseAndValid) {
  for (const int64_t params :
       {300'000ll, 1'000'000ll, 10'000'000ll, 42'000'000ll, 110'000'000ll, 1'100'000'000ll}) {
    const int64_t vocab = params < 1'000'000 ? 512 : params < 20'000'000 ? 4096 : 32000;
    const ModelConfig c = DeriveConfig(params, vocab, 512);
    ValidateConfig(c, "test");
    EXPECT_NEAR(static_cast<double>(ParameterCount(c)) / static_cast<double>(params), 1, 0.2)
        << params;
    EXPECT_EQ(c.n_heads * c.head_dim, c.dim);
  }
}

TEST(Config, BadShapesAreNamed) {
  ModelConfig c = DeriveConfig(1'000'000, 512, 64);
  EXPECT_EQ(ConfigFromJson(ConfigToJson(c), "test"), c);
  c.n_kv_heads = c.n_heads - 1;
  EXPECT_THROW(ValidateConfig(c, "test"), Error);
  c = DeriveConfig(1'000'000, 512, 64);
  c.head_dim = 7;
  EXPECT_THROW(ValidateConfig(c, "test"), Error);
  Json json = ConfigToJson(c);
  json.erase("dim");
  EXPECT_THROW(ConfigFromJson(json, "test"), Error);
}

TEST(Parameters, ListAndOffsetsAgree) {
  for (const bool tied : {false, true}) {
    ModelConfig c = DeriveConfig(1'000'000, 512, 64);
    c.tied_embeddings = tied;
    c.n_kv_heads = 1;
    const ParameterBlock block(c);
    EXPECT_EQ(block.size(), ParameterCount(c));
    const std::vector<ParameterRange> groups = ParameterGroups(c);
    ASSERT_EQ(std::ssize(groups), c.n_layers + 2);
    for (size_t g = 1; g < groups.size(); ++g) {
      EXPECT_EQ(groups[g].offset, groups[g - 1].end());
    }
    EXPECT_EQ(groups.back().end(), block.size());
    const LayerOffsets o(c);
    for (int l = 0; l < c.n_layers; ++l) {
      const int64_t at = groups[static_cast<size_t>(l) + 1].offset;
      const std::string layer = "layers." + std::to_string(l) + ".";
      EXPECT_EQ(block.spec(layer + "attention_norm.weight").offset - at, o.attention_norm);
      EXPECT_EQ(block.spec(layer + "attention.wq.weight").offset - at, o.wqkv);
      EXPECT_EQ(block.spec(layer + "attention.wo.weight").offset - at, o.wo);
      EXPECT_EQ(block.spec(layer + "ffn_norm.weight").offset - at, o.ffn_norm);
      EXPECT_EQ(block.spec(layer + "feed_forward.w1.weight").offset - at, o.w13);
      EXPECT_EQ(block.spec(layer + "feed_forward.w2.weight").offset - at, o.w2);
    }
    EXPECT_EQ(block.spec("tok_embeddings.weight").offset, groups.front().offset);
    EXPECT_EQ(block.spec("norm.weight").offset, groups.back().offset);
    if (!tied) {
      EXPECT_EQ(block.spec("output.weight").offset, groups.back().offset + c.dim);
    }
  }
}

TEST(Parameters, RangesHeldApartAreTheWhole) {
  const ModelConfig c = DeriveConfig(1'000'000, 512, 64);
  ParameterBlock whole(c);
  const int64_t size = whole.size(), cut = 100'003;
  ParameterBlock part(c, {{5, 20}, {cut, size - cut}});
  InitializeParameters(Context(2), c, 7, &whole);
  InitializeParameters(Context(1), c, 7, &part);
  EXPECT_EQ(part.size(), 20 + size - cut);
  for (const ParameterRange& range : part.held()) {
    const auto got = part.values(range), want = whole.values(range);
    EXPECT_TRUE(std::equal(got.begin(), got.end(), want.begin(), want.end()));
  }
  const std::vector<ParameterRange> held = part.HeldOf({10, size - 10});
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held[0].offset, 10);
  EXPECT_EQ(held[0].elements, 15);
  EXPECT_EQ(held[1].offset, cut);
}

TEST(Parameters, InitialisationDoesNotDependOnThreads) {
  const ModelConfig c = DeriveConfig(1'000'000, 512, 64);
  ParameterBlock one(c), three(c);
  InitializeParameters(Context(1), c, 7, &one);
  InitializeParameters(Context(3), c, 7, &three);
  EXPECT_TRUE(std::equal(one.data(), one.data() + one.size(), three.data()));
  double squares = 0;
  const auto wq = one.values(one.spec("layers.0.attention.wq.weight"));
  for (const float w : wq) squares += w * w;
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(wq.size())),
              1 / std::sqrt(static_cast<double>(c.dim)),
              0.05 / std::sqrt(static_cast<double>(c.dim)));
}

}  // namespace
}  // namespace cria
