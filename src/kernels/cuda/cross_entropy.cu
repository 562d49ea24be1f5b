// Softmax cross-entropy on the GPU. Rows of up to 32768 columns are read once (4 bytes a logit, and
// sizeof(T) written): a block keeps a row in registers while the next one comes to shared memory.
// Wider and unaligned rows are read twice.
#include "device_words.h"
#include "kernels/cross_entropy.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/reduce.h"
#include "kernels/cuda/vectors.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kUnits = 8;  // fours of logits that a thread keeps
constexpr int kMostThreads = 1024;
constexpr int64_t kMostKept = int64_t{4} * kUnits * kMostThreads;
constexpr float kLowest = -3.402823466e38f;

template <class T>
struct Rows {
  int64_t rows;
  int vocab;
  const float* logits;
  const int32_t* targets;
  float scale;
  float* loss;
  T* dlogits;  ///< or null
};

/// What follows from a row's maximum and the sum of exp(x - max) over the columns other than the
/// target's: nothing of it cancels where the target is nearly certain.
struct Outcome {
  float loss;
  float factor;    ///< of exp(x - max), for the gradient of other columns
  float gradient;  ///< of the target's column
};
__device__ __forceinline__ Outcome Conclude(float max, float others, float target, float scale) {
  const float total = others + Exp(target - max);
  return {(max - target) + Log(total), Divide(scale, total), -scale * Divide(others, total)};
}

/// Row r for r = blockIdx.x, + gridDim.x, ...
template <class T>
__global__ void __launch_bounds__(kMostThreads) KeptRows(const Rows<T> a) {
  __shared__ float maxima[kMostWarps], sums[kMostWarps];
  float* coming = SharedMemory<float>();  // [vocab]; a thread writes and reads its own columns only
  const auto column = [](int unit) {
    return static_cast<int>(threadIdx.x / kWarp * (kUnits * kWarp) + threadIdx.x % kWarp) * 4 +
           unit * (kWarp * 4);
  };
  const auto target_of = [&](int64_t row) { return row < a.rows ? a.targets[row] : -1; };
  const auto fetch = [&](int64_t row, int32_t target) {
    if (target >= 0) {
#pragma unroll
      for (int u = 0; u < kUnits; ++u) {
        if (column(u) < a.vocab) {
          CopyAsync16(coming + column(u), a.logits + row * a.vocab + column(u));
        }
      }
    }
    CommitCopies();
  };
  int32_t target = target_of(blockIdx.x);
  fetch(blockIdx.x, target);
  for (int64_t row = blockIdx.x; row < a.rows; row += gridDim.x) {
    const int64_t next = row + gridDim.x;
    const int32_t next_target = target_of(next);
    T* dlogits = a.dlogits == nullptr ? nullptr : a.dlogits + row * a.vocab;
    const float target_logit = target < 0 ? 0.0f : a.logits[row * a.vocab + target];
    float value[kUnits][4];
    float max = kLowest;
    WaitForCopies<0>();
#pragma unroll
    for (int u = 0; u < kUnits; ++u) {
      for (int i = 0; i < 4; ++i) value[u][i] = target < 0 ? 0.0f : kLowest;
      if (column(u) < a.vocab && target >= 0) LoadValues(coming + column(u), value[u]);
      for (int i = 0; i < 4; ++i) max = Larger(max, value[u][i]);
    }
    fetch(next, next_target);
    Outcome outcome = {};
    if (target >= 0) {
      max = BlockMax(max, maxima);
      float others = 0;
#pragma unroll
      for (int u = 0; u < kUnits; ++u) {
        for (int i = 0; i < 4; ++i) {
          value[u][i] = Exp(value[u][i] - max);
          others += column(u) + i == target ? 0.0f : value[u][i];
        }
      }
      outcome = Conclude(max, BlockSum(others, sums), target_logit, a.scale);
    }
    if (threadIdx.x == 0) a.loss[row] = outcome.loss;
    if (dlogits != nullptr) {
#pragma unroll
      for (int u = 0; u < kUnits; ++u) {
        if (column(u) >= a.vocab) continue;
        for (int i = 0; i < 4; ++i) {
          value[u][i] = column(u) + i == target ? outcome.gradient : value[u][i] * outcome.factor;
        }
        StoreValues(value[u], dlogits + column(u));
      }
    }
    target = next_target;
  }
}

constexpr int kStreamThreads = 512;

/// A block for each row, N columns of a thread at a time.
template <class T, int N>
__global__ void __launch_bounds__(kStreamThreads) StreamedRows(const Rows<T> a) {
  __shared__ float maxima[kMostWarps], sums[kMostWarps];
  const int64_t row = blockIdx.x;
  const int32_t target = a.targets[row];
  const float* __restrict__ const x = a.logits + row * a.vocab;
  const int first = static_cast<int>(threadIdx.x) * N;
  float max = kLowest, others = 0;  // of this thread's columns so far
  if (target >= 0) {
#pragma unroll 4
    for (int i = first; i < a.vocab; i += kStreamThreads * N) {
      float value[N];
      LoadValues(x + i, value);
      float larger = max;
#pragma unroll
      for (int j = 0; j < N; ++j) larger = Larger(larger, value[j]);
      others *= Exp(max - larger);
      max = larger;
#pragma unroll
      for (int j = 0; j < N; ++j) others += i + j == target ? 0.0f : Exp(value[j] - max);
    }
  }
  const float all = BlockMax(max, maxima);
  others = BlockSum(others * Exp(max - all), sums);
  Outcome outcome = {};
  if (target >= 0) outcome = Conclude(all, others, x[target], a.scale);
  if (threadIdx.x == 0) a.loss[row] = outcome.loss;
  if (a.dlogits == nullptr) return;
  T* dlogits = a.dlogits + row * a.vocab;
#pragma unroll 4
  for (int i = first; i < a.vocab; i += kStreamThreads * N) {
    float value[N] = {};
    if (target >= 0) {
      LoadValues(x + i, value);
#pragma unroll
      for (int j = 0; j < N; ++j) {
        value[j] = i + j == target ? outcome.gradient : Exp(value[j] - all) * outcome.factor;
      }
    }
    StoreValues(value, dlogits + i);
  }
}

}  // namespace

template <class T>
void CrossEntropy(const Context& context, int64_t rows, int64_t vocab, const float* logits,
                  const int32_t* targets, float scale, float* loss, T* dlogits) {
  if (rows == 0) return;
  CudaDevice* device = &CudaDevice::Of(context);
  const Rows<T> a = {rows, static_cast<int>(vocab), logits, targets, scale, loss, dlogits};
  const bool wide = vocab % 4 == 0 && Aligned(logits, dlogits);
  if (wide && vocab <= kMostKept) {
    const int64_t threads = Ceiling(vocab, int64_t{4} * kUnits * kWarp) * kWarp;
    const int64_t resident = device->multiprocessors() * (kMostThreads / threads);
    Launch(device,
           {dim3(static_cast<unsigned>(std::min(rows, resident))),
            dim3(static_cast<unsigned>(threads)), vocab * static_cast<int64_t>(sizeof(float))},
           KeptRows<T>, a);
  } else {
    Launch(device, {dim3(static_cast<unsigned>(rows)), dim3(kStreamThreads)},
           wide ? StreamedRows<T, 4> : StreamedRows<T, 1>, a);
  }
}

template void CrossEntropy(const Context&, int64_t, int64_t, const float*, const int32_t*, float,
                           float*, float*);
template void CrossEntropy(const Context&, int64_t, int64_t, const float*, const int32_t*, float,
                           float*, BF16*);

}  // namespace cria::kernels::cuda
