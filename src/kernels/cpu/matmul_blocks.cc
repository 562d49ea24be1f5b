#include "kernels/cpu/matmul_blocks.h"

#include <algorithm>

#include "tensor/buffer.h"

namespace cria::kernels::internal {
namespace {

// A slice of 12 rows and 384 steps is 18 KB: it stays in L1 (32 KB) while panels stream from L2.
constexpr int64_t kMaxBlockSteps = 384;
// Half of a 1 MB L2 holds the panels that the slices of a task, and of the next, sweep over.
constexpr int64_t kPanelBudgetBytes = 480 << 10;
constexpr int64_t kMaxTaskSlices = 8;
// Slices of A^T rearranged together: rows of 96 values read whole cache lines.
constexpr int64_t kTransposedSlices = 8;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t RoundUp(int64_t a, int64_t b) { return CeilDiv(a, b) * b; }

/// Memory of one thread that lives from call to call; grows to the largest block.
struct Scratch {
  Buffer<uint32_t> slices, panels;
  Buffer<float> sums;

  template <class T>
  static T* Get(Buffer<T>* buffer, int64_t size) {
    if (buffer->size() < size) *buffer = Buffer<T>(size);
    return buffer->data();
  }
};

Scratch& ThreadScratch() {
  thread_local Scratch scratch;
  return scratch;
}

int64_t Panels(int64_t n) { return CeilDiv(n, kPanelColumns); }

/// How the forward product is cut: tasks of `slices` by `panels`, row blocks fastest, so that
/// consecutive tasks find their panels in L2.
struct ForwardCut {
  int64_t slices, panels, row_tasks, column_tasks;

  ForwardCut(const MatmulUnit& unit, const MatmulJob& job, int64_t block_steps, int threads) {
    const int64_t all_slices = CeilDiv(job.m, unit.slice_rows), all_panels = Panels(job.n);
    const int64_t fit = std::max<int64_t>(1, kPanelBudgetBytes / (block_steps * kPanelColumns * 4));
    int64_t columns = CeilDiv(all_panels, fit);
    if (all_slices * columns < 4 * threads) {
      columns = std::min(all_panels, CeilDiv(4 * threads, all_slices));
    }
    panels = CeilDiv(all_panels, columns);
    if (job.m < unit.slice_rows) panels = RoundUp(panels, 4);
    column_tasks = CeilDiv(all_panels, panels);
    slices = std::clamp<int64_t>(all_slices * column_tasks / (16 * threads), 1, kMaxTaskSlices);
    row_tasks = CeilDiv(all_slices, slices);
  }
};

void ForwardTask(const MatmulUnit& unit, const MatmulJob& job, const StepBlocks& blocks,
                 const ForwardCut& cut, int64_t task) {
  const int64_t panel0 = task / cut.row_tasks * cut.panels;
  const int64_t row0 = task % cut.row_tasks * cut.slices * unit.slice_rows;
  const int64_t row_end = std::min(job.m, row0 + cut.slices * unit.slice_rows);
  const int64_t column0 = panel0 * kPanelColumns;
  const int64_t columns = std::min(job.n - column0, cut.panels * kPanelColumns);
  const bool in_scratch = job.bf16_result && blocks.count > 1;
  const int64_t c_bytes = job.bf16_result ? 2 : 4, a_bytes = unit.element_bytes;

  Scratch& scratch = ThreadScratch();
  uint32_t* slice = Scratch::Get(&scratch.slices, kMaxBlockSteps * unit.slice_rows + kSliceSlack);
  float* sums = in_scratch ? Scratch::Get(&scratch.sums, (row_end - row0) * columns) : nullptr;
  for (int64_t block = 0; block < blocks.count; ++block) {
    const int64_t steps = blocks.Steps(block);
    const uint32_t* panels =
        static_cast<const uint32_t*>(job.b) +
        (block * blocks.block_steps * Panels(job.n) + panel0 * steps) * kPanelColumns;
    for (int64_t row = row0; row < row_end; row += unit.slice_rows) {
      const int rows = static_cast<int>(std::min<int64_t>(unit.slice_rows, row_end - row));
      const char* a =
          static_cast<const char*>(job.a) + (row * job.lda + blocks.FirstK(block)) * a_bytes;
      unit.pack_rows(a, job.lda, rows, blocks.Depth(block), steps, slice);
      char* c = static_cast<char*>(job.c) + (row * job.ldc + column0) * c_bytes;
      float* partial = in_scratch ? sums + (row - row0) * columns : reinterpret_cast<float*>(c);
      const int64_t partial_stride = in_scratch ? columns : job.ldc;
      const bool to_bf16 = job.bf16_result && block + 1 == blocks.count;
      const Sweep sweep = {.slice = slice,
                           .rows = rows,
                           .steps = steps,
                           .panels = panels,
                           .panel_stride = steps * kPanelColumns,
                           .columns = columns,
                           .in = block > 0 || job.accumulate ? partial : nullptr,
                           .in_stride = partial_stride,
                           .out = to_bf16 ? static_cast<void*>(c) : partial,
                           .out_stride = to_bf16 ? job.ldc : partial_stride};
      (to_bf16 ? unit.sweep_bf16 : unit.sweep_float)(sweep);
    }
  }
}

/// How the transposed product is cut: each task owns a tile of C over the whole of K and rearranges
/// both operands for itself, so larger tiles mean less of that work, and more tiles better balance.
struct TransposedCut {
  int64_t slices = 1, panels = 1, row_tasks = 1, column_tasks = 1;

  TransposedCut(const MatmulUnit& unit, const MatmulJob& job, int64_t block_steps, int threads) {
    constexpr double kPackCycles = 0.5, kUnitsPerCycle = 16;
    const int64_t all_slices = CeilDiv(job.m, unit.slice_rows), all_panels = Panels(job.n);
    const int64_t fit = std::max<int64_t>(1, kPanelBudgetBytes / (block_steps * kPanelColumns * 4));
    double best = 1e300;
    for (int64_t i = 1; i <= std::min<int64_t>(all_slices, 64); ++i) {
      for (int64_t j = CeilDiv(all_panels, fit); j <= std::min<int64_t>(all_panels, 256); ++j) {
        const int64_t s = CeilDiv(all_slices, i), p = CeilDiv(all_panels, j);
        const int64_t rows = CeilDiv(all_slices, s), columns = CeilDiv(all_panels, p);
        const double height = static_cast<double>(s * unit.slice_rows),
                     width = static_cast<double>(p * kPanelColumns);
        const double tile = height * width / kUnitsPerCycle + (height + width) * kPackCycles;
        const double cost = (static_cast<double>(CeilDiv(rows * columns, threads)) + 0.1) * tile;
        if (cost < best) {
          best = cost;
          slices = s, panels = p, row_tasks = rows, column_tasks = columns;
        }
        if (p == 1) break;
      }
    }
    // More panels than the search covers: as many as fit.
    if (best == 1e300) {
      panels = fit, slices = std::min<int64_t>(all_slices, 4 * kTransposedSlices);
      row_tasks = CeilDiv(all_slices, slices), column_tasks = CeilDiv(all_panels, panels);
    }
  }
};

void TransposedTask(const MatmulUnit& unit, const MatmulJob& job, const StepBlocks& blocks,
                    const TransposedCut& cut, int64_t task) {
  const int64_t column0 = task / cut.row_tasks * cut.panels * kPanelColumns;
  const int64_t row0 = task % cut.row_tasks * cut.slices * unit.slice_rows;
  const int64_t row_end = std::min(job.m, row0 + cut.slices * unit.slice_rows);
  const int64_t columns = std::min(job.n - column0, cut.panels * kPanelColumns);
  const int64_t bytes = unit.element_bytes, group_rows = kTransposedSlices * unit.slice_rows;

  Scratch& scratch = ThreadScratch();
  const int64_t slice_stride = blocks.block_steps * unit.slice_rows + kSliceSlack;
  uint32_t* slices = Scratch::Get(&scratch.slices, kTransposedSlices * slice_stride);
  uint32_t* panels =
      Scratch::Get(&scratch.panels, Panels(columns) * blocks.block_steps * kPanelColumns);
  for (int64_t block = 0; block < blocks.count; ++block) {
    const int64_t steps = blocks.Steps(block), k0 = blocks.FirstK(block);
    const char* b = static_cast<const char*>(job.b) + (k0 * job.ldb + column0) * bytes;
    unit.pack_panels(b, job.ldb, columns, blocks.Depth(block), steps, steps * kPanelColumns,
                     panels);
    for (int64_t group = row0; group < row_end; group += group_rows) {
      const int64_t group_end = std::min(row_end, group + group_rows);
      const char* a = static_cast<const char*>(job.a) + (k0 * job.lda + group) * bytes;
      unit.pack_transposed(a, job.lda, group_end - group, blocks.Depth(block), steps, slice_stride,
                           slices);
      const uint32_t* slice = slices;
      for (int64_t row = group; row < group_end; row += unit.slice_rows, slice += slice_stride) {
        float* c = static_cast<float*>(job.c) + row * job.ldc + column0;
        unit.sweep_float(
            {.slice = slice,
             .rows = static_cast<int>(std::min<int64_t>(unit.slice_rows, group_end - row)),
             .steps = steps,
             .panels = panels,
             .panel_stride = steps * kPanelColumns,
             .columns = columns,
             .in = c,
             .in_stride = job.ldc,
             .out = c,
             .out_stride = job.ldc});
      }
    }
  }
}

}  // namespace

StepBlocks::StepBlocks(const MatmulUnit& unit, int64_t k)
    : k(k),
      steps(RoundUp(CeilDiv(k, unit.k_per_step), unit.step_multiple)),
      block_steps(RoundUp(CeilDiv(steps, CeilDiv(steps, kMaxBlockSteps)), unit.step_multiple)),
      count(CeilDiv(steps, block_steps)),
      k_per_step(unit.k_per_step) {}

int64_t PackedUnits(const MatmulUnit& unit, int64_t k, int64_t n) {
  return StepBlocks(unit, k).steps * Panels(n) * kPanelColumns;
}

void PackWith(const MatmulUnit& unit, const Context& context, const float* from, int64_t k,
              int64_t n, int64_t k_stride, int64_t n_stride, uint32_t* packed) {
  const StepBlocks blocks(unit, k);
  const int64_t panels = Panels(n);
  context.ParallelFor(blocks.count * panels, [&](int64_t i) {
    const int64_t block = i / panels, panel = i % panels, column = panel * kPanelColumns;
    const int64_t steps = blocks.Steps(block);
    unit.pack_weights(
        from + blocks.FirstK(block) * k_stride + column * n_stride, k_stride, n_stride,
        std::min<int64_t>(kPanelColumns, n - column), blocks.Depth(block), steps,
        packed + (block * blocks.block_steps * panels + panel * steps) * kPanelColumns);
  });
}

void MatmulWith(const MatmulUnit& unit, const Context& context, const MatmulJob& job) {
  if (job.m == 0) return;
  const StepBlocks blocks(unit, job.k);
  const ForwardCut cut(unit, job, blocks.block_steps, context.threads());
  context.ParallelFor(cut.row_tasks * cut.column_tasks,
                      [&](int64_t task) { ForwardTask(unit, job, blocks, cut, task); });
}

void MatmulTransposedAWith(const MatmulUnit& unit, const Context& context, const MatmulJob& job) {
  if (job.k == 0) return;
  const StepBlocks blocks(unit, job.k);
  const TransposedCut cut(unit, job, blocks.block_steps, context.threads());
  context.ParallelFor(cut.row_tasks * cut.column_tasks,
                      [&](int64_t task) { TransposedTask(unit, job, blocks, cut, task); });
}

}  // namespace cria::kernels::internal
