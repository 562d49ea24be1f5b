// Round trip, hostile headers, real files.
#include "store/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "store/test_folder.h"
#include "test_data.h"

namespace cria::store {
namespace {

std::string FileOf(std::string header, size_t data_bytes) {
  const uint64_t n = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &n, 8);
  return bytes + header + std::string(data_bytes, '\1');
}

TEST(SafetensorsTest, RoundTrip) {
  TestFolder folder;
  const std::vector<float> a = {1, 2, 3, 4, 5, 6};
  const std::vector<uint8_t> b = {7, 8};
  const auto bytes = [](const auto& v) {
    const auto* data = reinterpret_cast<const uint8_t*>(v.data());
    return [copy = std::vector<uint8_t>(data, data + v.size() * sizeof(v[0]))] { return copy; };
  };
  WriteSafetensors(folder / "x.safetensors",
                   {WholeTensor("a", DType::kF32, {2, 3}, bytes(a)),
                    WholeTensor("b", DType::kBF16, {1}, bytes(b))},
                   {{"made_by", "cria"}});
  const TensorSet set = OpenSafetensors(folder / "x.safetensors");
  EXPECT_EQ(set.metadata()["made_by"], "cria");
  std::vector<float> got(6);
  ReadAsFloat(Context(1), set.Get("a"), got);
  EXPECT_EQ(got, a);
  EXPECT_EQ(ReadBytes(set.Get("b")), b);
  EXPECT_EQ(set.Get("a").shape, (Shape{2, 3}));
  EXPECT_THROW(set.Get("c"), Error);
}

TEST(SafetensorsTest, HostileHeadersAreRefused) {
  TestFolder folder;
  const auto entry = [](const std::string& shape, const std::string& offsets,
                        const std::string& type = "F32") {
    return R"({"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
  };
  const std::string good = entry("[2]", "[0,8]");
  const auto open = [&](const std::string& bytes) {
    WriteFile(folder / "x", bytes);
    return OpenSafetensors(folder / "x").tensors().size();
  };
  EXPECT_EQ(open(FileOf("{\"a\":" + good + "}", 8)), 1u);
  const std::vector<std::string> bad = {
      "",
      "short",
      FileOf("{\"a\":" + good + "}", 7),                                         // cut
      FileOf("{\"a\":" + good + "}", 9),                                         // not covered
      FileOf("{\"a\":" + good + ",\"a\":" + good + "}", 8),                      // repeated
      FileOf("{\"a\":" + good + ",\"b\":" + entry("[2]", "[4,12]") + "}", 12),   // overlap
      FileOf("{\"a\":" + good + ",\"b\":" + entry("[1]", "[12,16]") + "}", 16),  // hole
      FileOf("{\"a\":" + entry("[2]", "[8,0]") + "}", 8),
      FileOf("{\"a\":" + entry("[3]", "[0,8]") + "}", 8),
      FileOf("{\"a\":" + entry("[-2]", "[0,8]") + "}", 8),
      FileOf("{\"a\":" + entry("[4611686018427387904,4]", "[0,0]") + "}", 0),  // overflows to 0
      FileOf("{\"a\":" + entry("[2]", "[0,8]", "Q99") + "}", 8),
      FileOf("{\"a\":" + entry("\"x\"", "[0,8]") + "}", 8),
      FileOf("{\"a\":" + entry("[2]", "[0,18446744073709551615]") + "}", 8),
      FileOf("{\"a\":[]}", 0),
      FileOf("{\"a\":", 8),
      FileOf("[1]", 0),
      std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10),
  };
  for (size_t i = 0; i < bad.size(); ++i) EXPECT_THROW(open(bad[i]), Error) << "case " << i;
}

TEST(SafetensorsTest, ReadsRealFiles) {
  CRIA_REQUIRE_TEST_DATA("models/tiny_random_512/hf_fp16/model.safetensors");
  const TensorSet set =
      OpenSafetensors(TestData() / "models/tiny_random_512/hf_fp16/model.safetensors");
  EXPECT_EQ(set.Get("model.embed_tokens.weight").shape, (Shape{512, 64}));
  EXPECT_EQ(set.Get("model.embed_tokens.weight").type, DType::kF16);
}

}  // namespace
}  // namespace cria::store
