// Copies, some rows a thread.
#include "kernels/rows.h"

#include <algorithm>

#include "kernels/cuda/operations.h"

namespace cria::kernels {

template <class V>
void CopyRows(const Context& context, int64_t rows, int64_t width, const V* from, V* to) {
  if (context.accelerator() != nullptr) {
    return context.accelerator()->Copy(to, from, rows * width * int64_t{sizeof(V)});
  }
  constexpr int64_t kRows = 64;
  context.ParallelFor((rows + kRows - 1) / kRows, [&](int64_t b) {
    const int64_t first = b * kRows * width, end = std::min(rows, (b + 1) * kRows) * width;
    std::copy(from + first, from + end, to + first);
  });
}

void GatherRows(const Context& context, int64_t rows, int64_t width, const float* from,
                const int32_t* index, float* to) {
  if (context.accelerator() != nullptr) {
    return cuda::GatherRows(context, rows, width, from, index, to);
  }
  context.ParallelFor(rows, [&](int64_t r) {
    std::copy_n(from + int64_t{index[r]} * width, width, to + r * width);
  });
}

template void CopyRows(const Context&, int64_t, int64_t, const float*, float*);
template void CopyRows(const Context&, int64_t, int64_t, const BF16*, BF16*);

}  // namespace cria::kernels
