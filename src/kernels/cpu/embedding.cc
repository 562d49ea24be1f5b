// Token embedding on the CPU: row copies, and a scatter whose order does not depend on threads.
#include "kernels/embedding.h"

#include <algorithm>
#include <cstring>

#include "kernels/cuda/operations.h"

namespace cria::kernels {
namespace {

constexpr int64_t kRowsPerTask = 64;
constexpr int64_t kColumnsPerTask = 64;  // four cache lines: threads never share one

}  // namespace

void Embedding(const Context& context, int64_t rows, int64_t dim, const float* table,
               const int32_t* tokens, float* x) {
  if (context.accelerator() != nullptr) {
    return cuda::Embedding(context, rows, dim, table, tokens, x);
  }
  context.ParallelFor((rows + kRowsPerTask - 1) / kRowsPerTask, [&](int64_t task) {
    const int64_t end = std::min(rows, (task + 1) * kRowsPerTask);
    for (int64_t r = task * kRowsPerTask; r < end; ++r) {
      std::memcpy(x + r * dim, table + tokens[r] * dim, static_cast<size_t>(dim) * sizeof(float));
    }
  });
}

void EmbeddingBackward(const Context& context, int64_t rows, int64_t dim, const float* dx,
                       const int32_t* tokens, float* dtable) {
  if (context.accelerator() != nullptr) {
    return cuda::EmbeddingBackward(context, rows, dim, dx, tokens, dtable);
  }
  context.ParallelFor((dim + kColumnsPerTask - 1) / kColumnsPerTask, [&](int64_t task) {
    const int64_t first = task * kColumnsPerTask, n = std::min(kColumnsPerTask, dim - first);
    for (int64_t r = 0; r < rows; ++r) {
      const float* from = dx + r * dim + first;
      float* to = dtable + tokens[r] * dim + first;
      for (int64_t i = 0; i < n; ++i) to[i] += from[i];
    }
  });
}

}  // namespace cria::kernels
