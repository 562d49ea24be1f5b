// SwiGLU gate on the GPU, one pass over memory. Values moved per value of `out`: forward 3,
// backward 6.
#include "device_words.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/vectors.h"
#include "kernels/swiglu.h"

namespace cria::kernels::cuda {
namespace {

constexpr int kUnits = 2;  // of a thread

/// 1 / (1 + e^-z); where e^-z is infinite, 0.
__device__ __forceinline__ float Sigmoid(float z) { return Divide(1.0f, 1.0f + Exp(-z)); }

template <class T, int N>
__global__ void Gate(int units, int parts, const T* gate_up, T* out) {
  WaitForEarlier();
  LetNextBegin();
  const RowPart part = PartOfRow(parts, kUnits);
  const int64_t hidden = int64_t{units} * N;
  gate_up += part.row * 2 * hidden, out += part.row * hidden;
  float gate[kUnits][N], up[kUnits][N];
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    const int unit = part.first + u * static_cast<int>(blockDim.x);
    if (unit >= units) continue;
    LoadValues(gate_up + int64_t{unit} * N, gate[u]);
    LoadValues(gate_up + hidden + int64_t{unit} * N, up[u]);
  }
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    const int unit = part.first + u * static_cast<int>(blockDim.x);
    if (unit >= units) continue;
#pragma unroll
    for (int i = 0; i < N; ++i) gate[u][i] = gate[u][i] * Sigmoid(gate[u][i]) * up[u][i];
    StoreValues(gate[u], out + int64_t{unit} * N);
  }
}

/// Outputs may lie over inputs: a thread has read its own before it writes them.
template <class T, int N>
__global__ void GateBackward(int units, int parts, const T* gate_up, const T* dout, T* d_gate_up,
                             T* out) {
  const RowPart part = PartOfRow(parts, kUnits);
  const int64_t hidden = int64_t{units} * N, pair = part.row * 2 * hidden,
                single = part.row * hidden;
  float gate[kUnits][N], up[kUnits][N], d[kUnits][N];
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    const int unit = part.first + u * static_cast<int>(blockDim.x);
    if (unit >= units) continue;
    LoadValues(gate_up + pair + int64_t{unit} * N, gate[u]);
    LoadValues(gate_up + pair + hidden + int64_t{unit} * N, up[u]);
    LoadValues(dout + single + int64_t{unit} * N, d[u]);
  }
#pragma unroll
  for (int u = 0; u < kUnits; ++u) {
    const int unit = part.first + u * static_cast<int>(blockDim.x);
    if (unit >= units) continue;
#pragma unroll
    for (int i = 0; i < N; ++i) {
      const float g = gate[u][i], s = Sigmoid(g), silu = g * s;
      const float slope = s * (g * (1.0f - s) + 1.0f);
      gate[u][i] = d[u][i] * up[u][i] * slope;
      d[u][i] *= silu;
      up[u][i] *= silu;
    }
    StoreValues(gate[u], d_gate_up + pair + int64_t{unit} * N);
    StoreValues(d[u], d_gate_up + pair + hidden + int64_t{unit} * N);
    StoreValues(up[u], out + single + int64_t{unit} * N);
  }
}

}  // namespace

template <class T>
void SwiGlu(const Context& context, int64_t rows, int64_t hidden, const T* gate_up, T* out) {
  if (rows == 0) return;
  CudaDevice* device = &CudaDevice::Of(context);
  const bool wide = hidden % kWide<T> == 0 && Aligned(gate_up, out);
  const RowShape shape(wide ? hidden / kWide<T> : hidden, kUnits);
  Launch(device, Overlapping(shape.Grid(rows)), wide ? Gate<T, kWide<T>> : Gate<T, 1>, shape.units,
         shape.parts, gate_up, out);
}

template <class T>
void SwiGluBackward(const Context& context, int64_t rows, int64_t hidden, const T* gate_up,
                    const T* dout, T* d_gate_up, T* out) {
  if (rows == 0) return;
  CudaDevice* device = &CudaDevice::Of(context);
  const bool wide = hidden % kWide<T> == 0 && Aligned(gate_up, dout, d_gate_up, out);
  const RowShape shape(wide ? hidden / kWide<T> : hidden, kUnits);
  Launch(device, shape.Grid(rows), wide ? GateBackward<T, kWide<T>> : GateBackward<T, 1>,
         shape.units, shape.parts, gate_up, dout, d_gate_up, out);
}

template void SwiGlu(const Context&, int64_t, int64_t, const float*, float*);
template void SwiGlu(const Context&, int64_t, int64_t, const BF16*, BF16*);
template void SwiGluBackward(const Context&, int64_t, int64_t, const float*, const float*, float*,
                             float*);
template void SwiGluBackward(const Context&, int64_t, int64_t, const BF16*, const BF16*, BF16*,
                             BF16*);

}  // namespace cria::kernels::cuda
