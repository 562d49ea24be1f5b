// Meta folders of every make (shards, views, shared storages, old and new containers) against the
// values that PyTorch saw when it wrote them, and llama2.c files against the same weights.
#include "store/meta.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "base/error.h"
#include "store/llama2c.h"
#include "store/test_folder.h"
#include "store/torch_file.h"
#include "test_data.h"

namespace cria::store {
namespace {

std::vector<float> Floats(const TensorSet& set, const std::string& name) {
  std::vector<float> values(set.Get(name).elements());
  ReadAsFloat(Context(2), set.Get(name), values);
  return values;
}

class MetaFolderTest : public testing::TestWithParam<const char*> {};

TEST_P(MetaFolderTest, HasTheValuesThatWereSaved) {
  CRIA_REQUIRE_TEST_DATA(std::string("models/tiny_random_512/") + GetParam());
  const fs::path root = TestData() / "models/tiny_random_512";
  ASSERT_TRUE(IsMeta(root / GetParam()));
  const TensorSet set = OpenMeta(root / GetParam());
  const TensorSet plain = OpenMeta(root / "meta_fp16");
  const Json golden = ReadJson(root / "tensors_fp16.json");
  EXPECT_EQ(set.metadata()["n_layers"], 2);
  size_t count = 0;
  for (const Json& entry : golden) {
    const std::string name = entry["name"];
    if (name.ends_with("rope.freqs")) continue;
    ++count;
    ASSERT_EQ(set.Get(name).shape, entry["shape"].get<Shape>()) << name;
    const std::vector<float> values = Floats(set, name);
    EXPECT_EQ(values, Floats(plain, name)) << name;
    double sum = 0;
    for (const float value : values) sum += value;
    EXPECT_NEAR(sum, entry["sum"].get<double>(), 1e-6 * values.size()) << name;
    for (size_t i = 0; i < entry["first"].size(); ++i) {
      EXPECT_EQ(values[i], entry["first"][i].get<float>()) << name << " " << i;
    }
  }
  EXPECT_EQ(set.tensors().size(), count);
}

INSTANTIATE_TEST_SUITE_P(Variants, MetaFolderTest,
                         testing::Values("meta_fp16", "meta_fp16_mp2", "meta_fp16_mp4",
                                         "meta_fp16_mp2_views", "meta_fp16_shared_storage",
                                         "meta_fp16_cuda_location", "meta_fp16_legacy_pickle",
                                         "meta_fp16_no_rope_freqs"),
                         [](const auto& variant) { return std::string(variant.param); });

TEST(MetaTest, OtherTypesRoundTheSameWeights) {
  CRIA_REQUIRE_TEST_DATA("models/tiny_random_512/meta_bf16");
  const fs::path root = TestData() / "models/tiny_random_512";
  const TensorSet f32 = OpenMeta(root / "meta_fp32");
  const TensorSet bf16 = OpenMeta(root / "meta_bf16"), f16 = OpenMeta(root / "meta_fp16");
  for (const NamedTensor& tensor : f32.tensors()) {
    const auto exact = Floats(f32, tensor.name);
    const auto b = Floats(bf16, tensor.name), h = Floats(f16, tensor.name);
    for (size_t i = 0; i < exact.size(); ++i) {
      ASSERT_EQ(b[i], static_cast<float>(BF16(exact[i]))) << tensor.name << " " << i;
      ASSERT_EQ(h[i], static_cast<float>(F16(exact[i]))) << tensor.name << " " << i;
    }
  }
}

TEST(MetaTest, Stories260KIsTheSameInEveryForm) {
  CRIA_REQUIRE_TEST_DATA("models/stories260K");
  const fs::path root = TestData() / "models/stories260K";
  const TensorSet v0 = OpenLlama2c(root / "stories260K.bin");
  const TensorSet v1 = OpenLlama2c(root / "stories260K_v1.bin");
  const TensorSet one = OpenMeta(root / "meta_mha_fp32"),
                  two = OpenMeta(root / "meta_mha_fp32_mp2");
  EXPECT_EQ(v0.metadata()["hidden_dim"], 172);
  EXPECT_EQ(v0.tensors().size(), one.tensors().size() - 1);  // the output matrix is shared
  for (const NamedTensor& tensor : one.tensors()) {
    EXPECT_EQ(Floats(one, tensor.name), Floats(two, tensor.name)) << tensor.name;
    const bool kv = tensor.name.ends_with(".wk.weight") || tensor.name.ends_with(".wv.weight");
    const std::string source =
        tensor.name == "output.weight" ? "tok_embeddings.weight" : tensor.name;
    const auto values = Floats(v0, source);
    EXPECT_EQ(values, Floats(v1, source)) << tensor.name;
    if (!kv) {
      EXPECT_EQ(values, Floats(one, tensor.name)) << tensor.name;
    }
  }
}

TEST(MetaTest, TorchtuneFileOpens) {
  CRIA_REQUIRE_TEST_DATA("models/torchtune_tiny_fair/tiny_fair_checkpoint.pt");
  const fs::path root = TestData() / "models/torchtune_tiny_fair";
  const TensorSet set = OpenTorchFile(root / "tiny_fair_checkpoint.pt");
  EXPECT_EQ(set.Get("tok_embeddings.weight").shape, (Shape{500, 32}));
}

TEST(MetaTest, CutFilesAreRefused) {
  CRIA_REQUIRE_TEST_DATA("models/tiny_random_512/meta_fp16");
  TestFolder folder;
  for (const char* variant : {"meta_fp16", "meta_fp16_legacy_pickle"}) {
    const std::string good =
        ReadFile(TestData() / "models/tiny_random_512" / variant / "consolidated.00.pth");
    for (size_t size = 0; size < good.size(); size += 1 + good.size() / 97) {
      WriteFile(folder / "x.pth", good.substr(0, size));
      EXPECT_THROW(OpenTorchFile(folder / "x.pth"), Error) << variant << " " << size;
    }
  }
  const std::string bin = ReadFile(TestData() / "models/stories260K/stories260K.bin");
  WriteFile(folder / "x.bin", bin.substr(0, bin.size() - 4));
  EXPECT_FALSE(IsLlama2c(folder / "x.bin"));
  EXPECT_THROW(OpenLlama2c(folder / "x.bin"), Error);
}

// Damage anywhere outside the tensors' own bytes is either refused or harmless; it never crashes.
TEST(MetaTest, DamagedFilesNeverCrash) {
  CRIA_REQUIRE_TEST_DATA("models/tiny_random_512/meta_fp16");
  TestFolder folder;
  for (const char* variant : {"meta_fp16", "meta_fp16_legacy_pickle"}) {
    const std::string good =
        ReadFile(TestData() / "models/tiny_random_512" / variant / "consolidated.00.pth");
    size_t refused = 0;
    const auto attempt = [&](size_t offset, uint8_t bits) {
      std::string bad = good;
      bad[offset] ^= static_cast<char>(bits);
      const fs::path path = folder / "x.pth";
      {
        AtomicFile file(path);  // a plain rename, many times a second
        file.Write(bad);
        file.Commit();
      }
      try {
        const TensorSet set = OpenTorchFile(path);
        for (const NamedTensor& tensor : set.tensors()) ReadBytes(tensor);
      } catch (const Error&) {
        ++refused;
      }
    };
    for (size_t i = 0; i < 700; ++i) {
      attempt(i * 3, 1u << (i % 8));
      attempt(good.size() - 1 - i * 3, 1u << (i % 8));
    }
    EXPECT_GT(refused, 300u);
  }
}

// A view that repeats its storage could make a file of a kilobyte any size; dimensions cost too.
TEST(MetaTest, TensorsLargerThanTheirStorageAreRefused) {
  TestFolder folder;
  WriteTorchFile(folder / "x.pth",
                 {WholeTensor("w", DType::kF32, {2, 8}, [] { return std::vector<uint8_t>(64); })});
  const std::string good = ReadFile(folder / "x.pth");
  EXPECT_EQ(OpenTorchFile(folder / "x.pth").Get("w").shape, (Shape{2, 8}));
  const auto pair = [](int32_t a, int32_t b) {  // (MARK, BININT a, BININT b, TUPLE)
    std::string text = "(J....J....t";
    std::memcpy(text.data() + 2, &a, 4);
    std::memcpy(text.data() + 7, &b, 4);
    return text;
  };
  const auto open = [&](const std::string& from, const std::string& to) {
    std::string bad = good;
    const size_t at = bad.find(from);
    EXPECT_NE(at, bad.npos);
    bad.replace(at, from.size(), to);
    WriteFile(folder / "x.pth", bad);
    return OpenTorchFile(folder / "x.pth").Get("w").shape;
  };
  const std::string view = pair(2, 8) + pair(8, 1);
  EXPECT_EQ(open(view, pair(2, 8) + pair(0, 1)), (Shape{2, 8}));  // repeated, but not more
  EXPECT_THROW(open(view, pair(1 << 30, 8) + pair(0, 1)), Error);
  EXPECT_THROW(open(view, pair(1 << 30, 1 << 30) + pair(0, 0)), Error);
  EXPECT_THROW(open(view, pair(2, 8) + pair(-8, 1)), Error);
  EXPECT_THROW(open(view, pair(2, 8) + pair(9, 1)), Error);
}

TEST(MetaTest, ShardsThatDisagreeAreRefused) {
  CRIA_REQUIRE_TEST_DATA("models/tiny_random_512/meta_fp16_mp2");
  TestFolder folder;
  const fs::path root = TestData() / "models/tiny_random_512";
  WriteFile(folder / "params.json", ReadFile(root / "meta_fp16_mp2/params.json"));
  EXPECT_THROW(OpenMeta(folder.path()), Error);
  const auto copy = [&](const char* from, const char* to) {
    WriteFile(folder / to, ReadFile(root / from));
  };
  copy("meta_fp16_mp2/consolidated.00.pth", "consolidated.00.pth");
  copy("meta_fp16/consolidated.00.pth", "consolidated.01.pth");
  EXPECT_THROW(OpenMeta(folder.path()), Error);
}

}  // namespace
}  // namespace cria::store
