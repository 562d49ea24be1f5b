// The operations of the kernels on a GPU: the same list, names and meaning as in kernels/*.h, where
// shapes and bounds are described; pointers are of the device's memory unless it is said otherwise.
// kernels/cpu calls these when the context has an accelerator. Same arguments, same bits.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "base/context.h"
#include "kernels/adamw.h"
#include "kernels/attention.h"
#include "kernels/block_matmul.h"
#include "kernels/matmul.h"
#include "kernels/paged_attention.h"
#include "kernels/rope.h"
#include "kernels/sum.h"
#include "tensor/dtype.h"

namespace cria::kernels::cuda {

/// True in builds that have the annex.
bool Built();
/// GPUs that this process sees; 0 without the annex.
int CountDevices();
/// Throws Error if this build has none, or the machine no such GPU.
std::unique_ptr<Accelerator> OpenDevice(int number);

// norm.cu; dim is even where T is BF16 and any elsewhere.
template <class T>
void RmsNorm(const Context& context, int64_t rows, int64_t dim, float eps, const float* x,
             const float* gain, T* y, float* inverse_rms);
template <class T>
void RmsNormBackward(const Context& context, int64_t rows, int64_t dim, const float* x,
                     const float* gain, const float* inverse_rms, const T* dy, float* dx,
                     float* dgain);

// rope.cu; the table's buffers are on the device, positions too.
template <class T>
void Rope(const Context& context, const RopeTable& table, std::span<const int32_t> positions,
          int heads, T* x, int64_t stride, bool inverse);

// swiglu.cu
template <class T>
void SwiGlu(const Context& context, int64_t rows, int64_t hidden, const T* gate_up, T* out);
template <class T>
void SwiGluBackward(const Context& context, int64_t rows, int64_t hidden, const T* gate_up,
                    const T* dout, T* d_gate_up, T* out);

// embedding.cu; tokens on the device.
void Embedding(const Context& context, int64_t rows, int64_t dim, const float* table,
               const int32_t* tokens, float* x);
void EmbeddingBackward(const Context& context, int64_t rows, int64_t dim, const float* dx,
                       const int32_t* tokens, float* dtable);

// cross_entropy.cu; targets on the device.
template <class T>
void CrossEntropy(const Context& context, int64_t rows, int64_t vocab, const float* logits,
                  const int32_t* targets, float scale, float* loss, T* dlogits);

// adamw.cu
void AdamW(const Context& context, const AdamWStep& step, int64_t n, const float* gradient,
           float* parameter, float* m, float* v);

// sum.cu, convert.cu
void SetZero(const Context& context, int64_t n, float* to);
void Add(const Context& context, int64_t n, const float* from, float* to);
void Combine(const Context& context, int64_t n, float a, const float* from, float b, float* to);
/// ranges are in the processor's memory, sums (double) on the device. In one fixed order.
void SumsOfSquares(const Context& context, const float* x, std::span<const SumRange> ranges,
                   double* sums);
template <class T>
void Convert(const Context& context, int64_t n, const float* from, T* to);
void WidenToFloat(const Context& context, int64_t n, const BF16* from, float* to);
/// Rows of `width` values each; strides in elements.
template <class V>
void CopyRows(const Context& context, int64_t rows, int64_t width, const V* from,
              int64_t from_stride, V* to, int64_t to_stride);
/// to[r] = from[index[r]], rows of `width` floats; `index` on the device.
void GatherRows(const Context& context, int64_t rows, int64_t width, const float* from,
                const int32_t* index, float* to);

// attention.cu, attention_backward.cu; bf16 multiplied on the matrix units, float in plain loops.
template <class T>
void Attention(const Context& context, const AttentionShape& shape, const T* q, const T* k,
               const T* v, T* out, float* lse);
template <class T>
void AttentionBackward(const Context& context, const AttentionShape& shape, const T* q, const T* k,
                       const T* v, const T* out, const float* lse, const T* dout, T* dq, T* dk,
                       T* dv);

// matmul.cc on product.h
template <class T>
void Pack(const Context& context, const float* from, int64_t k, int64_t n, int64_t k_stride,
          int64_t n_stride, PackedMatrix<T>* packed);
/// `read` writes to the processor's memory.
template <class T>
void PackRows(const Context& context, int64_t k, int64_t n,
              const std::function<void(int64_t, int64_t, float*)>& read, PackedMatrix<T>* packed);
template <class T, class C>
void Matmul(const Context& context, int64_t m, const T* a, int64_t lda, const PackedMatrix<T>& b,
            C* c, int64_t ldc, bool accumulate);
/// C = D + A B, fp32.
template <class T>
void MatmulAdd(const Context& context, int64_t m, const T* a, int64_t lda, const PackedMatrix<T>& b,
               const float* d, float* c, int64_t ldc);
template <class T>
void MatmulTransposedA(const Context& context, int64_t m, int64_t n, int64_t k, const T* a,
                       int64_t lda, const T* b, int64_t ldb, float* c, int64_t ldc,
                       bool accumulate);

// row_matmul.cu: few rows, where a product is as fast as its weights are read.
/// C [m, n] = A [m, k] W^T (or +=), W [n, k] row-major with rows w_stride apart; m <= kFewRows. C
/// is float or T.
inline constexpr int64_t kFewRows = 8;
template <class T, class C>
void FewRowsMatmul(const Context& context, int64_t m, int64_t n, int64_t k, const T* a, int64_t lda,
                   const T* w, int64_t w_stride, C* c, int64_t ldc, bool accumulate);

// block_matmul.cu: W in GGUF's blocks, as stored, on the device. Few rows are multiplied where the
// blocks lie, many behind a rounding of W to T.
template <class T, class C>
void BlockMatmul(const Context& context, int64_t m, const T* x, int64_t x_stride,
                 std::span<const BlockMatrix> parts, C* c, int64_t ldc, bool accumulate);
/// to T [elements] from stored values of any type.
template <class T>
void Unpack(const Context& context, DType type, const uint8_t* from, int64_t elements, T* to);

// paged_attention.cu, paged_prefill.cu; `pages` is made once per pass.
template <class T>
void StoreKeysValues(const Context& context, const KvLayer& layer, const DevicePages& pages,
                     const T* k, const T* v, int64_t stride);
template <class T>
void PagedAttention(const Context& context, const PagedShape& shape, const KvLayer& layer,
                    const DevicePages& pages, const T* q, T* out);

}  // namespace cria::kernels::cuda
