// Rotary embedding on the GPU against the reference; the inverse restores the input; what lies
// behind the heads is left alone. Bounds: the table rounds cos and sin, the rotation rounds twice,
// the store once.
#include "kernels/rope.h"

#include "kernels/cuda/device_array.h"
#include "kernels/ref/rope.h"

namespace cria::kernels::cuda {
namespace {

/// Row r at first + r % seq_len.
std::vector<int32_t> Positions(int64_t rows, int64_t seq_len, int64_t first) {
  std::vector<int32_t> positions;
  for (int64_t r = 0; r < rows; ++r) {
    positions.push_back(static_cast<int32_t>(first + r % seq_len));
  }
  return positions;
}

struct RopeRun {
  RopeTable table;
  int heads;
  int64_t stride;

  template <class T>
  std::vector<T> operator()(const std::vector<T>& x, const std::vector<int32_t>& positions,
                            bool inverse, int64_t offset = 0) const {
    DeviceArray<T> x_there(x);
    DeviceArray<int32_t> positions_there(positions);
    cuda::Rope(DeviceContext(), table, std::span(positions_there.data(), positions.size()), heads,
               x_there.data() + offset, stride, inverse);
    return x_there.Values();
  }
};

RopeRun MakeRun(int64_t positions, int heads, int head_dim, int64_t stride) {
  return {MakeRopeTable(positions, head_dim, 1e4, {}, DeviceContext().accelerator()), heads,
          stride};
}

template <class T>
void Check(int64_t rows, int64_t seq_len, int64_t first, int heads, int head_dim, int64_t stride) {
  SCOPED_TRACE(testing::Message() << rows << " rows, " << heads << " x " << head_dim);
  const RopeRun run = MakeRun(first + seq_len, heads, head_dim, stride);
  const std::vector<int32_t> positions = Positions(rows, seq_len, first);
  const std::vector<T> before = NormalValues<T>(rows * stride, 1);
  std::vector<double> want = Widen(before);
  ref::Rope(rows, seq_len, first, heads, head_dim, 1e4, want.data(), stride, false);
  const std::vector<T> x = run(before, positions, false);
  ExpectNear("rotated", x, want, kUnit<T>, 5 * 5 * 0x1p-24);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = heads * head_dim; i < stride; ++i) {
      ASSERT_EQ(ToFloat(x[r * stride + i]), ToFloat(before[r * stride + i]));
    }
  }
  ExpectNear("back", run(x, positions, true), Widen(before), kUnit<T>, 5 * 3 * kUnit<T>);
}

TEST(Rope, EqualsReference) {
  for (const int head_dim : {2, 6, 16, 42, 48, 64, 128, 256}) {
    Check<float>(7, 7, 0, 3, head_dim, 3 * head_dim);
    Check<BF16>(40, 20, 2, 2, head_dim, 2 * head_dim + 6);
    Check<BF16>(12, 12, 2, 2, head_dim, 2 * head_dim + 8);
    Check<BF16>(1, 1, 60, 3, head_dim, 3 * head_dim);
  }
  Check<BF16>(3, 3, 5, 40, 128, 5128);  // more than one block has of a row
}

TEST(Rope, PositionsInAnyOrderAndUnalignedHeads) {
  const RopeRun run = MakeRun(30, 2, 16, 48);
  const std::vector<int32_t> positions = {29, 0, 7, 7};
  const std::vector<BF16> before = NormalValues<BF16>(4 * 48, 1);
  std::vector<double> want = Widen(before);
  for (int64_t r = 0; r < 4; ++r) {
    ref::Rope(1, 1, positions[r], 2, 16, 1e4, want.data() + r * 48 + 2, 48, false);
  }
  ExpectNear("rotated", run(before, positions, false, 2), want, kUnit<BF16>, 5 * 5 * 0x1p-24);
}

TEST(Rope, CachedRowHasTheBitsOfTheFullPass) {
  const RopeRun run = MakeRun(50, 2, 48, 96);
  const std::vector<BF16> before = NormalValues<BF16>(50 * 96, 1);
  const std::vector<BF16> all = run(before, Positions(50, 50, 0), false);
  const std::vector<BF16> last =
      run(std::vector<BF16>(before.end() - 96, before.end()), Positions(1, 1, 49), false);
  EXPECT_TRUE(SameBits(last, std::vector<BF16>(all.end() - 96, all.end())));
  EXPECT_TRUE(SameBits(all, run(before, Positions(50, 50, 0), false)));
}

}  // namespace
}  // namespace cria::kernels::cuda
