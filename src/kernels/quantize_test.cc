// Blocks against llama.cpp's own: decoding bit for bit, the simple types byte for byte, and for the
// K types an error that is no larger. The vectors are in tests/golden/quant_blocks.json.
#include "kernels/quantize.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/json.h"
#include "kernels/cpu/test_values.h"
#include "tensor/quant_block.h"

namespace cria::kernels {
namespace {

std::vector<uint8_t> FromHex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::vector<float> FloatsFromHex(const std::string& hex) {
  const std::vector<uint8_t> bytes = FromHex(hex);
  std::vector<float> values(bytes.size() / 4);
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

std::vector<float> Decode(DType type, const std::vector<uint8_t>& bytes, size_t n) {
  std::vector<float> values(n);
  DequantizeBlocks(type, bytes.data(), static_cast<int64_t>(n), values.data());
  return values;
}

// The error that both encoders weigh: by rms + |x|.
double WeightedError(const std::vector<float>& x, const std::vector<float>& y) {
  double squares = 0, error = 0;
  for (const float v : x) squares += static_cast<double>(v) * v;
  const double rms = std::sqrt(squares / static_cast<double>(x.size()));
  for (size_t i = 0; i < x.size(); ++i) {
    error += (rms + std::fabs(x[i])) * (x[i] - y[i]) * (x[i] - y[i]);
  }
  return error;
}

struct Case {
  DType type;
  std::vector<uint8_t> blocks, encoded;
  std::vector<float> values, input;
};

std::vector<Case> Cases() {
  const Json json = ReadJson(fs::path(CRIA_SOURCE_DIR) / "tests/golden/quant_blocks.json");
  std::vector<Case> cases;
  for (int t = static_cast<int>(DType::kQ4_0); t <= static_cast<int>(DType::kQ6_K); ++t) {
    const DType type = static_cast<DType>(t);
    const Json& item = json["types"][DTypeName(type)];
    cases.push_back({type, FromHex(item["blocks"]), FromHex(item["encoded"]),
                     FloatsFromHex(item["values_bits"]), FloatsFromHex(item["input_bits"])});
  }
  return cases;
}

TEST(Quantize, DecodesAsGgmlDoes) {
  for (const Case& c : Cases()) {
    const std::vector<float> values = Decode(c.type, c.blocks, c.values.size());
    EXPECT_EQ(std::memcmp(values.data(), c.values.data(), values.size() * 4), 0)
        << DTypeName(c.type);
  }
}

TEST(Quantize, SimpleTypesAreByteIdentical) {
  for (const Case& c : Cases()) {
    if (BlockElements(c.type) != 32) continue;
    std::vector<uint8_t> bytes(c.encoded.size());
    Quantize(Context(1), c.type, c.input.data(), 1, static_cast<int64_t>(c.input.size()), {},
             bytes.data());
    EXPECT_EQ(bytes, c.encoded) << DTypeName(c.type);
  }
}

TEST(Quantize, SuperBlocksAreNoWorse) {
  for (const Case& c : Cases()) {
    if (BlockElements(c.type) != 256) continue;
    std::vector<uint8_t> bytes(c.encoded.size());
    Quantize(Context(1), c.type, c.input.data(), 1, static_cast<int64_t>(c.input.size()), {},
             bytes.data());
    const double ours = WeightedError(c.input, Decode(c.type, bytes, c.input.size()));
    const double theirs = WeightedError(c.input, Decode(c.type, c.encoded, c.input.size()));
    EXPECT_LE(ours, theirs * 1.001) << DTypeName(c.type);
    EXPECT_GT(ours, 0);
    // The last 256 values are zeros and must come back as such.
    const std::vector<float> values = Decode(c.type, bytes, c.input.size());
    for (size_t i = 768; i < 1024; ++i) ASSERT_EQ(values[i], 0.0f) << DTypeName(c.type) << i;
  }
}

// Least squares alone would leave products with the decoded weights too small.
TEST(Quantize, SuperBlocksDoNotShrink) {
  for (const DType type : {DType::kQ2_K, DType::kQ3_K}) {
    const std::vector<float> x = NormalValues<float>(256 * 64, 1);
    std::vector<uint8_t> blocks(static_cast<size_t>(StoredBytes(type, 256 * 64)));
    Quantize(Context(2), type, x.data(), 64, 256, {}, blocks.data());
    const std::vector<float> y = Decode(type, blocks, x.size());
    double xx = 0, xy = 0;
    for (size_t i = 0; i < x.size(); ++i) xx += double{x[i]} * x[i], xy += double{x[i]} * y[i];
    EXPECT_NEAR(xy / xx, 1, 0.01) << DTypeName(type);
  }
}

TEST(Quantize, SameBytesForAnyThreads) {
  const Case c = Cases()[6];
  std::vector<float> rows;
  for (int i = 0; i < 300; ++i) rows.insert(rows.end(), c.input.begin(), c.input.end());
  std::vector<uint8_t> one(c.encoded.size() * 300), two(one.size());
  Quantize(Context(1), c.type, rows.data(), 300, 1024, {}, one.data());
  Quantize(Context(2), c.type, rows.data(), 300, 1024, {}, two.data());
  EXPECT_EQ(one, two);
}

// Weights on half of the columns lower the error there.
TEST(Quantize, ImportanceMovesTheErrorAway) {
  for (const Case& c : Cases()) {
    if (c.type == DType::kQ8_0) continue;  // has no freedom to use it
    std::vector<float> importance(1024, 1e-3f);
    for (size_t i = 0; i < 1024; i += 2) importance[i] = 1;
    const auto error_on_even = [&](std::span<const float> weights) {
      std::vector<uint8_t> bytes(c.encoded.size());
      Quantize(Context(1), c.type, c.input.data(), 1, 1024, weights, bytes.data());
      const std::vector<float> values = Decode(c.type, bytes, 1024);
      double error = 0;
      for (size_t i = 0; i < 1024; i += 2) {
        error += std::pow(static_cast<double>(values[i]) - c.input[i], 2);
      }
      return error;
    };
    EXPECT_LT(error_on_even(importance), error_on_even({})) << DTypeName(c.type);
  }
}

}  // namespace
}  // namespace cria::kernels
