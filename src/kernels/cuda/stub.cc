// For builds without CUDA: says so to whoever asks for a GPU; the operations are never called.
#include "base/error.h"
#include "kernels/cuda/ceiling.h"
#include "kernels/cuda/device_pages.h"
#include "kernels/cuda/device_ranks.h"
#include "kernels/cuda/operations.h"

namespace cria::kernels {
namespace {

[[noreturn]] void Never() {
  CRIA_CHECK(false, "no CUDA");
  __builtin_unreachable();
}

}  // namespace

void DevicePages::Set(const Context&, std::span<const PagedSegment>) { Never(); }
int64_t DevicePages::most_tokens() const { Never(); }
uint64_t DevicePages::key() const { Never(); }

namespace cuda {

bool Built() { return false; }
int CountDevices() { return 0; }

MemorySpeed MeasureMemory(const Context&) { Never(); }
ProductSpeed MeasureProduct(const Context&, const ProductShape&, int) { Never(); }
double MeasureProductCeiling(const Context&) { Never(); }

DeviceRanks ConnectDevices(comm::Communicator*, Accelerator*) { Never(); }

std::unique_ptr<Accelerator> OpenDevice(int) {
  throw Error("this build has no CUDA", "--device",
              "configure with: cmake --preset cuda (needs nvcc 12 or later)");
}

void Embedding(const Context&, int64_t, int64_t, const float*, const int32_t*, float*) { Never(); }
void EmbeddingBackward(const Context&, int64_t, int64_t, const float*, const int32_t*, float*) {
  Never();
}
void AdamW(const Context&, const AdamWStep&, int64_t, const float*, float*, float*, float*) {
  Never();
}
void SetZero(const Context&, int64_t, float*) { Never(); }
void Add(const Context&, int64_t, const float*, float*) { Never(); }
void Combine(const Context&, int64_t, float, const float*, float, float*) { Never(); }
void SumsOfSquares(const Context&, const float*, std::span<const SumRange>, double*) { Never(); }
void GatherRows(const Context&, int64_t, int64_t, const float*, const int32_t*, float*) { Never(); }

template <class T>
void RmsNorm(const Context&, int64_t, int64_t, float, const float*, const float*, T*, float*) {
  Never();
}
template <class T>
void RmsNormBackward(const Context&, int64_t, int64_t, const float*, const float*, const float*,
                     const T*, float*, float*) {
  Never();
}
template <class T>
void Rope(const Context&, const RopeTable&, std::span<const int32_t>, int, T*, int64_t, bool) {
  Never();
}
template <class T>
void SwiGlu(const Context&, int64_t, int64_t, const T*, T*) {
  Never();
}
template <class T>
void SwiGluBackward(const Context&, int64_t, int64_t, const T*, const T*, T*, T*) {
  Never();
}
template <class T>
void CrossEntropy(const Context&, int64_t, int64_t, const float*, const int32_t*, float, float*,
                  T*) {
  Never();
}
void WidenToFloat(const Context&, int64_t, const BF16*, float*) { Never(); }
template <class T>
void Convert(const Context&, int64_t, const float*, T*) {
  Never();
}
template <class V>
void CopyRows(const Context&, int64_t, int64_t, const V*, int64_t, V*, int64_t) {
  Never();
}
template <class T>
void Attention(const Context&, const AttentionShape&, const T*, const T*, const T*, T*, float*) {
  Never();
}
template <class T>
void AttentionBackward(const Context&, const AttentionShape&, const T*, const T*, const T*,
                       const T*, const float*, const T*, T*, T*, T*) {
  Never();
}
template <class T>
void Pack(const Context&, const float*, int64_t, int64_t, int64_t, int64_t, PackedMatrix<T>*) {
  Never();
}
template <class T>
void PackRows(const Context&, int64_t, int64_t,
              const std::function<void(int64_t, int64_t, float*)>&, PackedMatrix<T>*) {
  Never();
}
template <class T, class C>
void Matmul(const Context&, int64_t, const T*, int64_t, const PackedMatrix<T>&, C*, int64_t, bool) {
  Never();
}
template <class T>
void MatmulAdd(const Context&, int64_t, const T*, int64_t, const PackedMatrix<T>&, const float*,
               float*, int64_t) {
  Never();
}
template <class T>
void MatmulTransposedA(const Context&, int64_t, int64_t, int64_t, const T*, int64_t, const T*,
                       int64_t, float*, int64_t, bool) {
  Never();
}
template <class T, class C>
void FewRowsMatmul(const Context&, int64_t, int64_t, int64_t, const T*, int64_t, const T*, int64_t,
                   C*, int64_t, bool) {
  Never();
}
template <class T, class C>
void BlockMatmul(const Context&, int64_t, const T*, int64_t, std::span<const BlockMatrix>, C*,
                 int64_t, bool) {
  Never();
}
template <class T>
void Unpack(const Context&, DType, const uint8_t*, int64_t, T*) {
  Never();
}
template <class T>
void StoreKeysValues(const Context&, const KvLayer&, const DevicePages&, const T*, const T*,
                     int64_t) {
  Never();
}
template <class T>
void PagedAttention(const Context&, const PagedShape&, const KvLayer&, const DevicePages&, const T*,
                    T*) {
  Never();
}

#define CRIA_INSTANTIATE(T)                                                                        \
  template void RmsNorm(const Context&, int64_t, int64_t, float, const float*, const float*, T*,   \
                        float*);                                                                   \
  template void RmsNormBackward(const Context&, int64_t, int64_t, const float*, const float*,      \
                                const float*, const T*, float*, float*);                           \
  template void Rope(const Context&, const RopeTable&, std::span<const int32_t>, int, T*, int64_t, \
                     bool);                                                                        \
  template void SwiGlu(const Context&, int64_t, int64_t, const T*, T*);                            \
  template void SwiGluBackward(const Context&, int64_t, int64_t, const T*, const T*, T*, T*);      \
  template void CrossEntropy(const Context&, int64_t, int64_t, const float*, const int32_t*,       \
                             float, float*, T*);                                                   \
  template void Convert(const Context&, int64_t, const float*, T*);                                \
  template void CopyRows(const Context&, int64_t, int64_t, const T*, int64_t, T*, int64_t);        \
  template void Attention(const Context&, const AttentionShape&, const T*, const T*, const T*, T*, \
                          float*);                                                                 \
  template void AttentionBackward(const Context&, const AttentionShape&, const T*, const T*,       \
                                  const T*, const T*, const float*, const T*, T*, T*, T*);         \
  template void Pack(const Context&, const float*, int64_t, int64_t, int64_t, int64_t,             \
                     PackedMatrix<T>*);                                                            \
  template void PackRows(const Context&, int64_t, int64_t,                                         \
                         const std::function<void(int64_t, int64_t, float*)>&, PackedMatrix<T>*);  \
  template void MatmulAdd(const Context&, int64_t, const T*, int64_t, const PackedMatrix<T>&,      \
                          const float*, float*, int64_t);                                          \
  template void MatmulTransposedA(const Context&, int64_t, int64_t, int64_t, const T*, int64_t,    \
                                  const T*, int64_t, float*, int64_t, bool);                       \
  template void Unpack(const Context&, DType, const uint8_t*, int64_t, T*);                        \
  template void StoreKeysValues(const Context&, const KvLayer&, const DevicePages&, const T*,      \
                                const T*, int64_t);                                                \
  template void PagedAttention(const Context&, const PagedShape&, const KvLayer&,                  \
                               const DevicePages&, const T*, T*);
CRIA_INSTANTIATE(float)
CRIA_INSTANTIATE(BF16)
#undef CRIA_INSTANTIATE
template void CopyRows(const Context&, int64_t, int64_t, const int32_t*, int64_t, int32_t*,
                       int64_t);

#define CRIA_INSTANTIATE(T, C)                                                                 \
  template void Matmul(const Context&, int64_t, const T*, int64_t, const PackedMatrix<T>&, C*, \
                       int64_t, bool);                                                         \
  template void FewRowsMatmul(const Context&, int64_t, int64_t, int64_t, const T*, int64_t,    \
                              const T*, int64_t, C*, int64_t, bool);                           \
  template void BlockMatmul(const Context&, int64_t, const T*, int64_t,                        \
                            std::span<const BlockMatrix>, C*, int64_t, bool);
CRIA_INSTANTIATE(float, float)
CRIA_INSTANTIATE(BF16, float)
CRIA_INSTANTIATE(BF16, BF16)
#undef CRIA_INSTANTIATE

}  // namespace cuda
}  // namespace cria::kernels
