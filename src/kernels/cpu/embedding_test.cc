// Embedding: exact copies; gradients added in row order whatever the threads.
#include "kernels/embedding.h"

#include "kernels/cpu/test_values.h"
#include "kernels/ref/embedding.h"

namespace cria::kernels {
namespace {

TEST(Embedding, EqualsReferenceExactly) {
  for (const int64_t dim : {1, 50, 64, 200}) {
    const int64_t rows = 150, vocab = 9;
    std::vector<int32_t> tokens(rows);
    for (int64_t r = 0; r < rows; ++r) tokens[r] = static_cast<int32_t>(r * r % vocab);
    const auto table = NormalValues<float>(vocab * dim, 1), dx = NormalValues<float>(rows * dim, 2);
    const auto before = NormalValues<float>(vocab * dim, 3);
    std::vector<float> want(rows * dim), dwant = before;
    ref::Embedding(rows, dim, table.data(), tokens.data(), want.data());
    ref::EmbeddingBackward(rows, dim, dx.data(), tokens.data(), dwant.data());
    for (const int threads : {1, 2, 3}) {
      const Context context(threads);
      std::vector<float> x = Poisoned<float>(rows * dim), dtable = before;
      Embedding(context, rows, dim, table.data(), tokens.data(), x.data());
      EmbeddingBackward(context, rows, dim, dx.data(), tokens.data(), dtable.data());
      EXPECT_TRUE(SameBits(x, want) && SameBits(dtable, dwant));
    }
  }
}

}  // namespace
}  // namespace cria::kernels
