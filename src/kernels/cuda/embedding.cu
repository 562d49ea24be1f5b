// Token embedding on the GPU: rows gathered; and the sums of their gradients, token by token in the
// order of rows, which a sort of (token, row) finds: runs are sorted in shared memory, then every
// key looks for its place among the other runs.
#include "device_words.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/vectors.h"
#include "kernels/embedding.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kRun = 2048;
constexpr int kPlaceThreads = 128;

/// Keys are all different: token, then row. Behind the last row: one that comes after all.
__device__ __forceinline__ uint64_t Key(int64_t rows, const int32_t* tokens, int64_t row) {
  if (row >= rows) return ~uint64_t{0};
  return static_cast<uint64_t>(static_cast<uint32_t>(tokens[row])) << 32 |
         static_cast<uint64_t>(row);
}

/// Bitonic (Batcher 1968); two keys a thread.
__global__ void __launch_bounds__(kRun / 2)
    SortRun(int64_t rows, const int32_t* __restrict__ tokens, uint64_t* __restrict__ to) {
  __shared__ uint64_t keys[kRun];
  const int64_t first = static_cast<int64_t>(blockIdx.x) * kRun;
  const int thread = static_cast<int>(threadIdx.x);
  for (int i = thread; i < kRun; i += kRun / 2) keys[i] = Key(rows, tokens, first + i);
  for (int size = 2; size <= kRun; size *= 2) {
    for (int step = size / 2; step > 0; step /= 2) {
      __syncthreads();
      const int low = 2 * thread - (thread & (step - 1)), high = low + step;
      const uint64_t a = keys[low], b = keys[high];
      if ((a > b) == ((low & size) == 0)) keys[low] = b, keys[high] = a;
    }
  }
  __syncthreads();
  for (int i = thread; i < kRun; i += kRun / 2) {
    if (first + i < rows) to[first + i] = keys[i];
  }
}

/// Every key of sorted runs at its place among all.
__global__ void PlaceKeys(int64_t rows, const uint64_t* __restrict__ runs,
                          uint64_t* __restrict__ to) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kPlaceThreads + threadIdx.x;
  if (i >= rows) return;
  const uint64_t key = runs[i];
  int64_t place = i % kRun;
  for (int64_t first = 0; first < rows; first += kRun) {
    if (first == i - i % kRun) continue;
    int smaller = 0, behind = static_cast<int>(rows - first < kRun ? rows - first : kRun);
    while (smaller < behind) {
      const int middle = (smaller + behind) / 2;
      if (runs[first + middle] < key) {
        smaller = middle + 1;
      } else {
        behind = middle;
      }
    }
    place += smaller;
  }
  to[place] = key;
}

constexpr int kRowsPerBlock = 8;  // whose gradients are under way together
constexpr int kColumnThreads = 256;

/// A block has kRowsPerBlock keys: the tokens whose first row is among them are its own, to their
/// last row. It adds a slice of the columns.
template <int N>
__global__ void __launch_bounds__(kColumnThreads)
    AddGradients(int64_t rows, int64_t dim, const uint64_t* __restrict__ keys,
                 const float* __restrict__ dx, float* dtable) {
  const int64_t column = (static_cast<int64_t>(blockIdx.y) * kColumnThreads + threadIdx.x) * N;
  if (column >= dim) return;
  const int64_t end = (static_cast<int64_t>(blockIdx.x) + 1) * kRowsPerBlock;
  int64_t first = end - kRowsPerBlock;
  uint64_t before = first == 0 ? ~uint64_t{0} : keys[first - 1];
  bool own = false;
  float sum[N] = {};
  do {
    float gradient[kRowsPerBlock][N], table[kRowsPerBlock][N];
    float* to[kRowsPerBlock];  // null: not this block's
    bool opens[kRowsPerBlock];
#pragma unroll
    for (int j = 0; j < kRowsPerBlock; ++j) {
      const uint64_t key = first + j < rows ? keys[first + j] : ~uint64_t{0};
      opens[j] = key >> 32 != before >> 32;
      if (opens[j]) own = first + j < end && first + j < rows;
      before = key;
      to[j] = own ? dtable + static_cast<int64_t>(key >> 32) * dim + column : nullptr;
      if (!own) continue;
      LoadValues(dx + static_cast<int64_t>(key & 0xffffffffu) * dim + column, gradient[j]);
      if (opens[j]) LoadValues(to[j], table[j]);
    }
#pragma unroll
    for (int j = 0; j < kRowsPerBlock; ++j) {
      if (to[j] == nullptr) continue;
#pragma unroll
      for (int i = 0; i < N; ++i) sum[i] = (opens[j] ? table[j][i] : sum[i]) + gradient[j][i];
      if (j + 1 == kRowsPerBlock || opens[j + 1]) StoreValues(sum, to[j]);
    }
    first += kRowsPerBlock;
  } while (own && first < rows);
}

}  // namespace

void Embedding(const Context& context, int64_t rows, int64_t dim, const float* table,
               const int32_t* tokens, float* x) {
  GatherRows(context, rows, dim, table, tokens, x);
}

void EmbeddingBackward(const Context& context, int64_t rows, int64_t dim, const float* dx,
                       const int32_t* tokens, float* dtable) {
  if (rows == 0) return;
  CudaDevice* device = &CudaDevice::Of(context);
  const auto blocks = [](int64_t n, int64_t size) {
    return static_cast<unsigned>(Ceiling(n, size));
  };
  uint64_t* runs = device->Scratch<uint64_t>(CudaDevice::kFirst, rows);
  Launch(device, {dim3(blocks(rows, kRun)), dim3(kRun / 2)}, SortRun, rows, tokens, runs);
  uint64_t* keys = runs;
  if (rows > kRun) {
    keys = device->Scratch<uint64_t>(CudaDevice::kSecond, rows);
    Launch(device, {dim3(blocks(rows, kPlaceThreads)), dim3(kPlaceThreads)}, PlaceKeys, rows, runs,
           keys);
  }
  const bool wide = dim % 4 == 0 && Aligned(dx, dtable);
  const dim3 grid(blocks(rows, kRowsPerBlock), blocks(dim, kColumnThreads * (wide ? 4 : 1)));
  Launch(device, {grid, dim3(kColumnThreads)}, wide ? AddGradients<4> : AddGradients<1>, rows, dim,
         keys, dx, dtable);
}

}  // namespace cria::kernels::cuda
