// Rotary position embedding on the GPU, in place: 16 bytes of a head and their share of the table
// at a time. Bytes per value: 2 sizeof(T); the table's row is shared by the heads.
#include "device_words.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/vectors.h"
#include "kernels/rope.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kUnits = 2;  // of a thread

struct Rotation {
  int units, parts;    ///< N values each; of a row
  int units_per_head;  ///< and the same share of the table
  const float *cos, *sin;
  const int32_t* positions;
  float sign;
  int64_t stride;
};

template <class T, int N>
__global__ void RotateRows(const Rotation a, T* x) {
  WaitForEarlier();
  LetNextBegin();
  const RowPart part = PartOfRow(a.parts, kUnits);
  x += part.row * a.stride;
  float value[kUnits][N];
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    const int unit = part.first + u * static_cast<int>(blockDim.x);
    if (unit < a.units) LoadValues(x + int64_t{unit} * N, value[u]);
  }
  const int64_t table = a.positions[part.row] * int64_t{a.units_per_head} * (N / 2);
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    const int unit = part.first + u * static_cast<int>(blockDim.x);
    if (unit >= a.units) continue;
    const int64_t at = table + unit % a.units_per_head * (N / 2);
    float cos[N / 2], sin[N / 2];
    LoadValues(a.cos + at, cos);
    LoadValues(a.sin + at, sin);
#pragma unroll
    for (int i = 0; i < N / 2; ++i) {
      const float even = value[u][2 * i], odd = value[u][2 * i + 1], s = sin[i] * a.sign;
      value[u][2 * i] = even * cos[i] - odd * s;
      value[u][2 * i + 1] = even * s + odd * cos[i];
    }
    StoreValues(value[u], x + int64_t{unit} * N);
  }
}

template <class T, int N>
void Rotate(CudaDevice* device, const RopeTable& table, std::span<const int32_t> positions,
            int heads, T* x, int64_t stride, bool inverse) {
  const int units_per_head = table.head_dim / N;
  const RowShape shape(int64_t{heads} * units_per_head, kUnits);
  const Rotation rotation = {
      shape.units,      shape.parts,      units_per_head,       table.cos.data(),
      table.sin.data(), positions.data(), inverse ? -1.f : 1.f, stride};
  Launch(device, Overlapping(shape.Grid(static_cast<int64_t>(positions.size()))), RotateRows<T, N>,
         rotation, x);
}

}  // namespace

template <class T>
void Rope(const Context& context, const RopeTable& table, std::span<const int32_t> positions,
          int heads, T* x, int64_t stride, bool inverse) {
  if (positions.empty() || heads == 0) return;
  CudaDevice* device = &CudaDevice::Of(context);
  constexpr int kN = 8;  // four pairs: 16 bytes of the table, too
  if (table.head_dim % kN == 0 && stride % kN == 0 &&
      Aligned(x, table.cos.data(), table.sin.data())) {
    Rotate<T, kN>(device, table, positions, heads, x, stride, inverse);
  } else {
    Rotate<T, 2>(device, table, positions, heads, x, stride, inverse);
  }
}

template void Rope(const Context&, const RopeTable&, std::span<const int32_t>, int, float*, int64_t,
                   bool);
template void Rope(const Context&, const RopeTable&, std::span<const int32_t>, int, BF16*, int64_t,
                   bool);

}  // namespace cria::kernels::cuda
