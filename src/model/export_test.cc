// Every format written and read back: the same bits, and the same sizes.
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "model/export_tensor.h"
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

constexpr std::pair<const char*, Exporter> kFormats[] = {
    {"hf", ExportHuggingFace}, {"x.gguf", ToGguf}, {"meta", ExportMeta}, {"cria", ExportCria}};

// Written in every format, and from each of these in every format: what comes out is what went in.
void AllPairs(const Context& context, const fs::path& folder, const ModelFiles& original,
              int shards, const std::function<void(const ModelFiles&)>& check) {
  for (const auto& [from, to_first] : kFormats) {
    fs::create_directories(folder / "from");
    ExportOptions options;
    options.shards = shards;
    const fs::path first = folder / "from" / from;
    to_first(context, original, nullptr, first, options);
    const ModelFiles model = OpenModel(first);
    check(model);
    for (const auto& [to, to_second] : kFormats) {
      SCOPED_TRACE(fmt::format("{} to {}", from, to));
      options.shards = shards == 0 ? 0 : 3 - shards;  // 1 from 2, 2 from 1
      const fs::path second = folder / to;
      to_second(context, model, nullptr, second, options);
      check(OpenModel(second));
      EXPECT_THROW(to_second(context, model, nullptr, second, options), Error);  // not overwritten
      fs::remove_all(second);
    }
    fs::remove_all(folder / "from");
  }
}

// Half precision from views of larger storages, bf16, and fp32 of llama2.c with grouped queries and
// tied embeddings.
TEST_F(Export, RoundTripsOfAllPairsAreBitExact) {
  const std::pair<const char*, int> sources[] = {{"models/tiny_random_512/meta_fp16_mp2_views", 2},
                                                 {"models/tiny_random_512/hf_bf16", 1},
                                                 {"models/stories260K/stories260K.bin", 0}};
  for (const auto& [source, shards] : sources) {
    SCOPED_TRACE(source);
    CRIA_REQUIRE_TEST_DATA(source);
    const ModelFiles original = OpenModel(TestData() / source);
    AllPairs(context_, folder_, original, shards, [&](const ModelFiles& model) {
      ModelFiles copy = OpenModel(model.path);
      // Meta's code has no tied head; it is written out.
      copy.config.tied_embeddings = original.config.tied_embeddings;
      ExpectSame(original, copy);
    });
  }
}

// A wider type and back is the same; a quantised file passes to GGUF byte by byte.
TEST_F(Export, WiderTypesAndQuantisedBytesPass) {
  for (const char* source : {"meta_fp16", "hf_bf16"}) {
    CRIA_REQUIRE_TEST_DATA(fs::path("models/tiny_random_512") / source);
    const ModelFiles original = OpenModel(TestData() / "models/tiny_random_512" / source);
    ExportOptions options;
    options.type = DType::kF32;
    ExportHuggingFace(context_, original, nullptr, folder_ / "wide", options);
    options.type = original.Tensor("output.weight").type;
    ExportMeta(context_, OpenModel(folder_ / "wide"), nullptr, folder_ / "back", options);
    ExpectSame(original, OpenModel(folder_ / "back"));
    EXPECT_EQ(OpenModel(folder_ / "back").Tensor("output.weight").type, *options.type);
    fs::remove_all(folder_ / "wide");
    fs::remove_all(folder_ / "back");
  }
  const ModelFiles original = OpenModel(TestData() / "models/tiny_random_512/meta_fp16");
  ExportGguf(
      context_, original, nullptr, folder_ / "q.gguf", {},
      [](const ParameterSpec&) {
        return GgufTensorPlan{DType::kQ4_0, {}};
      },
      2);
  const ModelFiles quantized = OpenModel(folder_ / "q.gguf");
  ExportGguf(context_, quantized, nullptr, folder_ / "r.gguf", {});
  const ModelFiles again = OpenModel(folder_ / "r.gguf");
  for (const ParameterSpec& spec : ListParameters(original.config)) {
    EXPECT_EQ(again.Tensor(spec.name).type, quantized.Tensor(spec.name).type);
    EXPECT_EQ(store::ReadBytes(again.Tensor(spec.name)),
              store::ReadBytes(quantized.Tensor(spec.name)));
  }
}

// Pieces of rows, as large models are written, give the bytes of the whole: permuted rows, shards
// cut by rows and by columns, quantised rows.
TEST_F(Export, PiecesOfRowsJoinToTheWhole) {
  for (const char* source : {"hf_fp16", "meta_fp16_mp4", "meta_fp16_mp2_views"}) {
    CRIA_REQUIRE_TEST_DATA(fs::path("models/tiny_random_512") / source);
    const ModelFiles model = OpenModel(TestData() / "models/tiny_random_512" / source);
    for (const ParameterSpec& spec : ListParameters(model.config)) {
      const store::NamedTensor& tensor = model.Tensor(spec.name);
      for (const DType type : {DType::kF16, DType::kF32, DType::kQ4_0}) {
        if (type == DType::kQ4_0 && spec.role == ParameterRole::kNorm) continue;
        const std::vector<uint8_t> whole = ConvertTensor(context_, tensor, {type, {}});
        for (const int64_t piece : {1, 1000, 1 << 20}) {
          std::vector<uint8_t> joined;
          int64_t parameters = 0;
          StreamRows(
              context_, model, tensor, {type, {}}, {.piece_elements = piece},
              [&](int64_t n) { parameters += n; },
              [&](const std::vector<uint8_t>& bytes) {
                joined.insert(joined.end(), bytes.begin(), bytes.end());
              });
          EXPECT_EQ(joined, whole) << source << " " << spec.name << " " << piece;
          EXPECT_EQ(parameters, spec.elements());
        }
      }
    }
  }
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
  AllPairs(context_, folder_, original, 0,
           [&](const ModelFiles& model) { ExpectSame(original, OpenModel(model.path)); });
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
  EXPECT_FALSE(fs::exists(folder_ / "m.cria.tmp"));
}

}  // namespace
}  // namespace cria
