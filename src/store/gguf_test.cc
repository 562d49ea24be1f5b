// GGUF: round trip, and every way in which a file can lie about itself.
#include "store/gguf.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "store/test_folder.h"

namespace cria::store {
namespace {

OutputTensor Tensor(const std::string& name, DType type, Shape shape, uint8_t fill) {
  const int64_t bytes = StoredBytes(type, ElementCount(shape));
  return WholeTensor(name, type, std::move(shape),
                     [=] { return std::vector<uint8_t>(static_cast<size_t>(bytes), fill); });
}

std::string GoodFile(const TestFolder& folder) {
  const Json values = {{"general.architecture", "test"},
                       {"a.count", 7u},
                       {"a.signed", -7},
                       {"a.float", 0.5},
                       {"a.flag", true},
                       {"a.words", {"x", "yz"}},
                       {"a.kinds", {1, -2, 3}}};
  WriteGguf(folder / "good", values,
            {Tensor("m", DType::kQ4_0, {3, 64}, 7), Tensor("v", DType::kF32, {5}, 0)});
  return ReadFile(folder / "good");
}

TEST(Gguf, RoundTrip) {
  const TestFolder folder;
  GoodFile(folder);
  EXPECT_TRUE(IsGguf(folder / "good"));
  const TensorSet set = OpenGguf(folder / "good");
  EXPECT_EQ(set.metadata()["a.count"], 7);
  EXPECT_EQ(set.metadata()["a.signed"], -7);
  EXPECT_EQ(set.metadata()["a.float"], 0.5);
  EXPECT_EQ(set.metadata()["a.flag"], true);
  EXPECT_EQ(set.metadata()["a.words"], Json({"x", "yz"}));
  EXPECT_EQ(set.metadata()["a.kinds"], Json({1, -2, 3}));
  EXPECT_EQ(set.Get("m").shape, (Shape{3, 64}));
  EXPECT_EQ(set.Get("m").type, DType::kQ4_0);
  EXPECT_EQ(ReadBytes(set.Get("m")), std::vector<uint8_t>(3 * 2 * 18, 7));
}

TEST(Gguf, CutAnywhereIsAnError) {
  const TestFolder folder;
  const std::string good = GoodFile(folder);
  // The last tensor ends 12 bytes before the end: only padding may be missing.
  for (size_t size = 0; size < good.size() - 12; ++size) {
    WriteFile(folder / "cut", std::string_view(good).substr(0, size));
    EXPECT_THROW(OpenGguf(folder / "cut"), Error) << size;
  }
}

// Every byte of the header set to 0xFF, 0x00 and flipped: an error or a file that can be read.
TEST(Gguf, DamageIsAnErrorOrHarmless) {
  const TestFolder folder;
  const std::string good = GoodFile(folder);
  const size_t header = good.size() - 3 * 2 * 18 - 32;
  int refused = 0;
  for (size_t at = 0; at < header; ++at) {
    for (const int value : {0x00, 0xFF, (good[at] ^ 0x55) & 0xFF}) {
      std::string bad = good;
      bad[at] = static_cast<char>(value);
      WriteFile(folder / "bad", bad);
      try {
        const TensorSet set = OpenGguf(folder / "bad");
        for (const NamedTensor& tensor : set.tensors()) ReadBytes(tensor);
      } catch (const Error&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(Gguf, LiesAreRefusedByWhatTheyAre) {
  const TestFolder folder;
  const std::string good = GoodFile(folder);
  const auto with = [&](size_t at, uint64_t value) {
    std::string bad = good;
    std::memcpy(bad.data() + at, &value, 8);
    WriteFile(folder / "bad", bad);
    return MessageOf<Error>([&] { OpenGguf(folder / "bad"); });
  };
  EXPECT_NE(with(8, uint64_t{1} << 60).find("cannot fit"), std::string::npos);   // tensors
  EXPECT_NE(with(16, uint64_t{1} << 60).find("cannot fit"), std::string::npos);  // key-values
  EXPECT_NE(with(24, uint64_t{1} << 63).find("a string of"), std::string::npos);
  // The record of "m": length, name, n_dims, ne[0], ne[1], type, offset.
  const size_t m = good.find(std::string("\1\0\0\0\0\0\0\0m", 9)) + 9 + 4;
  EXPECT_NE(with(m, 33).find("whole blocks"), std::string::npos);
  EXPECT_NE(with(m + 8, uint64_t{1} << 62).find("impossible tensor shape"), std::string::npos);
  EXPECT_NE(with(m + 20, 64).find("hole or overlap"), std::string::npos);
}

}  // namespace
}  // namespace cria::store
