// Rows of blocks on all threads.
#include "kernels/quantize.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/quantize_block.h"

namespace cria::kernels {

void Quantize(const Context& context, DType type, const float* from, int64_t rows, int64_t columns,
              std::span<const float> importance, uint8_t* to) {
  const int64_t block = BlockElements(type);
  CRIA_CHECK(IsQuantized(type) && columns % block == 0, "{} columns of {}", columns,
             DTypeName(type));
  CRIA_CHECK(importance.empty() || static_cast<int64_t>(importance.size()) == columns);
  const BlockEncoder encode = block == 32 ? SimpleEncoder(type) : SuperBlockEncoder(type);
  constexpr int64_t kValuesPerTask = 1 << 16;
  const int64_t rows_per_task =
      std::max<int64_t>(1, kValuesPerTask / std::max<int64_t>(1, columns));
  context.ParallelFor((rows + rows_per_task - 1) / rows_per_task, [&](int64_t task) {
    const int64_t end = std::min(rows, (task + 1) * rows_per_task);
    for (int64_t r = task * rows_per_task; r < end; ++r) {
      for (int64_t c = 0; c < columns; c += block) {
        encode(from + r * columns + c, importance.empty() ? nullptr : importance.data() + c,
               to + StoredBytes(type, r * columns + c));
      }
    }
  });
}

}  // namespace cria::kernels
