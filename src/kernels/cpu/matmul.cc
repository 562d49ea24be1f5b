// The public matrix products: the unit of this machine, chosen once, behind typed operands.
#include "kernels/matmul.h"

#include "base/error.h"
#include "kernels/cpu/matmul_blocks.h"
#include "kernels/cpu/tile_matmul.h"
#include "kernels/cuda/operations.h"
#include "kernels/rows.h"

namespace cria::kernels {
namespace internal {

const MatmulUnit& UnitFor(Isa isa, bool bf16) {
#if defined(__x86_64__)
  switch (isa) {
    case Isa::kAmxBf16:
      return bf16 ? kAmxBf16 : kAvx512Float;
    case Isa::kAvx512Bf16:
      return bf16 ? kAvx512NativeBf16 : kAvx512Float;
    case Isa::kAvx512:
      return bf16 ? kAvx512Bf16 : kAvx512Float;
    case Isa::kAvx2:
      return bf16 ? kAvx2Bf16 : kAvx2Float;
    case Isa::kPortable:
      break;
  }
#else
  (void)isa;
#endif
  return bf16 ? kPortableBf16 : kPortableFloat;
}

namespace {

template <class T>
const MatmulUnit& Unit() {
  static const MatmulUnit& unit = UnitFor(DetectIsa(), sizeof(T) == 2);
  return unit;
}

}  // namespace
}  // namespace internal

namespace {

/// Memory for [k, n], and the unit that packs it.
template <class T>
const internal::MatmulUnit& Reserve(int64_t k, int64_t n, PackedMatrix<T>* packed) {
  CRIA_CHECK(k > 0 && n > 0, "k = {}, n = {}", k, n);
  const internal::MatmulUnit& unit = internal::Unit<T>();
  const int64_t size = internal::PackedUnits(unit, k, n) * 4 / sizeof(T);
  if (packed->panels.size() != size) packed->panels = Buffer<T>(size);
  packed->k = k;
  packed->n = n;
  return unit;
}

}  // namespace

template <class T>
int64_t PackedBytes(int64_t k, int64_t n) {
  return ReservedBytes(internal::PackedUnits(internal::Unit<T>(), k, n) * 4);
}
template int64_t PackedBytes<float>(int64_t, int64_t);
template int64_t PackedBytes<BF16>(int64_t, int64_t);

template <class T>
void Pack(const Context& context, const float* from, int64_t k, int64_t n, int64_t k_stride,
          int64_t n_stride, PackedMatrix<T>* packed) {
  if (context.accelerator() != nullptr) {
    return cuda::Pack(context, from, k, n, k_stride, n_stride, packed);
  }
  CRIA_CHECK(k_stride == 1 || n_stride == 1, "strides {}, {}", k_stride, n_stride);
  const internal::MatmulUnit& unit = Reserve(k, n, packed);
  internal::PackWith(unit, context, from, k, n, k_stride, n_stride,
                     reinterpret_cast<uint32_t*>(packed->panels.data()));
}

template <class T>
void PackRows(const Context& context, int64_t k, int64_t n,
              const std::function<void(int64_t, int64_t, float*)>& read, PackedMatrix<T>* packed) {
  if (context.accelerator() != nullptr) return cuda::PackRows(context, k, n, read, packed);
  const internal::MatmulUnit& unit = Reserve(k, n, packed);
  internal::PackRowsWith(unit, context, read, k, n,
                         reinterpret_cast<uint32_t*>(packed->panels.data()));
}

template <class T, class C>
void Matmul(const Context& context, int64_t m, const T* a, int64_t lda, const PackedMatrix<T>& b,
            C* c, int64_t ldc, bool accumulate) {
  constexpr bool kBf16Result = sizeof(C) == 2;
  CRIA_CHECK(!(accumulate && kBf16Result), "accumulation is for float results");
  CRIA_CHECK(lda >= b.k && ldc >= b.n, "lda = {}, ldc = {}, B [{}, {}]", lda, ldc, b.k, b.n);
  if (context.accelerator() != nullptr) {
    if constexpr (sizeof(C) == 4 || sizeof(T) == 2) {
      return cuda::Matmul(context, m, a, lda, b, c, ldc, accumulate);
    }
    CRIA_CHECK(context.accelerator() == nullptr, "float operands give float results there");
  }
  internal::MatmulWith(internal::Unit<T>(), context,
                       {.m = m,
                        .n = b.n,
                        .k = b.k,
                        .a = a,
                        .lda = lda,
                        .b = b.panels.data(),
                        .ldb = 0,
                        .c = c,
                        .ldc = ldc,
                        .bf16_result = kBf16Result,
                        .accumulate = accumulate});
}

template <class T>
void MatmulAdd(const Context& context, int64_t m, const T* a, int64_t lda, const PackedMatrix<T>& b,
               const float* d, float* c) {
  if (d != c && context.accelerator() != nullptr) {
    return cuda::MatmulAdd(context, m, a, lda, b, d, c, b.n);
  }
  if (d != c) CopyRows(context, m, b.n, d, c);
  Matmul(context, m, a, lda, b, c, b.n, true);
}

template <class T>
void MatmulTransposedA(const Context& context, int64_t m, int64_t n, int64_t k, const T* a,
                       int64_t lda, const T* b, int64_t ldb, float* c, int64_t ldc,
                       bool accumulate) {
  if (context.accelerator() != nullptr) {
    return cuda::MatmulTransposedA(context, m, n, k, a, lda, b, ldb, c, ldc, accumulate);
  }
  CRIA_CHECK(lda >= m && ldb >= n && ldc >= n, "lda = {}, ldb = {}, ldc = {}, m = {}, n = {}", lda,
             ldb, ldc, m, n);
  if (m == 0 || n == 0) return;
  internal::MatmulTransposedAWith(internal::Unit<T>(), context,
                                  {.m = m,
                                   .n = n,
                                   .k = k,
                                   .a = a,
                                   .lda = lda,
                                   .b = b,
                                   .ldb = ldb,
                                   .c = c,
                                   .ldc = ldc,
                                   .accumulate = accumulate});
}

template <class T>
int64_t LeftScratchBytes(int64_t m, int64_t k, bool transposed) {
  const internal::MatmulUnit& unit = internal::Unit<T>();
  return unit.tiles ? 4 * internal::TileLeftUnits(unit, m, k, transposed) : 0;
}
template int64_t LeftScratchBytes<float>(int64_t, int64_t, bool);
template int64_t LeftScratchBytes<BF16>(int64_t, int64_t, bool);

template <class T>
int64_t RightScratchBytes(int64_t n, int64_t k) {
  const internal::MatmulUnit& unit = internal::Unit<T>();
  return unit.tiles ? 4 * internal::TileRightUnits(unit, n, k) : 0;
}
template int64_t RightScratchBytes<float>(int64_t, int64_t);
template int64_t RightScratchBytes<BF16>(int64_t, int64_t);

template void Pack<float>(const Context&, const float*, int64_t, int64_t, int64_t, int64_t,
                          PackedMatrix<float>*);
template void Pack<BF16>(const Context&, const float*, int64_t, int64_t, int64_t, int64_t,
                         PackedMatrix<BF16>*);
template void PackRows<float>(const Context&, int64_t, int64_t,
                              const std::function<void(int64_t, int64_t, float*)>&,
                              PackedMatrix<float>*);
template void PackRows<BF16>(const Context&, int64_t, int64_t,
                             const std::function<void(int64_t, int64_t, float*)>&,
                             PackedMatrix<BF16>*);
template void Matmul<float, float>(const Context&, int64_t, const float*, int64_t,
                                   const PackedMatrix<float>&, float*, int64_t, bool);
template void Matmul<float, BF16>(const Context&, int64_t, const float*, int64_t,
                                  const PackedMatrix<float>&, BF16*, int64_t, bool);
template void Matmul<BF16, float>(const Context&, int64_t, const BF16*, int64_t,
                                  const PackedMatrix<BF16>&, float*, int64_t, bool);
template void Matmul<BF16, BF16>(const Context&, int64_t, const BF16*, int64_t,
                                 const PackedMatrix<BF16>&, BF16*, int64_t, bool);
template void MatmulAdd<float>(const Context&, int64_t, const float*, int64_t,
                               const PackedMatrix<float>&, const float*, float*);
template void MatmulAdd<BF16>(const Context&, int64_t, const BF16*, int64_t,
                              const PackedMatrix<BF16>&, const float*, float*);
template void MatmulTransposedA<float>(const Context&, int64_t, int64_t, int64_t, const float*,
                                       int64_t, const float*, int64_t, float*, int64_t, bool);
template void MatmulTransposedA<BF16>(const Context&, int64_t, int64_t, int64_t, const BF16*,
                                      int64_t, const BF16*, int64_t, float*, int64_t, bool);

}  // namespace cria::kernels
