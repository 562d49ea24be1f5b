// Every format written and read back: the same bits, and the same sizes.
#include "model/export.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "test_data.h"

namespace cria {
namespace {

using Exporter = void (*)(const Context&, const ModelFiles&, const tokenizer::Tokenizer*,
                          const fs::path&, const ExportOptions&);

void ToGguf(const Context& context, const ModelFiles& model, const tokenizer::Tokenizer* tokenizer,
            const fs::path& out, const ExportOptions& options) {
  ExportGguf(context, model, tokenizer, out, options);
}

class Export : public testing::Test {
 protected:
  Export() : folder_(fs::path(testing::TempDir()) / ("export_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Export() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  void ExpectSame(const ModelFiles& a, const ModelFiles& b) {
    EXPECT_EQ(a.config, b.config);
    for (const ParameterSpec& spec : ListParameters(a.config)) {
      const store::NamedTensor& x = a.tensors.Get(a.prefix + spec.name);
      const store::NamedTensor& y = b.tensors.Get(b.prefix + spec.name);
      std::vector<float> u(static_cast<size_t>(x.elements())), v(u.size());
      ASSERT_EQ(x.shape, y.shape) << spec.name;
      store::ReadAsFloat(context_, x, u);
      store::ReadAsFloat(context_, y, v);
      EXPECT_EQ(u, v) << spec.name;
    }
  }

  Context context_{2};
  fs::path folder_;
};

// Through all formats one after the other; what comes out at the end is what went in.
void RoundTrip(const Context& context, const fs::path& folder, const ModelFiles& original,
               int shards, const std::function<void(const ModelFiles&)>& check) {
  const std::pair<const char*, Exporter> chain[] = {
      {"hf", ExportHuggingFace}, {"x.gguf", ToGguf}, {"meta", ExportMeta}, {"cria", ExportCria}};
  fs::path from = original.path;
  for (const auto& [name, exporter] : chain) {
    SCOPED_TRACE(name);
    ExportOptions options;
    options.shards = shards;
    const ModelFiles model = OpenModel(from);
    from = folder / name;
    exporter(context, model, nullptr, from, options);
    check(OpenModel(from));
    EXPECT_THROW(exporter(context, model, nullptr, from, options), Error);  // never overwritten
  }
}

TEST_F(Export, RoundTripsAreBitExact) {
  CRIA_REQUIRE_TEST_DATA("models/tiny_random_512/meta_fp16_mp2_views");
  const ModelFiles original = OpenModel(TestData() / "models/tiny_random_512/meta_fp16_mp2_views");
  RoundTrip(context_, folder_, original, 2,
            [&](const ModelFiles& model) { ExpectSame(original, model); });
}

TEST_F(Export, GroupedQueriesInHalvesAndBack) {
  CRIA_REQUIRE_TEST_DATA("models/stories260K/hf_gqa_fp32");
  const ModelFiles original = OpenModel(TestData() / "models/stories260K/hf_gqa_fp32");
  ExportOptions options;
  ExportHuggingFace(context_, original, nullptr, folder_ / "hf", options);
  ExpectSame(original, OpenModel(folder_ / "hf"));
  // The same weights in GGUF were made by another program.
  ExpectSame(OpenModel(TestData() / "models/stories260K/stories260K.f32.gguf"), original);
}

TEST_F(Export, ScaledRotaryEmbeddingGoesThroughEveryFormat) {
  CRIA_REQUIRE_TEST_DATA("models/stories260K/hf_gqa_fp32");
  fs::copy(TestData() / "models/stories260K/hf_gqa_fp32", folder_ / "source");
  Json config = ReadJson(folder_ / "source/config.json");
  config["rope_theta"] = 500000.0;
  config["rope_scaling"] = {{"rope_type", "llama3"},
                            {"factor", 32.0},
                            {"low_freq_factor", 1.0},
                            {"high_freq_factor", 4.0},
                            {"original_max_position_embeddings", 8192}};
  WriteJson(folder_ / "source/config.json", config);
  const ModelFiles original = OpenModel(folder_ / "source");
  EXPECT_EQ(original.config.rope_scaling.kind, RopeScaling::Kind::kLlama3);
  EXPECT_EQ(original.config.rope_scaling.factor, 32);
  RoundTrip(context_, folder_, original, 0,
            [&](const ModelFiles& model) { ExpectSame(original, model); });
}

TEST_F(Export, ForceReplacesOnlyWhatItCouldHaveWritten) {
  CRIA_REQUIRE_TEST_DATA("models/stories260K/hf_gqa_fp32");
  const ModelFiles model = OpenModel(TestData() / "models/stories260K/hf_gqa_fp32");
  ExportOptions options;
  options.force = true;
  fs::create_directories(folder_ / "home/letters");
  WriteFile(folder_ / "home/letters/first", "dear");
  EXPECT_THROW(ExportHuggingFace(context_, model, nullptr, folder_ / "home", options), Error);
  EXPECT_THROW(ExportCria(context_, model, nullptr, folder_ / "home", options), Error);
  EXPECT_EQ(ReadFile(folder_ / "home/letters/first"), "dear");
  ExportHuggingFace(context_, model, nullptr, folder_ / "hf", options);
  ExportHuggingFace(context_, model, nullptr, folder_ / "hf", options);
  ExpectSame(model, OpenModel(folder_ / "hf"));
}

// A head size that is not dim / heads.
TEST_F(Export, RefusesWhatTheFormatCannotSay) {
  CRIA_REQUIRE_TEST_DATA("models/quatricmorph_tiny_llama_2shard");
  const ModelFiles model = OpenModel(TestData() / "models/quatricmorph_tiny_llama_2shard");
  EXPECT_THROW(ExportMeta(context_, model, nullptr, folder_ / "m", {}), Error);  // head size 16
  EXPECT_FALSE(fs::exists(folder_ / "m"));
  EXPECT_FALSE(fs::exists(folder_ / "m.tmp"));
}

}  // namespace
}  // namespace cria
