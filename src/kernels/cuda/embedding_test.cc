// Embedding on the GPU: exact copies; gradients added in the order of rows, so with the bits of a
// plain loop.
#include "kernels/embedding.h"

#include "kernels/cuda/device_array.h"
#include "kernels/ref/embedding.h"

namespace cria::kernels::cuda {
namespace {

std::vector<float> Scattered(int64_t dim, const std::vector<float>& dx,
                             const std::vector<int32_t>& tokens, const std::vector<float>& before) {
  DeviceArray<float> dx_there(dx), dtable(before);
  DeviceArray<int32_t> tokens_there(tokens);
  EmbeddingBackward(DeviceContext(), std::ssize(tokens), dim, dx_there.data(), tokens_there.data(),
                    dtable.data());
  return dtable.Values();
}

void Check(int64_t vocab, int64_t dim, const std::vector<int32_t>& tokens) {
  const int64_t rows = std::ssize(tokens);
  SCOPED_TRACE(testing::Message() << rows << " x " << dim << " of " << vocab);
  const auto table = NormalValues<float>(vocab * dim, 1), dx = NormalValues<float>(rows * dim, 2);
  const auto before = NormalValues<float>(vocab * dim, 3);
  std::vector<float> want(rows * dim), dwant = before;
  ref::Embedding(rows, dim, table.data(), tokens.data(), want.data());
  ref::EmbeddingBackward(rows, dim, dx.data(), tokens.data(), dwant.data());
  DeviceArray<float> table_there(table), x = DeviceArray<float>::Poisoned(rows * dim);
  DeviceArray<int32_t> tokens_there(tokens);
  Embedding(DeviceContext(), rows, dim, table_there.data(), tokens_there.data(), x.data());
  EXPECT_TRUE(SameBits(x.Values(), want));
  const std::vector<float> scattered = Scattered(dim, dx, tokens, before);
  EXPECT_TRUE(SameBits(scattered, dwant));
  EXPECT_TRUE(SameBits(scattered, Scattered(dim, dx, tokens, before)));
}

/// Few of the tokens are frequent, most are rare, as in text.
std::vector<int32_t> Text(int64_t rows, int64_t vocab) {
  RandomStream random(5, RandomPurpose::kTest, 0);
  std::vector<int32_t> tokens;
  for (int64_t r = 0; r < rows; ++r) {
    const double u = random.NextDouble();
    tokens.push_back(static_cast<int32_t>(u * u * u * u * static_cast<double>(vocab)));
  }
  return tokens;
}

TEST(Embedding, EqualsReferenceExactly) {
  for (const int64_t dim : {1, 50, 64, 200, 1028}) Check(9, dim, Text(150, 9));
  Check(5, 12, {4});
  Check(40, 16, Text(1030, 40));
}

TEST(Embedding, OneTokenForAllRows) {
  Check(3, 8, std::vector<int32_t>(77, 2));
  Check(3, 8, std::vector<int32_t>(3000, 0));
}

TEST(Embedding, RowsOfSeveralSortedRuns) {
  Check(700, 4, Text(5000, 700));
  Check(100000, 1, Text(4096, 100000));
  Check(100000, 1, Text(4097, 100000));
}

}  // namespace
}  // namespace cria::kernels::cuda
