// Products with quantised weights: panels of columns are tasks, each written by one thread.
#include "kernels/cpu/block_matmul.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "kernels/cpu/amx_shapes.h"
#include "kernels/cpu/scratch.h"

namespace cria::kernels {
namespace internal {

const BlockUnit& BlockUnitFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAmxBf16) {
    static const BlockUnit unit = [] {
      BlockUnit tiled = kAvx512Vnni;
      tiled.tile_sweeps = kAmxBlockSweeps;
      return tiled;
    }();
    return unit;
  }
  if (isa >= Isa::kAvx512Bf16) return kAvx512Vnni;
  if (isa >= Isa::kAvx2) return kAvx2Blocks;
#else
  (void)isa;
#endif
  return kPortableBlocks;
}

namespace {
int TypeIndex(DType type) { return static_cast<int>(type) - static_cast<int>(DType::kQ4_0); }
}  // namespace

const BlockKernels& KernelsFor(const BlockUnit& unit, DType type) {
  CRIA_CHECK(IsQuantized(type), "{} is not a block type", DTypeName(type));
  return unit.kernels[TypeIndex(type)];
}

int64_t PackedPanelBytes(const BlockUnit& unit, const BlockKernels& kernels, int64_t k) {
  return (k + kSuperBlock - 1) / kSuperBlock * kernels.packed_bytes * unit.lanes;
}

namespace {

const BlockUnit& Unit() {
  static const BlockUnit& unit = BlockUnitFor(DetectIsa());
  return unit;
}

/// What groups add beside their products, for one kind of weights: BlockSweep::bias.
struct Bias {
  int group = 0, offset = 0;
  std::vector<uint32_t> values;
  Buffer<float> tiles;
};

Bias MakeBias(const Context& context, const QuantizedRows& x, const BlockKernels& kernels) {
  const int64_t per_row = x.k() / kernels.group, halves = kernels.group / 16;
  Bias bias{kernels.group, kernels.offset, std::vector<uint32_t>(x.m() * per_row), {}};
  context.ParallelFor(x.m(), [&](int64_t r) {
    for (int64_t g = 0; g < per_row; ++g) {
      int32_t sum = 0;
      for (int64_t h = 0; h < halves; ++h) sum += x.sums()[(r * per_row + g) * halves + h];
      const float scale = x.scale()[r * (x.k() / 32) + g * kernels.group / 32];
      bias.values[r * per_row + g] = kernels.offset > 0
                                         ? static_cast<uint32_t>(-kernels.offset * sum)
                                         : std::bit_cast<uint32_t>(scale * static_cast<float>(sum));
    }
  });
  return bias;
}

/// With fewer rows the vectors alone are faster than tiles.
constexpr int64_t kTiledRows = 5;

/// BlockSweep::x_tiles and scale_tiles; empty unless wanted.
struct Tiles {
  Buffer<int8_t> x;
  Buffer<float> scale;
};

/// [m, n] to [m / 16, rounded up][n][16], zeros behind the last row. 32-bit words are floats.
template <class Word>
Buffer<float> InSixteens(const Context& context, int64_t m, int64_t n, const Word* from) {
  const int64_t chunks = (m + kTileRows - 1) / kTileRows;
  Buffer<float> to(chunks * n * kTileRows);
  context.ParallelFor(chunks, [&](int64_t chunk) {
    const int64_t first = chunk * kTileRows, rows = std::min<int64_t>(kTileRows, m - first);
    for (int64_t i = 0; i < n; ++i) {
      float* at = to.data() + (chunk * n + i) * kTileRows;
      for (int64_t r = 0; r < rows; ++r) at[r] = std::bit_cast<float>(from[(first + r) * n + i]);
    }
  });
  return to;
}

Tiles MakeTiles(const Context& context, const QuantizedRows& x) {
  const int64_t chunks = (x.m() + kTileRows - 1) / kTileRows, blocks = x.k() / kQuantGroup;
  Tiles tiles = {Buffer<int8_t>(chunks * kTileRows * x.k()),
                 InSixteens(context, x.m(), blocks, x.scale())};
  context.ParallelFor(x.m(), [&](int64_t row) {
    int8_t* to =
        tiles.x.data() + (row / kTileRows * blocks * kTileRows + row % kTileRows) * kQuantGroup;
    for (int64_t b = 0; b < blocks; ++b, to += kTileRows * kQuantGroup) {
      std::copy_n(x.q() + row * x.k() + b * kQuantGroup, kQuantGroup, to);
    }
  });
  return tiles;
}

/// A run of columns of one part.
struct Task {
  const BlockMatrix* part;
  const Bias* bias;
  const Tiles* tiles;      ///< null: without tile registers
  int64_t first, columns;  ///< within the part
  int64_t c_column;
};

template <class C>
void StoreRows(const BlockUnit& unit, const float* from, int64_t stride, int64_t rows,
               int64_t columns, C* c, int64_t ldc, bool accumulate) {
  if constexpr (sizeof(C) == 2) {
    if (!accumulate) return unit.round(from, stride, rows, columns, &c->bits, ldc);
  }
  for (int64_t r = 0; r < rows; ++r, from += stride, c += ldc) {
    for (int64_t i = 0; i < columns; ++i) {
      c[i] = FromFloat<C>(accumulate ? ToFloat(c[i]) + from[i] : from[i]);
    }
  }
}

template <class C>
void RunTask(const BlockUnit& unit, const QuantizedRows& x, const Task& task, C* c, int64_t ldc,
             bool accumulate) {
  const BlockKernels& kernels = KernelsFor(unit, task.part->type);
  const bool fused = x.m() <= unit.fused_rows;
  const int64_t step = fused ? unit.lanes : 2 * unit.lanes;
  Scratch scratch((fused ? 0 : PanelBytes(x.k(), unit.lanes)) +
                  Scratch::Bytes<float>(x.m() * step));
  uint8_t* panel = fused ? nullptr : scratch.Take<uint8_t>(PanelBytes(x.k(), unit.lanes));
  float* out = scratch.Take<float>(x.m() * step);
  BlockSweep sweep = {.rows = x.m(),
                      .columns = 0,
                      .k = x.k(),
                      .weights = nullptr,
                      .weight_stride = StoredBytes(task.part->type, x.k()),
                      .packed = nullptr,
                      .packed_stride = PackedPanelBytes(unit, kernels, x.k()),
                      .x = x.q(),
                      .scale = x.scale(),
                      .bias = task.bias->values.data(),
                      .x_tiles = task.tiles ? task.tiles->x.data() : nullptr,
                      .scale_tiles = task.tiles ? task.tiles->scale.data() : nullptr,
                      .bias_tiles = task.bias->tiles.data(),
                      .out = out,
                      .out_stride = step,
                      .scratch = panel};
  for (int64_t i = 0; i < task.columns; i += step) {
    sweep.columns = std::min(step, task.columns - i);
    sweep.weights = task.part->data + (task.first + i) * sweep.weight_stride;
    if (task.part->packed != nullptr) {
      sweep.packed = task.part->packed + (task.first + i) / unit.lanes * sweep.packed_stride;
    }
    if (task.tiles != nullptr) {
      unit.tile_sweeps[TypeIndex(task.part->type)](sweep);
    } else {
      (fused ? kernels.fused : kernels.panel)(sweep);
    }
    StoreRows(unit, out, step, x.m(), sweep.columns, c + task.c_column + i, ldc, accumulate);
  }
}

}  // namespace

template <class C>
void BlockMatmulWith(const BlockUnit& unit, const Context& context, const QuantizedRows& x,
                     std::span<const BlockMatrix> parts, C* c, int64_t ldc, bool accumulate) {
  if (x.m() == 0) return;
  std::vector<Bias> biases;
  biases.reserve(parts.size());
  int64_t all_columns = 0;
  for (const BlockMatrix& part : parts) {
    CRIA_CHECK(part.k == x.k() && part.k % BlockElements(part.type) == 0, "k = {} of {}, x has {}",
               part.k, DTypeName(part.type), x.k());
    all_columns += part.n;
  }
  CRIA_CHECK(ldc >= all_columns, "ldc = {}, columns {}", ldc, all_columns);
  const int64_t step = x.m() <= unit.fused_rows ? unit.lanes : 2 * unit.lanes;
  const int64_t panels = (all_columns + step - 1) / step;
  const int64_t per_task = std::clamp<int64_t>(panels / (8 * context.threads()), 1, 16) * step;
  const bool tiled = unit.tile_sweeps != nullptr && x.m() >= kTiledRows;
  const Tiles tiles = tiled ? MakeTiles(context, x) : Tiles();
  std::vector<Task> tasks;
  int64_t c_column = 0;
  for (const BlockMatrix& part : parts) {
    const BlockKernels& kernels = KernelsFor(unit, part.type);
    const Bias* bias = nullptr;
    for (const Bias& b : biases) {
      if (b.group == kernels.group && b.offset == kernels.offset) bias = &b;
    }
    if (bias == nullptr) {
      const bool none = tiled && kernels.offset > 0;  // tiles hold weights without it
      Bias& made = biases.emplace_back(none ? Bias{kernels.group, kernels.offset, {}, {}}
                                            : MakeBias(context, x, kernels));
      if (tiled && made.offset == 0) {
        made.tiles = InSixteens(context, x.m(), x.k() / made.group, made.values.data());
      }
      bias = &made;
    }
    for (int64_t i = 0; i < part.n; i += per_task) {
      tasks.push_back(
          {&part, bias, tiled ? &tiles : nullptr, i, std::min(per_task, part.n - i), c_column + i});
    }
    c_column += part.n;
  }
  context.ParallelFor(static_cast<int64_t>(tasks.size()), [&](int64_t t) {
    RunTask(unit, x, tasks[static_cast<size_t>(t)], c, ldc, accumulate);
  });
}

template void BlockMatmulWith(const BlockUnit&, const Context&, const QuantizedRows&,
                              std::span<const BlockMatrix>, float*, int64_t, bool);
template void BlockMatmulWith(const BlockUnit&, const Context&, const QuantizedRows&,
                              std::span<const BlockMatrix>, BF16*, int64_t, bool);

}  // namespace internal

int64_t PackedBlockBytes(const BlockMatrix& m) {
  const internal::BlockUnit& unit = internal::Unit();
  const int64_t panels = (m.n + unit.lanes - 1) / unit.lanes;
  return panels * internal::PackedPanelBytes(unit, internal::KernelsFor(unit, m.type), m.k);
}

void PackBlocks(const Context& context, const BlockMatrix& m, uint8_t* to) {
  const internal::BlockUnit& unit = internal::Unit();
  const internal::BlockKernels& kernels = internal::KernelsFor(unit, m.type);
  const int64_t stride = StoredBytes(m.type, m.k), lanes = unit.lanes;
  const int64_t panel = internal::PackedPanelBytes(unit, kernels, m.k);
  context.ParallelFor((m.n + lanes - 1) / lanes, [&](int64_t p) {
    kernels.pack(m.data + p * lanes * stride, stride, std::min(lanes, m.n - p * lanes), m.k,
                 to + p * panel);
  });
}

template <class T>
void QuantizedRows::Set(const Context& context, int64_t m, int64_t k, const T* x, int64_t stride) {
  CRIA_CHECK(k % kQuantBlock == 0, "rows of {} are no whole blocks of 32", k);
  m_ = m;
  k_ = k;
  if (q_.size() < m * k) q_ = Buffer<int8_t>(m * k);
  if (scale_.size() < m * k / 32) scale_ = Buffer<float>(m * k / 32);
  if (sums_.size() < m * k / 16) sums_ = Buffer<int32_t>(m * k / 16);
  const internal::BlockUnit& unit = internal::Unit();
  context.ParallelFor(m, [&](int64_t r) {
    unit.quantize(x + r * stride, sizeof(T) == 2, k / 32, q_.data() + r * k,
                  scale_.data() + r * k / 32, sums_.data() + r * k / 16);
  });
}

template <class C>
void BlockMatmul(const Context& context, const QuantizedRows& x, std::span<const BlockMatrix> parts,
                 C* c, int64_t ldc, bool accumulate) {
  internal::BlockMatmulWith(internal::Unit(), context, x, parts, c, ldc, accumulate);
}

template void QuantizedRows::Set(const Context&, int64_t, int64_t, const float*, int64_t);
template void QuantizedRows::Set(const Context&, int64_t, int64_t, const BF16*, int64_t);
template void BlockMatmul(const Context&, const QuantizedRows&, std::span<const BlockMatrix>,
                          float*, int64_t, bool);
template void BlockMatmul(const Context&, const QuantizedRows&, std::span<const BlockMatrix>, BF16*,
                          int64_t, bool);

}  // namespace cria::kernels
