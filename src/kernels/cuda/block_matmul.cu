// Products with weights as GGUF stores them, part by part: few rows where the blocks lie
// (block_rows.h), many behind a rounding of W to T, a strip of rows at a time, each weight once.
#include <algorithm>

#include "kernels/cuda/block_rows.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/product.h"

namespace cria::kernels::cuda {
namespace {

static_assert(kMostBlockRows == kFewRows);

// Of rounded weights: a few matrices of a small model or a piece of a large one, enough work for
// all multiprocessors.
constexpr int64_t kStripBytes = int64_t{128} << 20, kStripRows = 256;

template <class T, class C>
void MultiplyPlain(const Context& context, int64_t m, int64_t n, int64_t k, const T* x,
                   int64_t x_stride, const T* w, C* c, int64_t ldc, bool accumulate) {
  if (m <= kFewRows) {
    return FewRowsMatmul(context, m, n, k, x, x_stride, w, k, c, ldc, accumulate);
  }
  RunProduct(&CudaDevice::Of(context), {.m = m,
                                        .n = n,
                                        .k = k,
                                        .operands = kDTypeOf<T>,
                                        .result = kDTypeOf<C>,
                                        .a = {x, x_stride, false},
                                        .b = {w, k, true},
                                        .c = c,
                                        .c_stride = ldc,
                                        .accumulate = accumulate});
}

template <class T, class C>
void MultiplyUnpacked(const Context& context, int64_t m, const T* x, int64_t x_stride,
                      const BlockMatrix& part, C* c, int64_t ldc, bool accumulate) {
  const int64_t n = part.n, k = part.k;
  if (part.type == kDTypeOf<T>) {
    return MultiplyPlain(context, m, n, k, x, x_stride, reinterpret_cast<const T*>(part.data), c,
                         ldc, accumulate);
  }
  const int64_t row_bytes = k * static_cast<int64_t>(sizeof(T));
  const int64_t most = std::max<int64_t>(kStripBytes / row_bytes, 1);
  int64_t strip = n;
  if (n > most) {
    const int64_t strips = (n + most - 1) / most;
    strip = ((n + strips - 1) / strips + kStripRows - 1) / kStripRows * kStripRows;
  }
  T* const w = CudaDevice::Of(context).Scratch<T>(CudaDevice::kWeights, strip * k);
  for (int64_t first = 0; first < n; first += strip) {
    const int64_t rows = std::min(strip, n - first);
    Unpack(context, part.type, part.data + StoredBytes(part.type, first * k), rows * k, w);
    MultiplyPlain(context, m, rows, k, x, x_stride, w, c + first, ldc, accumulate);
  }
}

}  // namespace

template <class T, class C>
void BlockMatmul(const Context& context, int64_t m, const T* x, int64_t x_stride,
                 std::span<const BlockMatrix> parts, C* c, int64_t ldc, bool accumulate) {
  if (m == 0) return;
  CudaDevice& device = CudaDevice::Of(context);
  while (!parts.empty()) {
    const BlockMatrix& part = parts.front();
    size_t taken = 1;
    int64_t columns = part.n;
    bool where_they_lie = false;
    if constexpr (sizeof(T) == 2) where_they_lie = m <= kFewRows && HasBlockRows(device, part);
    // Neighbours of one kind go together.
    while (where_they_lie && taken < std::min<size_t>(parts.size(), kMostBlockParts) &&
           parts[taken].type == part.type && parts[taken].k == part.k &&
           HasBlockRows(device, parts[taken])) {
      columns += parts[taken++].n;
    }
    if (columns > 0) {
      if constexpr (sizeof(T) == 2) {
        if (where_they_lie) {
          BlockRows(&device, m, x, x_stride, parts.first(taken), c, ldc, accumulate);
        }
      }
      if (!where_they_lie) {
        MultiplyUnpacked(context, m, x, x_stride, part, c, ldc, accumulate);
      }
    }
    parts = parts.subspan(taken);
    c += columns;
  }
}

#define CRIA_INSTANTIATE(T, C)                                          \
  template void BlockMatmul(const Context&, int64_t, const T*, int64_t, \
                            std::span<const BlockMatrix>, C*, int64_t, bool);
CRIA_INSTANTIATE(float, float)
CRIA_INSTANTIATE(BF16, float)
CRIA_INSTANTIATE(BF16, BF16)
#undef CRIA_INSTANTIATE

}  // namespace cria::kernels::cuda
