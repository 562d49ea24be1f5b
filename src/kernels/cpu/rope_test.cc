// Rotary embedding against the reference; the inverse restores the input; what lies behind the
// heads is left alone. Bounds: the table rounds cos and sin, the rotation rounds twice, the store
// once.
#include "kernels/rope.h"

#include "kernels/cpu/test_values.h"
#include "kernels/ref/rope.h"

namespace cria::kernels {
namespace {

/// Row r at first + r % seq_len.
std::vector<int32_t> Positions(int64_t rows, int64_t seq_len, int64_t first) {
  std::vector<int32_t> positions;
  for (int64_t r = 0; r < rows; ++r) {
    positions.push_back(static_cast<int32_t>(first + r % seq_len));
  }
  return positions;
}

template <class T>
void Check(int64_t rows, int64_t seq_len, int64_t first, int heads, int head_dim, int64_t stride) {
  const Context context(2);
  const RopeTable table = MakeRopeTable(first + seq_len, head_dim, 1e4);
  const std::vector<T> before = NormalValues<T>(rows * stride, 1);
  std::vector<T> x = before;
  std::vector<double> want = Widen(x);
  ref::Rope(rows, seq_len, first, heads, head_dim, 1e4, want.data(), stride, false);
  Rope(context, table, Positions(rows, seq_len, first), heads, x.data(), stride, false);
  ExpectNear("rotated", x, want, kUnit<T>, 5 * 5 * 0x1p-24);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = heads * head_dim; i < stride; ++i) {
      EXPECT_EQ(ToFloat(x[r * stride + i]), ToFloat(before[r * stride + i]));
    }
  }
  Rope(context, table, Positions(rows, seq_len, first), heads, x.data(), stride, true);
  ExpectNear("back", x, Widen(before), kUnit<T>, 5 * 3 * kUnit<T>);
}

TEST(Rope, EqualsReference) {
  ForEveryInstructionSet([] {
    for (const int head_dim : {2, 6, 32, 42, 48, 64, 128}) {
      Check<float>(7, 7, 0, 3, head_dim, 3 * head_dim);
      Check<BF16>(70, 35, 2, 2, head_dim, 2 * head_dim + 6);
      Check<BF16>(1, 1, 60, 2, head_dim, 2 * head_dim);
    }
  });
}

TEST(Rope, CachedRowHasTheBitsOfTheFullPass) {
  const Context context(2);
  const RopeTable table = MakeRopeTable(50, 48, 1e4);
  std::vector<BF16> all = NormalValues<BF16>(50 * 96, 1);
  std::vector<BF16> last(all.end() - 96, all.end());
  Rope(context, table, Positions(50, 50, 0), 2, all.data(), 96, false);
  Rope(context, table, Positions(1, 1, 49), 2, last.data(), 96, false);
  EXPECT_TRUE(SameBits(last, std::vector<BF16>(all.end() - 96, all.end())));
}

}  // namespace
}  // namespace cria::kernels
