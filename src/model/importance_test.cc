// What the matrices of a model were given, against activations computed elsewhere in float64 and
// plain loops on top of them; the file form; the same sums for any number of threads.
#include "model/importance.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "store/gguf.h"
#include "test_data.h"

namespace cria {
namespace {

using Rows = std::vector<std::vector<double>>;
const char* const kFolder = "models/tiny_random_512";

class ImportanceTest : public testing::Test {
 protected:
  void SetUp() override {
    CRIA_REQUIRE_TEST_DATA(kFolder);
    files_ = OpenModel(TestData() / kFolder / "meta_fp16");
    const fs::path folder = TestData() / kFolder;
    golden_ = ReadJson(folder / "golden_activations.json");
    ids_ = golden_["ids"].get<std::vector<int32_t>>();
    floats_.emplace(folder / "golden_activations.f32");
  }

  Rows Golden(const std::string& name) const {
    for (const Json& tensor : golden_["tensors"]) {
      if (tensor["name"] != name) continue;
      const auto shape = tensor["shape"].get<std::vector<size_t>>();
      Rows rows(shape[0], std::vector<double>(shape[1]));
      const auto* at = floats_->bytes().data() + tensor["offset_bytes"].get<size_t>();
      for (auto& row : rows) {
        for (double& value : row) {
          float f;
          std::memcpy(&f, at, 4);
          value = f;
          at += 4;
        }
      }
      return rows;
    }
    ADD_FAILURE() << name;
    return {};
  }
  std::vector<float> Weights(const std::string& name) const {
    std::vector<float> values(static_cast<size_t>(files_.Tensor(name).elements()));
    store::ReadAsFloat(context_, files_.Tensor(name), values);
    return values;
  }
  Rows Normed(Rows rows, const std::string& gain_name) const {
    const std::vector<float> gain = Weights(gain_name);
    for (auto& row : rows) {
      double squares = 0;
      for (const double v : row) squares += v * v;
      const double scale =
          1 / std::sqrt(squares / static_cast<double>(row.size()) + files_.config.norm_eps);
      for (size_t i = 0; i < row.size(); ++i) row[i] *= scale * gain[i];
    }
    return rows;
  }
  Rows Product(const Rows& x, const std::string& name) const {
    const std::vector<float> w = Weights(name);
    const size_t out = static_cast<size_t>(files_.Tensor(name).shape[0]), in = x[0].size();
    Rows y(x.size(), std::vector<double>(out, 0.0));
    for (size_t r = 0; r < x.size(); ++r) {
      for (size_t o = 0; o < out; ++o) {
        for (size_t i = 0; i < in; ++i) y[r][o] += w[o * in + i] * x[r][i];
      }
    }
    return y;
  }
  // fp32 against float64: products of up to some hundred terms, squared.
  static void ExpectMeanSquares(const std::vector<float>& got, const Rows& rows) {
    ASSERT_EQ(got.size(), rows[0].size());
    for (size_t c = 0; c < got.size(); ++c) {
      double sum = 0;
      for (const auto& row : rows) sum += row[c] * row[c];
      const double mean = sum / static_cast<double>(rows.size());
      EXPECT_NEAR(got[c], mean, 1e-4 * mean + 1e-7) << c;
    }
  }
  Importance Run(int threads, int64_t window) const {
    return Calibrate(Context(threads), files_, ids_,
                     {.window = window, .bos_id = -1, .precision = Precision::kF32});
  }

  Context context_{1};
  ModelFiles files_;
  Json golden_;
  std::vector<int32_t> ids_;
  std::optional<MappedFile> floats_;
};

TEST_F(ImportanceTest, EqualsTheSquaresOfGoldenActivations) {
  const Importance importance = Run(2, 16);
  EXPECT_EQ(importance.tokens, 16);
  ExpectMeanSquares(importance.Of("output.weight"), Golden("final_norm"));
  const Rows attention = Normed(Golden("embedding"), "layers.0.attention_norm.weight");
  for (const char* name : {"wq", "wk", "wv"}) {
    ExpectMeanSquares(importance.Of(fmt::format("layers.0.attention.{}.weight", name)), attention);
  }
  const Rows ffn = Normed(Golden("layer1.after_attention"), "layers.1.ffn_norm.weight");
  for (const char* name : {"w1", "w3"}) {
    ExpectMeanSquares(importance.Of(fmt::format("layers.1.feed_forward.{}.weight", name)), ffn);
  }
  Rows gated = Product(ffn, "layers.1.feed_forward.w1.weight");
  const Rows up = Product(ffn, "layers.1.feed_forward.w3.weight");
  for (size_t r = 0; r < gated.size(); ++r) {
    for (size_t i = 0; i < gated[r].size(); ++i) {
      gated[r][i] *= up[r][i] / (1 + std::exp(-gated[r][i]));
    }
  }
  ExpectMeanSquares(importance.Of("layers.1.feed_forward.w2.weight"), gated);
  EXPECT_TRUE(importance.Of("tok_embeddings.weight").empty());
}

// A token that sees only itself is handed its own values by the attention.
TEST_F(ImportanceTest, OfOneTokenWindowsWoMeetsTheValues) {
  const Rows normed = Normed(Golden("embedding"), "layers.0.attention_norm.weight");
  const Rows values = Product(normed, "layers.0.attention.wv.weight");
  const ModelConfig& c = files_.config;
  Rows attended;
  for (const auto& row : values) {
    attended.emplace_back();
    for (int h = 0; h < c.n_heads; ++h) {
      const auto from = row.begin() + h / (c.n_heads / c.n_kv_heads) * c.head_dim;
      attended.back().insert(attended.back().end(), from, from + c.head_dim);
    }
  }
  ExpectMeanSquares(Run(1, 1).Of("layers.0.attention.wo.weight"), attended);
}

TEST_F(ImportanceTest, SameBitsForAnyThreadsAndThroughItsFile) {
  const Importance one = Run(1, 8), three = Run(3, 8);
  EXPECT_EQ(one.columns, three.columns);
  EXPECT_EQ(one.columns.size(), static_cast<size_t>(7 * files_.config.n_layers + 1));
  const fs::path path =
      fs::path(testing::TempDir()) / fmt::format("importance_{}.gguf", ::getpid());
  WriteImportance(path, one);
  const Importance back = ReadImportance(context_, path, files_.config);
  EXPECT_EQ(back.tokens, one.tokens);
  ASSERT_EQ(back.columns.size(), one.columns.size());
  for (const auto& [name, means] : one.columns) {
    for (size_t i = 0; i < means.size(); ++i) {
      ASSERT_FLOAT_EQ(back.Of(name)[i], means[i]) << name;
    }
  }
  ModelConfig other = files_.config;
  other.hidden_dim += 32;
  EXPECT_THROW(ReadImportance(context_, path, other), Error);
  EXPECT_THROW(
      ReadImportance(context_, TestData() / kFolder / "tiny_random_512.f16.gguf", files_.config),
      Error);
  fs::remove(path);
  EXPECT_THROW(Run(1, 512), Error);  // 16 ids do not fill a window
}

}  // namespace
}  // namespace cria
