// Rotary position embedding (Su et al. 2021) on adjacent pairs (x[2i], x[2i+1]), Meta's convention.
#pragma once

#include <cstdint>
#include <span>

#include "base/context.h"
#include "tensor/buffer.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// cos and sin of position * theta^(-2i / head_dim), each [positions, head_dim / 2].
struct RopeTable {
  int64_t positions = 0;
  int head_dim = 0;
  Buffer<float> cos, sin;
};
/// `factors`, if not empty, has head_dim / 2 divisors of the frequencies (scaled embeddings of
/// models that were stretched to longer contexts). In the memory of `accelerator`, if there is one.
RopeTable MakeRopeTable(int64_t positions, int head_dim, double theta,
                        std::span<const double> factors = {}, Accelerator* accelerator = nullptr);

/// Rotates the first heads * head_dim values of every row of x [positions.size(), stride] in place;
/// row r stands at positions[r]. `inverse` rotates back: the backward pass.
template <class T>
void Rope(const Context& context, const RopeTable& table, std::span<const int32_t> positions,
          int heads, T* x, int64_t stride, bool inverse);

}  // namespace cria::kernels
