// Long sums, zeroes and copies of rows on the GPU.
#include "device_words.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/reduce.h"
#include "kernels/cuda/vectors.h"
#include "kernels/sum.h"

namespace cria::kernels::cuda {
namespace {

template <int N>
__global__ void AddAll(int64_t n, const float* __restrict__ from, float* __restrict__ to) {
  const int64_t i = FirstElement(N);
  if (i + N <= n) {
    float a[N], b[N];
    LoadValues(to + i, a);
    LoadValues(from + i, b);
#pragma unroll
    for (int j = 0; j < N; ++j) a[j] += b[j];
    StoreValues(a, to + i);
  } else {
    for (int64_t j = i; j < n; ++j) to[j] += from[j];
  }
}

// `from` may be `to`.
template <int N>
__global__ void CombineAll(int64_t n, float a, const float* from, float b, float* to) {
  const auto combine = [&](float x, float y) { return fmaf(a, x, b == 0 ? 0.0f : b * y); };
  const int64_t i = FirstElement(N);
  if (i + N <= n) {
    float x[N], y[N];
    LoadValues(from + i, x);
    LoadValues(to + i, y);
#pragma unroll
    for (int j = 0; j < N; ++j) y[j] = combine(x[j], y[j]);
    StoreValues(y, to + i);
  } else {
    for (int64_t j = i; j < n; ++j) to[j] = combine(from[j], to[j]);
  }
}

// Sums of squares: ranges are cut into chunks, a block each; then a block for each range adds its
// chunks' sums. Neither depends on the GPU or on other ranges.
constexpr int kSumThreads = 256;
constexpr int64_t kChunk = 1 << 16;  // a multiple of 4

/// What the kernels are told of ranges, in their arguments (which hold 4 KB).
struct Ranges {
  static constexpr int kMost = 128;
  int64_t count = 0;
  int64_t offset[kMost] = {}, elements[kMost] = {};
  int64_t first_chunk[kMost + 1] = {};
};

__global__ void SumChunk(const Ranges ranges, const float* __restrict__ x,
                         double* __restrict__ to) {
  __shared__ double parts[kMostWarps];
  const int64_t chunk = blockIdx.x;
  int range = 0, behind = static_cast<int>(ranges.count);  // the range lies in [range, behind)
  while (behind - range > 1) {
    const int middle = (range + behind) / 2;
    (ranges.first_chunk[middle] <= chunk ? range : behind) = middle;
  }
  const int64_t begin = (chunk - ranges.first_chunk[range]) * kChunk;
  const int64_t left = ranges.elements[range] - begin;
  const int n = static_cast<int>(left < kChunk ? left : kChunk);
  const float* from = x + ranges.offset[range] + begin;
  double sums[4] = {};
  const auto add = [&](int i, double value) { sums[i] += value * value; };
  const int fours = n / 4;
  const bool aligned = reinterpret_cast<uintptr_t>(from) % 16 == 0;  // the order is the same if not
#pragma unroll 4
  for (int i = threadIdx.x; i < fours; i += kSumThreads) {
    float four[4];
    if (aligned) {
      LoadValues(from + 4 * i, four);
    } else {
      for (int j = 0; j < 4; ++j) four[j] = from[4 * i + j];
    }
    for (int j = 0; j < 4; ++j) add(j, four[j]);
  }
  for (int i = 4 * fours + threadIdx.x; i < n; i += kSumThreads) add(0, from[i]);
  const double sum = BlockSum((sums[0] + sums[1]) + (sums[2] + sums[3]), parts);
  if (threadIdx.x == 0) to[chunk] = sum;
}

__global__ void SumChunks(const Ranges ranges, const double* __restrict__ from,
                          double* __restrict__ to) {
  __shared__ double parts[kMostWarps];
  const int64_t end = ranges.first_chunk[blockIdx.x + 1];
  double sum = 0;
#pragma unroll 4
  for (int64_t i = ranges.first_chunk[blockIdx.x] + threadIdx.x; i < end; i += kSumThreads) {
    sum += from[i];
  }
  sum = BlockSum(sum, parts);
  if (threadIdx.x == 0) to[blockIdx.x] = sum;
}

constexpr int kCopyUnits = 4;  // of a thread

/// Unit: what is copied at a time. Row r comes from row `index[r]`, or r where that is null.
template <class Unit>
__global__ void CopyUnits(int units, int parts, const Unit* __restrict__ from, int64_t from_stride,
                          const int32_t* __restrict__ index, Unit* __restrict__ to,
                          int64_t to_stride) {
  const RowPart part = PartOfRow(parts, kCopyUnits);
  from += (index == nullptr ? part.row : index[part.row]) * from_stride;
  to += part.row * to_stride;
  Unit value[kCopyUnits];
#pragma unroll
  for (int u = 0; u < kCopyUnits; ++u) {
    const int unit = part.first + u * static_cast<int>(blockDim.x);
    if (unit < units) value[u] = from[unit];
  }
#pragma unroll
  for (int u = 0; u < kCopyUnits; ++u) {
    const int unit = part.first + u * static_cast<int>(blockDim.x);
    if (unit < units) to[unit] = value[u];
  }
}

template <class V>
void Copy(CudaDevice* device, int64_t rows, int64_t width, const V* from, int64_t from_stride,
          const int32_t* index, V* to, int64_t to_stride) {
  if (rows == 0 || width == 0) return;
  constexpr int kN = kWide<V>;
  if (width % kN == 0 && from_stride % kN == 0 && to_stride % kN == 0 && Aligned(from, to)) {
    const RowShape shape(width / kN, kCopyUnits);
    Launch(device, shape.Grid(rows), CopyUnits<uint4>, shape.units, shape.parts,
           reinterpret_cast<const uint4*>(from), from_stride / kN, index,
           reinterpret_cast<uint4*>(to), to_stride / kN);
  } else {
    const RowShape shape(width, kCopyUnits);
    Launch(device, shape.Grid(rows), CopyUnits<V>, shape.units, shape.parts, from, from_stride,
           index, to, to_stride);
  }
}

}  // namespace

void SetZero(const Context& context, int64_t n, float* to) {
  if (n > 0) CudaDevice::Of(context).Zero(to, n * static_cast<int64_t>(sizeof(float)));
}

void Add(const Context& context, int64_t n, const float* from, float* to) {
  if (n == 0) return;
  const bool wide = Aligned(from, to);
  Launch(&CudaDevice::Of(context), VectorShape(n, wide ? 4 : 1), wide ? AddAll<4> : AddAll<1>, n,
         from, to);
}

void Combine(const Context& context, int64_t n, float a, const float* from, float b, float* to) {
  if (n == 0) return;
  const bool wide = Aligned(from, to);
  Launch(&CudaDevice::Of(context), VectorShape(n, wide ? 4 : 1),
         wide ? CombineAll<4> : CombineAll<1>, n, a, from, b, to);
}

void SumsOfSquares(const Context& context, const float* x, std::span<const SumRange> ranges,
                   double* sums) {
  CudaDevice* device = &CudaDevice::Of(context);
  while (!ranges.empty()) {
    Ranges some;
    some.count = std::min<int64_t>(Ranges::kMost, static_cast<int64_t>(ranges.size()));
    for (int64_t i = 0; i < some.count; ++i) {
      const SumRange& range = ranges[static_cast<size_t>(i)];
      some.offset[i] = range.offset;
      some.elements[i] = range.elements;
      some.first_chunk[i + 1] = some.first_chunk[i] + Ceiling(range.elements, kChunk);
    }
    const int64_t chunks = some.first_chunk[some.count];
    double* partial = device->Scratch<double>(CudaDevice::kFirst, std::max<int64_t>(1, chunks));
    if (chunks > 0) {
      Launch(device, {dim3(static_cast<unsigned>(chunks)), dim3(kSumThreads)}, SumChunk, some, x,
             partial);
    }
    Launch(device, {dim3(static_cast<unsigned>(some.count)), dim3(kSumThreads)}, SumChunks, some,
           partial, sums);
    sums += some.count;
    ranges = ranges.subspan(static_cast<size_t>(some.count));
  }
}

template <class V>
void CopyRows(const Context& context, int64_t rows, int64_t width, const V* from,
              int64_t from_stride, V* to, int64_t to_stride) {
  Copy<V>(&CudaDevice::Of(context), rows, width, from, from_stride, nullptr, to, to_stride);
}

void GatherRows(const Context& context, int64_t rows, int64_t width, const float* from,
                const int32_t* index, float* to) {
  Copy<float>(&CudaDevice::Of(context), rows, width, from, width, index, to, width);
}

template void CopyRows(const Context&, int64_t, int64_t, const float*, int64_t, float*, int64_t);
template void CopyRows(const Context&, int64_t, int64_t, const BF16*, int64_t, BF16*, int64_t);

}  // namespace cria::kernels::cuda
