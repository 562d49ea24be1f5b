// Keys and values of a pass into their blocks; attention in plain loops, for float models, float
// caches and heads of more than kMostPagedDim; and the choice among the kernels.
#include "device_words.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/paged_call.h"
#include "kernels/cuda/reduce.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kTokens = static_cast<int>(kKvBlockTokens);
constexpr int kGroup = static_cast<int>(kKvGroup);
constexpr int kThreads = 128;

template <KvType kType>
struct Number;
template <>
struct Number<KvType::kF32> {
  using Stored = float;
  static __device__ __forceinline__ float Widen(float x) { return x; }
};
template <>
struct Number<KvType::kF16> {
  using Stored = uint16_t;
  static __device__ __forceinline__ float Widen(uint16_t x) { return HalfToFloat(x); }
};
template <>
struct Number<KvType::kQ8_0> {
  using Stored = int8_t;
  static __device__ __forceinline__ float Widen(int8_t x) { return static_cast<float>(x); }
};

/// Saturates; NaN stays NaN.
__device__ __forceinline__ uint16_t StoredHalf(float x) {
  constexpr float kLargest = 65504.0f;
  x = x > kLargest ? kLargest : x;
  return FloatToHalf(x < -kLargest ? -kLargest : x);
}

/// One dimension a lane, 32 that share a scale, which comes back in `scale` where there are any.
template <KvType kType>
__device__ __forceinline__ typename Number<kType>::Stored Encode(float x, uint16_t* scale) {
  if constexpr (kType == KvType::kF32) return x;
  if constexpr (kType == KvType::kF16) return StoredHalf(x);
  if constexpr (kType == KvType::kQ8_0) {
    *scale = StoredHalf(Divide(WarpMax(fabsf(x)), 127.0f));
    const float step = HalfToFloat(*scale);
    const float steps = x * (step == 0 ? 0.0f : Divide(1.0f, step));
    return static_cast<int8_t>(static_cast<int>(rintf(fminf(fmaxf(steps, -127.0f), 127.0f))));
  }
}

/// Rows of k and v that a pass stores.
template <class T>
struct NewRows {
  const T *k, *v;
  int64_t stride;
  bool single;  ///< one of each segment
};

// Block (tile of a segment, head and group of dimensions); two warps take keys, two values. Keys
// lie by dimension: many tokens are turned in shared memory.
template <class T, KvType kType>
__global__ void __launch_bounds__(kThreads) StoreKernel(PagedLayer layer, NewRows<T> rows) {
  WaitForEarlier();
  LetNextBegin();
  using Stored = typename Number<kType>::Stored;
  constexpr int kRow = kTokens + 4 / static_cast<int>(sizeof(Stored));  // no two lanes in a bank
  __shared__ Stored turned[kGroup][kRow];
  const KvHeadLayout layout = layer.layout;
  const int groups = (layer.head_dim + kGroup - 1) / kGroup;
  const int head = static_cast<int>(blockIdx.y) / groups;
  const int group = static_cast<int>(blockIdx.y) % groups;
  SegmentPiece piece{static_cast<int>(blockIdx.x), 0};
  if (!rows.single) {
    piece = FindPiece(layer.segments, piece.segment, [&](int i) {
      return TilesOf(layer.first_position[i] % kTokens + layer.row_count[i]);
    });
  }
  const int segment = piece.segment;
  if (segment == layer.segments) return;
  const int position = layer.first_position[segment];
  const int tile = position / kTokens + piece.index;
  const int begin = max(position, tile * kTokens);
  const int count = min(position + layer.row_count[segment], (tile + 1) * kTokens) - begin;
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const bool keys = warp < 2, few = count < 8;
  const int first = begin % kTokens, d = group * kGroup + lane;
  const bool there = d < layer.head_dim;
  uint8_t* const to = layer.Head(layer.Block(segment, tile), head);
  Stored* const key = reinterpret_cast<Stored*>(to);
  Stored* const value = reinterpret_cast<Stored*>(to + layout.values);
  uint16_t* const scales =
      reinterpret_cast<uint16_t*>(to + (keys ? layout.key_scales : layout.value_scales)) +
      group * kTokens;
  const T* const from = (keys ? rows.k : rows.v) +
                        (layer.first_row[segment] + int64_t{begin - position}) * rows.stride +
                        int64_t{head} * layer.head_dim + d;
#pragma unroll 4
  for (int i = warp % 2; i < count; i += 2) {
    uint16_t scale = 0;
    const Stored x = Encode<kType>(there ? Load(from[i * rows.stride]) : 0.0f, &scale);
    const int token = first + i;
    if (keys && few) {
      if (there) key[d * kTokens + token] = x;
    } else if (keys) {
      turned[lane][i] = x;
    } else if (d < layout.width) {
      value[token * layout.width + d] = x;
    }
    if (kType == KvType::kQ8_0 && lane == 0) scales[token] = scale;
  }
  if (few) return;
  __syncthreads();
  const int dims = min(kGroup, layer.head_dim - group * kGroup);
  for (int i = warp; i < dims; i += kThreads / 32) {
    Stored* const row = key + (group * kGroup + i) * kTokens + first;
    for (int j = lane; j < count; j += 32) row[j] = turned[i][j];
  }
}

/// Key (d) and value of a token in a head, widened.
template <KvType kType>
struct PlainHead {
  using Stored = typename Number<kType>::Stored;
  const uint8_t* head;
  const KvHeadLayout& layout;

  __device__ __forceinline__ float Scale(int64_t scales, int token, int d) const {
    if constexpr (kType != KvType::kQ8_0) return 1.0f;
    return HalfToFloat(
        reinterpret_cast<const uint16_t*>(head + scales)[d / kGroup * kTokens + token]);
  }
  __device__ __forceinline__ float Key(int token, int d) const {
    const Stored* const keys = reinterpret_cast<const Stored*>(head);
    return Number<kType>::Widen(keys[d * kTokens + token]) * Scale(layout.key_scales, token, d);
  }
  __device__ __forceinline__ float Value(int token, int d) const {
    const Stored* const values = reinterpret_cast<const Stored*>(head + layout.values);
    return Number<kType>::Widen(values[token * layout.width + d]) *
           Scale(layout.value_scales, token, d);
  }
};

// Block (row, head, segment). Shared memory: the query and the sums of its dimensions.
template <class T, KvType kType>
__global__ void __launch_bounds__(kThreads) PlainKernel(PagedCall<T> call) {
  WaitForEarlier();
  LetNextBegin();
  __shared__ float half_scores[2 * kTokens], weights[kTokens];
  const PagedLayer& layer = call.layer;
  const int row = static_cast<int>(blockIdx.x), head = static_cast<int>(blockIdx.y);
  const int segment = static_cast<int>(blockIdx.z), dim = layer.head_dim;
  if (row >= layer.row_count[segment]) return;
  const int thread = static_cast<int>(threadIdx.x), lane = thread % 32;
  const int kv_head = head / call.group();
  const int64_t at = layer.first_row[segment] + int64_t{row};
  float* const query = SharedMemory<float>();
  float* const sum = query + dim;
  for (int d = thread; d < dim; d += kThreads) {
    query[d] = Load(call.q[at * call.q_stride + int64_t{head} * dim + d]);
    sum[d] = 0;
  }
  __syncthreads();
  const int keys = layer.first_position[segment] + row + 1;
  float total = 0, largest = -INFINITY;
  for (int tile = 0; tile < TilesOf(keys); ++tile) {
    const PlainHead<kType> from{layer.Head(layer.Block(segment, tile), kv_head), layer.layout};
    const int token = thread % kTokens, visible = min(kTokens, keys - tile * kTokens);
    float score = 0;
    for (int d = thread / kTokens; d < dim; d += kThreads / kTokens) {
      score += query[d] * from.Key(token, d);
    }
    half_scores[thread] = score;
    __syncthreads();
    float pair[2];
    for (int i = 0; i < 2; ++i) {
      const int t = lane + 32 * i;
      const float whole = (half_scores[t] + half_scores[kTokens + t]) * call.scale;
      pair[i] = t < visible ? whole : -INFINITY;
    }
    const float now = Larger(largest, WarpMax(Larger(pair[0], pair[1])));
    const float factor = Exp2(largest - now);
    for (int i = 0; i < 2; ++i) {
      pair[i] = Exp2(pair[i] - now);
      if (thread < 32) weights[lane + 32 * i] = pair[i];
    }
    total = total * factor + WarpSum(pair[0] + pair[1]);
    largest = now;
    __syncthreads();
    for (int d = thread; d < dim; d += kThreads) {
      float x = sum[d] * factor;
      for (int t = 0; t < visible; ++t) x += weights[t] * from.Value(t, d);
      sum[d] = x;
    }
  }
  T* const out = call.out + at * call.out_stride + int64_t{head} * dim;
  for (int d = thread; d < dim; d += kThreads) out[d] = Round<T>(Divide(sum[d], total));
}

/// f with the type as a compile-time constant.
template <class F>
void WithType(KvType type, F&& f) {
  if (type == KvType::kF32) f(std::integral_constant<KvType, KvType::kF32>());
  if (type == KvType::kF16) f(std::integral_constant<KvType, KvType::kF16>());
  if (type == KvType::kQ8_0) f(std::integral_constant<KvType, KvType::kQ8_0>());
}

template <class T, KvType kType>
void LaunchStore(CudaDevice* device, dim3 grid, const PagedLayer& layer, const NewRows<T>& rows) {
  Launch(device, Overlapping({grid, dim3(kThreads)}), StoreKernel<T, kType>, layer, rows);
}
template <class T, KvType kType>
void LaunchPlain(CudaDevice* device, dim3 grid, const PagedCall<T>& call) {
  const int64_t shared = 2 * call.layer.head_dim * static_cast<int64_t>(sizeof(float));
  Launch(device, Overlapping({grid, dim3(kThreads), shared}), PlainKernel<T, kType>, call);
}

bool IsFast(const KvLayer& layer) {
  return layer.type != KvType::kF32 && layer.head_dim <= kMostPagedDim &&
         reinterpret_cast<uintptr_t>(layer.data) % 16 == 0 && layer.block_stride % 16 == 0;
}

}  // namespace

template <class T>
void StoreKeysValues(const Context& context, const KvLayer& layer, const DevicePages& pages,
                     const T* k, const T* v, int64_t stride) {
  if (pages.rows() == 0) return;
  const bool single = pages.most_rows() == 1;
  // At most: each segment may begin and end within a tile.
  const int64_t tiles = single ? pages.segments() : pages.rows() / kTokens + 2 * pages.segments();
  const int64_t groups = (layer.head_dim + kGroup - 1) / kGroup;
  const dim3 grid(static_cast<unsigned>(tiles), static_cast<unsigned>(layer.kv_heads * groups));
  CudaDevice* const device = &CudaDevice::Of(context);
  WithType(layer.type, [&](auto type) {
    LaunchStore<T, decltype(type)::value>(device, grid, PagedLayer(layer, pages),
                                          NewRows<T>{k, v, stride, single});
  });
}

template <class T>
void PagedAttention(const Context& context, const PagedShape& shape, const KvLayer& layer,
                    const DevicePages& pages, const T* q, T* out) {
  if (pages.rows() == 0) return;
  constexpr double kLog2E = 1.4426950408889634;
  CudaDevice* const device = &CudaDevice::Of(context);
  const PagedCall<T> call{PagedLayer(layer, pages),
                          shape.heads,
                          pages.most_rows() > kDecodeRows ? 1 : kDecodeRows,
                          shape.q_stride,
                          shape.out_stride,
                          q,
                          out,
                          static_cast<float>(kLog2E / std::sqrt(double(layer.head_dim)))};
  if constexpr (sizeof(T) == 2) {
    if (IsFast(layer)) {
      // Each skips the other's segments. What is asked for follows from the pages' key.
      if (pages.most_rows() > call.decode_rows) PrefillPages(device, call, layer.type, pages);
      const bool alike = pages.rows() == pages.segments() * pages.most_rows();
      if (pages.most_rows() <= call.decode_rows || !alike) {
        DecodePages(device, call, layer.type, pages);
      }
      return;
    }
  }
  const dim3 grid(static_cast<unsigned>(pages.most_rows()), static_cast<unsigned>(shape.heads),
                  static_cast<unsigned>(pages.segments()));
  WithType(layer.type,
           [&](auto type) { LaunchPlain<T, decltype(type)::value>(device, grid, call); });
}

#define CRIA_INSTANTIATE(T)                                                                      \
  template void StoreKeysValues<T>(const Context&, const KvLayer&, const DevicePages&, const T*, \
                                   const T*, int64_t);                                           \
  template void PagedAttention<T>(const Context&, const PagedShape&, const KvLayer&,             \
                                  const DevicePages&, const T*, T*);
CRIA_INSTANTIATE(float)
CRIA_INSTANTIATE(BF16)
#undef CRIA_INSTANTIATE

}  // namespace cria::kernels::cuda
