// Every model among the test data, in every form of file, against logits that NumPy computed in
// float64 from the stored weights. A model without a case here fails the last test.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <set>

#include "base/error.h"
#include "model/llama.h"
#include "model/sequence.h"
#include "store/safetensors.h"
#include "test_context.h"
#include "test_data.h"

namespace cria {
namespace {

struct Fixture {
  const char* model;   // below models/
  const char* golden;  // folder of golden_logits.{json,f32}
};

constexpr Fixture kFixtures[] = {
    {"tiny_random_512/meta_fp32", "tiny_random_512/golden_fp32"},
    {"tiny_random_512/meta_bf16", "tiny_random_512/golden_bf16"},
    {"tiny_random_512/meta_fp16", "tiny_random_512"},
    {"tiny_random_512/meta_fp16_mp2", "tiny_random_512"},
    {"tiny_random_512/meta_fp16_mp4", "tiny_random_512"},
    {"tiny_random_512/meta_fp16_mp2_views", "tiny_random_512"},
    {"tiny_random_512/meta_fp16_shared_storage", "tiny_random_512"},
    {"tiny_random_512/meta_fp16_cuda_location", "tiny_random_512"},
    {"tiny_random_512/meta_fp16_legacy_pickle", "tiny_random_512"},
    {"tiny_random_512/meta_fp16_no_rope_freqs", "tiny_random_512"},
    {"tiny_random_512/hf_fp32", "tiny_random_512/golden_fp32"},
    {"tiny_random_512/hf_bf16", "tiny_random_512/golden_bf16"},
    {"tiny_random_512/hf_fp16", "tiny_random_512"},
    {"tiny_random_512/hf_fp16_2shards", "tiny_random_512"},
    {"tiny_random_512/hf_fp16_bin", "tiny_random_512"},
    {"tiny_random_512/tiny_random_512.f16.gguf", "tiny_random_512"},
    {"tiny_random_32k/meta_fp16", "tiny_random_32k"},
    {"tiny_random_32k/meta_fp16_mp2", "tiny_random_32k"},
    {"tiny_random_32k/hf_fp16", "tiny_random_32k"},
    {"stories260K/stories260K.bin", "stories260K"},
    {"stories260K/stories260K_v1.bin", "stories260K"},
    {"stories260K/stories260K.f32.gguf", "stories260K"},
    {"stories260K/hf_gqa_fp32", "stories260K"},
    {"stories260K/hf_mha_fp32", "stories260K"},
    {"stories260K/meta_mha_fp32", "stories260K"},
    {"stories260K/meta_mha_fp32_mp2", "stories260K"},
    {"stories260K/meta_mha_fp16", "stories260K/golden_meta_mha_fp16"},
};

// The reference uses the weights as they are stored, whatever their type, so what counts is the
// type that the kernels multiply in. A model has 7 products a layer and the head; each adds to the
// logits, relative to the largest, at most
// - fp32: one rounding of 2^-24 for each of the `terms` of its sums;
// - bf16: both operands rounded to 8 bits, 2 x 2^-9 (their sums are fp32).
double Bound(Precision precision, const ModelConfig& c, double largest) {
  const int products = 7 * c.n_layers + 1;
  const double terms = static_cast<double>(std::max(c.dim, c.hidden_dim));
  const double each = precision == Precision::kF32 ? terms * 0x1p-24 : 0x1p-8;
  return products * each * std::max(1.0, largest);
}

std::vector<float> ReadFloats(const MappedFile& file, int64_t offset_bytes, int64_t count) {
  CRIA_CHECK(offset_bytes + count * 4 <= static_cast<int64_t>(file.bytes().size()));
  std::vector<float> values(static_cast<size_t>(count));
  std::memcpy(values.data(), file.bytes().data() + offset_bytes, values.size() * 4);
  return values;
}

void ExpectGoldenLogits(const fs::path& model_path, const fs::path& golden, Precision precision) {
  const Context context = TestContext();
  ModelFiles files = OpenModel(model_path);
  const ModelConfig c = files.config;
  const auto llama = MakeLlama(
      c, {.precision = precision, .for_training = false, .accelerator = context.accelerator()});
  llama->LoadWeights(context, std::move(files));
  const Json json = ReadJson(golden / "golden_logits.json");
  const MappedFile values(golden / "golden_logits.f32");
  ASSERT_GE(json["sequences"].size(), 4u);
  for (const Json& sequence : json["sequences"]) {
    SCOPED_TRACE(sequence["name"].get<std::string>());
    const auto ids = sequence["ids"].get<std::vector<int32_t>>();
    std::vector<int64_t> positions(ids.size());
    for (size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<int64_t>(i);
    if (sequence.contains("positions")) {
      positions = sequence["positions"].get<std::vector<int64_t>>();
    }
    std::vector<float> logits(ids.size() * static_cast<size_t>(c.vocab_size));
    Sequence cached(llama.get(), static_cast<int64_t>(ids.size()));
    cached.Feed(context, ids, false, true, logits.data());
    const auto expected = ReadFloats(values, sequence["offset_bytes"].get<int64_t>(),
                                     static_cast<int64_t>(positions.size()) * c.vocab_size);
    double largest = 0, error = 0;
    for (const float x : expected) largest = std::max(largest, std::fabs(static_cast<double>(x)));
    for (size_t p = 0; p < positions.size(); ++p) {
      for (int64_t v = 0; v < c.vocab_size; ++v) {
        const double difference = static_cast<double>(logits[positions[p] * c.vocab_size + v]) -
                                  expected[p * c.vocab_size + v];
        error = std::isnan(difference) ? INFINITY : std::max(error, std::fabs(difference));
      }
    }
    EXPECT_LE(error, Bound(precision, c, largest));
  }
}

class FixtureTest : public testing::TestWithParam<Fixture> {};

TEST_P(FixtureTest, LogitsAgreeWithFloat64) {
  const fs::path models = "models";
  CRIA_REQUIRE_TEST_DATA(models / GetParam().model);
  for (const Precision precision : {Precision::kF32, Precision::kBF16}) {
    SCOPED_TRACE(PrecisionName(precision));
    ExpectGoldenLogits(TestData() / models / GetParam().model,
                       TestData() / models / GetParam().golden, precision);
  }
}

INSTANTIATE_TEST_SUITE_P(All, FixtureTest, testing::ValuesIn(kFixtures), [](const auto& fixture) {
  std::string name = fixture.param.model;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '/'; }, '_');
  return name;
});

// torchtune saves the bare dictionary; params.json beside it is from the reference.
TEST(Fixtures, TorchtuneCheckpoint) {
  CRIA_REQUIRE_TEST_DATA("models/torchtune_tiny_fair");
  const fs::path source = TestData() / "models/torchtune_tiny_fair";
  const fs::path folder =
      fs::path(testing::TempDir()) / ("torchtune_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  fs::copy(source / "tiny_fair_checkpoint.pt", folder / "consolidated.00.pth");
  fs::copy(source / "params_assumed.json", folder / "params.json");
  for (const Precision precision : {Precision::kF32, Precision::kBF16}) {
    ExpectGoldenLogits(folder, source, precision);
  }
  fs::remove_all(folder);
}

// Head size 16 where dim / heads is 6. Of its values, only some were read back by others.
TEST(Fixtures, HeadSizeOfItsOwn) {
  CRIA_REQUIRE_TEST_DATA("models/quatricmorph_tiny_llama_2shard");
  const fs::path folder = TestData() / "models/quatricmorph_tiny_llama_2shard";
  const Json golden = ReadJson(folder / "golden.json");
  for (const Json& scalar : golden["scalars"]) {
    const store::TensorSet part =
        store::OpenSafetensors(folder / scalar["shard"].get<std::string>());
    const store::NamedTensor& tensor = part.Get(scalar["tensor"].get<std::string>());
    ASSERT_EQ(tensor.shape, scalar["shape"].get<Shape>());
    std::vector<float> values(static_cast<size_t>(tensor.elements()));
    store::ReadAsFloat(Context(1), tensor, values);
    const auto index = scalar["index"].get<std::vector<int64_t>>();
    const int64_t at = index.size() == 2 ? index[0] * tensor.shape[1] + index[1] : index[0];
    const auto bits =
        static_cast<uint32_t>(std::stoul(scalar["value_f32_bits"].get<std::string>(), nullptr, 16));
    EXPECT_EQ(std::bit_cast<uint32_t>(values[static_cast<size_t>(at)]), bits);
  }
  const Context context = TestContext();
  ModelFiles files = OpenModel(folder);
  EXPECT_EQ(files.config.head_dim, 16);
  const auto llama = MakeLlama(files.config, {.accelerator = context.accelerator()});
  llama->LoadWeights(context, std::move(files));
  Sequence cached(llama.get(), 4);
  std::vector<float> logits(static_cast<size_t>(llama->config().vocab_size));
  cached.Feed(context, std::vector<int32_t>{1, 5, 9}, false, false, logits.data());
  for (const float x : logits) EXPECT_TRUE(std::isfinite(x));
}

TEST(Fixtures, NoneIsForgotten) {
  CRIA_REQUIRE_TEST_DATA("models");
  std::set<std::string> known = {"quatricmorph_tiny_llama_2shard"};
  for (const Fixture& fixture : kFixtures) known.insert(fixture.model);
  const fs::path root = TestData() / "models";
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    const bool folder = name == "params.json" || name == "config.json";
    const bool file =
        name.ends_with(".gguf") || (name.ends_with(".bin") && name.starts_with("stories"));
    if (!folder && !file) continue;
    const fs::path model = folder ? entry.path().parent_path() : entry.path();
    EXPECT_TRUE(known.contains(fs::relative(model, root).string())) << model;
  }
}

}  // namespace
}  // namespace cria
