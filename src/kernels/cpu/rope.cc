// Rotary position embedding on the CPU.
#include "kernels/rope.h"

#include <cmath>

namespace cria::kernels {

RopeTable MakeRopeTable(int64_t positions, int head_dim, double theta) {
  const int64_t half = head_dim / 2;
  RopeTable table{positions, head_dim, Buffer<float>(positions * half),
                  Buffer<float>(positions * half)};
  for (int64_t i = 0; i < half; ++i) {
    const double frequency = std::pow(theta, -2.0 * static_cast<double>(i) / head_dim);
    for (int64_t p = 0; p < positions; ++p) {
      table.cos[p * half + i] = static_cast<float>(std::cos(static_cast<double>(p) * frequency));
      table.sin[p * half + i] = static_cast<float>(std::sin(static_cast<double>(p) * frequency));
    }
  }
  return table;
}

template <class T>
void Rope(const Context& context, const RopeTable& table, int64_t rows, int64_t seq_len,
          int64_t first_position, int heads, T* x, int64_t stride, bool inverse) {
  const int64_t half = table.head_dim / 2;
  context.ParallelFor(rows, [&](int64_t r) {
    const float* cos = table.cos.data() + (first_position + r % seq_len) * half;
    const float* sin = table.sin.data() + (first_position + r % seq_len) * half;
    for (int64_t h = 0; h < heads; ++h) {
      T* head = x + r * stride + h * table.head_dim;
      for (int64_t i = 0; i < half; ++i) {
        const float a = ToFloat(head[2 * i]), b = ToFloat(head[2 * i + 1]);
        const float s = inverse ? -sin[i] : sin[i];
        head[2 * i] = FromFloat<T>(a * cos[i] - b * s);
        head[2 * i + 1] = FromFloat<T>(a * s + b * cos[i]);
      }
    }
  });
}

template void Rope(const Context&, const RopeTable&, int64_t, int64_t, int64_t, int, float*,
                   int64_t, bool);
template void Rope(const Context&, const RopeTable&, int64_t, int64_t, int64_t, int, BF16*, int64_t,
                   bool);

}  // namespace cria::kernels
