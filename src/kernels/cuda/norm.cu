// RMSNorm on the GPU. A row is read from memory once and stays in the registers of a block, with
// the same block size for any number of rows: a row has the same bits alone and among others.
// Bytes per value: forward 4 + sizeof(T), backward 12 + sizeof(T).
#include "device_words.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/reduce.h"
#include "kernels/cuda/vectors.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kUnits = 4;  // fours of values that a thread keeps
constexpr int kMostThreads = 1024;
/// So many leave a thread the registers that it needs.
template <class T>
constexpr int kBackwardThreads = sizeof(T) == 2 ? kMostThreads : kMostThreads / 2;
constexpr int kPlainThreads = 256;

/// A warp has kUnits * 128 columns of a row; the units of a thread lie at constant distances.
__device__ __forceinline__ int Column(int unit) {
  return static_cast<int>(threadIdx.x / kWarp * (kUnits * kWarp) + threadIdx.x % kWarp) * 4 +
         unit * (kWarp * 4);
}

__device__ __forceinline__ float InverseRms(float squares, int dim, float eps) {
  return Divide(1.0f, Sqrt(Divide(squares, static_cast<float>(dim)) + eps));
}

template <class T>
__global__ void __launch_bounds__(kMostThreads)
    NormRow(int dim, float eps, const float* x, const float* __restrict__ gain, T* y,
            float* inverse_rms) {
  WaitForEarlier();
  LetNextBegin();
  __shared__ float parts[kMostWarps];
  const int64_t row = blockIdx.x;
  float value[kUnits][4] = {}, factor[kUnits][4] = {};
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    if (Column(u) < dim) LoadValues(x + row * dim + Column(u), value[u]);
  }
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    if (Column(u) < dim) LoadValues(gain + Column(u), factor[u]);
  }
  float squares = 0;
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    for (int i = 0; i < 4; ++i) squares += value[u][i] * value[u][i];
  }
  const float s = InverseRms(BlockSum(squares, parts), dim, eps);
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    if (Column(u) >= dim) continue;
    for (int i = 0; i < 4; ++i) value[u][i] = value[u][i] * s * factor[u][i];
    StoreValues(value[u], y + row * dim + Column(u));
  }
  if (inverse_rms != nullptr && threadIdx.x == 0) inverse_rms[row] = s;
}

template <class T>
__global__ void PlainNormRow(int dim, float eps, const float* x, const float* __restrict__ gain,
                             T* y, float* inverse_rms) {
  WaitForEarlier();
  LetNextBegin();
  __shared__ float parts[kMostWarps];
  const int64_t row = blockIdx.x;
  x += row * dim, y += row * dim;
  float squares = 0;
  for (int i = threadIdx.x; i < dim; i += kPlainThreads) squares += x[i] * x[i];
  const float s = InverseRms(BlockSum(squares, parts), dim, eps);
  for (int i = threadIdx.x; i < dim; i += kPlainThreads) y[i] = Round<T>(x[i] * s * gain[i]);
  if (inverse_rms != nullptr && threadIdx.x == 0) inverse_rms[row] = s;
}

struct Backward {
  int64_t rows, rows_per_part;
  int dim;
  const float *x, *gain, *inverse_rms;
  float* dx;
  float* dgain;  ///< [parts, dim]: the sum of a part's rows
};

/// Four values as they are stored: half the registers of floats where T is BF16.
__device__ __forceinline__ float4 LoadFour(const float* from) {
  return *reinterpret_cast<const float4*>(from);
}
__device__ __forceinline__ uint2 LoadFour(const BF16* from) {
  return *reinterpret_cast<const uint2*>(from);
}
__device__ __forceinline__ void Widen(const float4& from, float (&to)[4]) {
  to[0] = from.x, to[1] = from.y, to[2] = from.z, to[3] = from.w;
}
__device__ __forceinline__ void Widen(const uint2& from, float (&to)[4]) {
  const float2 low = WidenPair(from.x), high = WidenPair(from.y);
  to[0] = low.x, to[1] = low.y, to[2] = high.x, to[3] = high.y;
}

/// A block takes the rows of a part one after the other; a thread has the same columns of each.
template <class T>
__global__ void __launch_bounds__(kBackwardThreads<T>)
    NormBackwardRows(const Backward a, const T* __restrict__ dy) {
  __shared__ float parts[2][kMostWarps];
  const float* __restrict__ const x = a.x;
  float* const dgain = SharedMemory<float>();  // [dim]; a thread has its own columns only
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    if (Column(u) < a.dim) StoreValues<4>({}, dgain + Column(u));
  }
  const int64_t first = blockIdx.x * a.rows_per_part;
  const int64_t end = first + a.rows_per_part < a.rows ? first + a.rows_per_part : a.rows;
  for (int64_t row = first; row < end; ++row) {
    const float s = a.inverse_rms[row];
    float value[kUnits][4] = {}, sum[kUnits][4] = {};
    decltype(LoadFour(dy)) gradient[kUnits] = {};
#pragma unroll
    for (int u = 0; u < kUnits; ++u) {
      if (Column(u) >= a.dim) continue;
      LoadValues(x + row * a.dim + Column(u), value[u]);
      gradient[u] = LoadFour(dy + row * a.dim + Column(u));
      LoadValues(a.dx + row * a.dim + Column(u), sum[u]);
    }
    float dot = 0;
#pragma unroll
    for (int u = 0; u < kUnits; ++u) {
      if (Column(u) >= a.dim) continue;
      float d[4], factor[4], share[4];
      Widen(gradient[u], d);
      LoadValues(a.gain + Column(u), factor);
      LoadValues(dgain + Column(u), share);
      for (int i = 0; i < 4; ++i) {
        share[i] += d[i] * s * value[u][i];
        dot += d[i] * factor[i] * value[u][i];
      }
      StoreValues(share, dgain + Column(u));
    }
    const float back =
        BlockSum(dot, parts[row % 2]) * s * s * Divide(1.0f, static_cast<float>(a.dim));
#pragma unroll
    for (int u = 0; u < kUnits; ++u) {
      if (Column(u) >= a.dim) continue;
      float d[4], factor[4];
      Widen(gradient[u], d);
      LoadValues(a.gain + Column(u), factor);
      for (int i = 0; i < 4; ++i) sum[u][i] += s * (d[i] * factor[i] - value[u][i] * back);
      StoreValues(sum[u], a.dx + row * a.dim + Column(u));
    }
  }
  float* const to = a.dgain + static_cast<int64_t>(blockIdx.x) * a.dim;
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    if (Column(u) >= a.dim) continue;
    float share[4];
    LoadValues(dgain + Column(u), share);
    StoreValues(share, to + Column(u));
  }
}

template <class T>
__global__ void PlainNormBackwardRows(const Backward a, const T* __restrict__ dy) {
  __shared__ float parts[2][kMostWarps];
  const int64_t first = blockIdx.x * a.rows_per_part;
  const int64_t end = first + a.rows_per_part < a.rows ? first + a.rows_per_part : a.rows;
  float* dgain = a.dgain + static_cast<int64_t>(blockIdx.x) * a.dim;
  for (int64_t row = first; row < end; ++row) {
    const float s = a.inverse_rms[row];
    const float* x = a.x + row * a.dim;
    const T* d = dy + row * a.dim;
    float* dx = a.dx + row * a.dim;
    float dot = 0;
    for (int i = threadIdx.x; i < a.dim; i += kPlainThreads) dot += Load(d[i]) * a.gain[i] * x[i];
    const float back =
        BlockSum(dot, parts[row % 2]) * s * s * Divide(1.0f, static_cast<float>(a.dim));
    for (int i = threadIdx.x; i < a.dim; i += kPlainThreads) {
      dx[i] += s * (Load(d[i]) * a.gain[i] - x[i] * back);
      dgain[i] = (row == first ? 0.0f : dgain[i]) + Load(d[i]) * s * x[i];
    }
  }
}

constexpr int kSegments = 16;  // of the parts, for each column of a block

/// to [dim] += the sum of from [parts, dim]: a segment's parts in order, then the segments.
__global__ void AddParts(int64_t parts, int dim, const float* __restrict__ from,
                         float* __restrict__ to) {
  __shared__ float sums[kSegments][kWarp];
  const int segment = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  const int column = static_cast<int>(blockIdx.x) * kWarp + lane;
  const int64_t length = (parts + kSegments - 1) / kSegments;
  const int64_t end = (segment + 1) * length < parts ? (segment + 1) * length : parts;
  float sum = 0;
  if (column < dim) {
#pragma unroll 8
    for (int64_t p = segment * length; p < end; ++p) sum += from[p * dim + column];
  }
  sums[segment][lane] = sum;
  __syncthreads();
  if (segment == 0 && column < dim) {
    for (int i = 1; i < kSegments; ++i) sum += sums[i][lane];
    to[column] += sum;
  }
}

/// Threads that keep a row of `dim` values, or 0 where it is taken value by value.
template <class... P>
int KeepingThreads(int64_t dim, int most, const P*... rows) {
  const int64_t threads = Ceiling(dim, int64_t{4} * kUnits * kWarp) * kWarp;
  return dim % 4 == 0 && threads <= most && Aligned(rows...) ? static_cast<int>(threads) : 0;
}

}  // namespace

template <class T>
void RmsNorm(const Context& context, int64_t rows, int64_t dim, float eps, const float* x,
             const float* gain, T* y, float* inverse_rms) {
  if (rows == 0) return;
  CudaDevice& device = CudaDevice::Of(context);
  const int threads = KeepingThreads(dim, kMostThreads, x, gain, y);
  if (threads > 0) {
    Launch(&device, Overlapping({dim3(static_cast<unsigned>(rows)), dim3(threads)}), NormRow<T>,
           dim, eps, x, gain, y, inverse_rms);
  } else {
    Launch(&device, Overlapping({dim3(static_cast<unsigned>(rows)), dim3(kPlainThreads)}),
           PlainNormRow<T>, dim, eps, x, gain, y, inverse_rms);
  }
}

template <class T>
void RmsNormBackward(const Context& context, int64_t rows, int64_t dim, const float* x,
                     const float* gain, const float* inverse_rms, const T* dy, float* dx,
                     float* dgain) {
  if (rows == 0) return;
  CudaDevice& device = CudaDevice::Of(context);
  const int keeping = KeepingThreads(dim, kBackwardThreads<T>, x, gain, dy, dx);
  const int threads = keeping > 0 ? keeping : kPlainThreads;
  // As many parts as blocks find room at once (at 64 registers a thread): none comes late and
  // alone.
  const int64_t room = int64_t{device.multiprocessors()} * std::clamp(1024 / threads, 1, 8);
  const int64_t rows_per_part = Ceiling(rows, room), parts = Ceiling(rows, rows_per_part);
  float* partial = device.Scratch<float>(CudaDevice::kFirst, parts * dim);
  const Backward a = {rows, rows_per_part, static_cast<int>(dim), x, gain, inverse_rms,
                      dx,   partial};
  const LaunchShape shape = {dim3(static_cast<unsigned>(parts)), dim3(threads),
                             keeping > 0 ? dim * static_cast<int64_t>(sizeof(float)) : 0};
  Launch(&device, shape, keeping > 0 ? NormBackwardRows<T> : PlainNormBackwardRows<T>, a, dy);
  Launch(&device, {dim3(static_cast<unsigned>(Ceiling(dim, kWarp))), dim3(kSegments * kWarp)},
         AddParts, parts, dim, partial, dgain);
}

template void RmsNorm(const Context&, int64_t, int64_t, float, const float*, const float*, float*,
                      float*);
template void RmsNorm(const Context&, int64_t, int64_t, float, const float*, const float*, BF16*,
                      float*);
template void RmsNormBackward(const Context&, int64_t, int64_t, const float*, const float*,
                              const float*, const float*, float*, float*);
template void RmsNormBackward(const Context&, int64_t, int64_t, const float*, const float*,
                              const float*, const BF16*, float*, float*);

}  // namespace cria::kernels::cuda
