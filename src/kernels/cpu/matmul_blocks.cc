// Tasks of fixed content over blocks of rows, panels and steps of K.
#include "kernels/cpu/matmul_blocks.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/cpu/task_memory.h"
#include "kernels/cpu/tile_matmul.h"

namespace cria::kernels::internal {
namespace {

// A slice of 12 rows and 384 steps is 18 KB: it stays in L1 (32 KB) while panels stream from L2.
constexpr int64_t kMaxBlockSteps = 384;
int64_t MaxBlockSteps(const MatmulUnit& unit) {
  return unit.tiles ? kTileBlockSteps : kMaxBlockSteps;
}
// Half of a 1 MB L2 holds the panels that the slices of a task, and of the next, sweep over.
constexpr int64_t kPanelBudgetBytes = 480 << 10;
constexpr int64_t kMaxTaskSlices = 8;
// The transposed product rearranges both operands: 128 steps of a tile of C of this side keep the
// panels (200 KB), a group of slices, the next rows of both operands and C itself within L2.
constexpr int64_t kTransposedSteps = 128;
constexpr int64_t kTileSide = 384;

/// Memory of one thread. Whole huge pages: packing writes to as many places at once as a block has
/// panels.
struct Scratch {
  Buffer<uint32_t> slices, panels;
  Buffer<float> sums;
};

Scratch& ThreadScratch() {
  thread_local Scratch scratch;
  return scratch;
}

int64_t Panels(int64_t n) { return CeilDiv(n, kPanelColumns); }

/// How a product is cut: tasks of `slices` by `panels`, row blocks fastest, so that
/// consecutive tasks find their panels in L2.
struct Cut {
  int64_t slices, panels, row_tasks, column_tasks;

  Cut(const MatmulUnit& unit, const MatmulJob& job, int64_t block_steps, int threads) {
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
                 const Cut& cut, int64_t task) {
  const int64_t panel0 = task / cut.row_tasks * cut.panels;
  const int64_t row0 = task % cut.row_tasks * cut.slices * unit.slice_rows;
  const int64_t row_end = std::min(job.m, row0 + cut.slices * unit.slice_rows);
  const int64_t column0 = panel0 * kPanelColumns;
  const int64_t columns = std::min(job.n - column0, cut.panels * kPanelColumns);
  const bool in_scratch = job.bf16_result && blocks.count > 1;
  const int64_t c_bytes = job.bf16_result ? 2 : 4, a_bytes = unit.element_bytes;

  Scratch& scratch = ThreadScratch();
  uint32_t* slice = Grow(&scratch.slices, kMaxBlockSteps * unit.slice_rows + kSliceSlack);
  float* sums = in_scratch ? Grow(&scratch.sums, (row_end - row0) * columns) : nullptr;
  for (int64_t block = 0; block < blocks.count; ++block) {
    const int64_t steps = blocks.Steps(block);
    const uint32_t* panels =
        static_cast<const uint32_t*>(job.b) + blocks.PanelOffset(block, panel0, Panels(job.n));
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
                           .out_stride = to_bf16 ? job.ldc : partial_stride,
                           .ahead = row + rows < job.m ? a + rows * job.lda * a_bytes : nullptr,
                           .ahead_rows = std::min<int64_t>(unit.slice_rows, job.m - row - rows),
                           .ahead_bytes = blocks.Depth(block) * a_bytes,
                           .ahead_stride_bytes = job.lda * a_bytes};
      (to_bf16 ? unit.sweep_bf16 : unit.sweep_float)(sweep);
    }
  }
}

/// How the transposed product is cut: each task owns a tile of C over the whole of K and rearranges
/// both operands for itself, so larger tiles mean less of that work, and more tiles better balance.
struct TransposedCut {
  int64_t slices = 1, panels = 1, row_tasks = 1, column_tasks = 1;

  TransposedCut(const MatmulUnit& unit, const MatmulJob& job, int threads) {
    // Measured: cycles to rearrange a unit of either side, units that one cycle multiplies.
    constexpr double kPackCycles = 0.4, kUnitsPerCycle = 16;
    const int64_t all_slices = CeilDiv(job.m, unit.slice_rows), all_panels = Panels(job.n);
    double best = 0;
    for (int64_t s = std::min(all_slices, CeilDiv(kTileSide, unit.slice_rows)); s > 0; --s) {
      for (int64_t p = std::min<int64_t>(all_panels, kTileSide / kPanelColumns); p > 0; --p) {
        const int64_t rows = CeilDiv(all_slices, s), columns = CeilDiv(all_panels, p);
        const double height = static_cast<double>(s * unit.slice_rows),
                     width = static_cast<double>(p * kPanelColumns);
        const double tile = height * width / kUnitsPerCycle + (height + width) * kPackCycles;
        const double cost = static_cast<double>(CeilDiv(rows * columns, threads)) * tile;
        if (best == 0 || cost < best) {
          best = cost;
          slices = s, panels = p, row_tasks = rows, column_tasks = columns;
        }
      }
    }
  }
};

/// One task: a tile of C over all blocks of steps. While a slice multiplies, rows that are
/// rearranged next are fetched: even slices fetch for the next group of slices, odd ones for the
/// next panels.
class TransposedTile {
 public:
  TransposedTile(const MatmulUnit& unit, const MatmulJob& job, const StepBlocks& blocks,
                 const TransposedCut& cut, int64_t task)
      : unit_(unit),
        job_(job),
        blocks_(blocks),
        row0_(task % cut.row_tasks * cut.slices * unit.slice_rows),
        row_end_(std::min(job.m, row0_ + cut.slices * unit.slice_rows)),
        column0_(task / cut.row_tasks * cut.panels * kPanelColumns),
        columns_(std::min(job.n - column0_, cut.panels * kPanelColumns)),
        slice_stride_(blocks.block_steps * unit.slice_rows + kSliceSlack) {
    Scratch& scratch = ThreadScratch();
    slices_ = Grow(&scratch.slices, kGroupSlices * slice_stride_);
    panels_ = Grow(&scratch.panels, Panels(columns_) * blocks.block_steps * kPanelColumns);
  }

  void Run() const {
    for (int64_t block = 0; block < blocks_.count; ++block) {
      const int64_t steps = blocks_.Steps(block);
      unit_.pack_panels(B(block), job_.ldb, columns_, blocks_.Depth(block), steps,
                        steps * kPanelColumns, panels_);
      for (int64_t row = row0_; row < row_end_; row += GroupRows()) MultiplyGroup(block, row);
    }
  }

 private:
  // Columns of A rearranged together: whole cache lines.
  static constexpr int64_t kGroupSlices = 8;

  int64_t GroupRows() const { return kGroupSlices * unit_.slice_rows; }
  const char* A(int64_t block, int64_t row) const {
    return static_cast<const char*>(job_.a) +
           (blocks_.FirstK(block) * job_.lda + row) * unit_.element_bytes;
  }
  const char* B(int64_t block) const {
    return static_cast<const char*>(job_.b) +
           (blocks_.FirstK(block) * job_.ldb + column0_) * unit_.element_bytes;
  }

  void MultiplyGroup(int64_t block, int64_t group) const {
    const int64_t group_end = std::min(row_end_, group + GroupRows()), steps = blocks_.Steps(block);
    unit_.pack_transposed(A(block, group), job_.lda, group_end - group, blocks_.Depth(block), steps,
                          slice_stride_, slices_);
    const uint32_t* slice = slices_;
    for (int64_t row = group; row < group_end; row += unit_.slice_rows, slice += slice_stride_) {
      float* c = static_cast<float*>(job_.c) + row * job_.ldc + column0_;
      Sweep sweep = {.slice = slice,
                     .rows = static_cast<int>(std::min<int64_t>(unit_.slice_rows, group_end - row)),
                     .steps = steps,
                     .panels = panels_,
                     .panel_stride = steps * kPanelColumns,
                     .columns = columns_,
                     .in = block > 0 || job_.accumulate ? c : nullptr,
                     .in_stride = job_.ldc,
                     .out = c,
                     .out_stride = job_.ldc};
      FetchNext(block, group, row, &sweep);
      unit_.sweep_float(sweep);
    }
  }

  void FetchNext(int64_t block, int64_t group, int64_t row, Sweep* sweep) const {
    const int64_t slice = (row - row0_) / unit_.slice_rows;
    const bool for_panels = slice % 2 == 1;
    const bool last = group + GroupRows() >= row_end_;
    const int64_t next_block = for_panels || last ? block + 1 : block;
    if (next_block >= blocks_.count) return;
    const int64_t next_group = last ? row0_ : group + GroupRows();
    const int64_t all_slices = CeilDiv(row_end_ - row0_, unit_.slice_rows);
    const int64_t turns = CeilDiv(for_panels ? all_slices : std::min(all_slices, kGroupSlices), 2);
    const int64_t turn = (for_panels ? slice : slice % kGroupSlices) / 2;
    const int64_t depth = blocks_.Depth(next_block), share = CeilDiv(depth, turns);
    const int64_t stride = (for_panels ? job_.ldb : job_.lda) * unit_.element_bytes;
    sweep->ahead = (for_panels ? B(next_block) : A(next_block, next_group)) + turn * share * stride;
    sweep->ahead_rows = std::min(share, depth - turn * share);
    sweep->ahead_bytes = (for_panels ? columns_ : std::min(GroupRows(), row_end_ - next_group)) *
                         unit_.element_bytes;
    sweep->ahead_stride_bytes = stride;
  }

  const MatmulUnit& unit_;
  const MatmulJob& job_;
  const StepBlocks& blocks_;
  int64_t row0_, row_end_, column0_, columns_, slice_stride_;
  uint32_t *slices_, *panels_;
};

}  // namespace

StepBlocks::StepBlocks(const MatmulUnit& unit, int64_t k, int64_t max_steps)
    : k(k),
      steps(RoundUp(CeilDiv(k, unit.k_per_step), unit.step_multiple)),
      block_steps(RoundUp(CeilDiv(steps, CeilDiv(steps, max_steps)), unit.step_multiple)),
      count(CeilDiv(steps, block_steps)),
      k_per_step(unit.k_per_step) {}

int64_t PackedUnits(const MatmulUnit& unit, int64_t k, int64_t n) {
  return StepBlocks(unit, k, MaxBlockSteps(unit)).steps * Panels(n) * kPanelColumns;
}

void PackWith(const MatmulUnit& unit, const Context& context, const float* from, int64_t k,
              int64_t n, int64_t k_stride, int64_t n_stride, uint32_t* packed) {
  const StepBlocks blocks(unit, k, MaxBlockSteps(unit));
  const int64_t panels = Panels(n);
  context.ParallelFor(blocks.count * panels, [&](int64_t i) {
    const int64_t block = i / panels, panel = i % panels, column = panel * kPanelColumns;
    const int64_t steps = blocks.Steps(block);
    unit.pack_weights(from + blocks.FirstK(block) * k_stride + column * n_stride, k_stride,
                      n_stride, std::min<int64_t>(kPanelColumns, n - column), blocks.Depth(block),
                      steps, packed + blocks.PanelOffset(block, panel, panels));
  });
}

void PackRowsWith(const MatmulUnit& unit, const Context& context,
                  const std::function<void(int64_t, int64_t, float*)>& read, int64_t k, int64_t n,
                  uint32_t* packed) {
  const StepBlocks blocks(unit, k, MaxBlockSteps(unit));
  const int64_t panels = Panels(n);
  context.ParallelFor(panels, [&](int64_t panel) {
    thread_local Buffer<float> rows;
    if (rows.size() < k * kPanelColumns) rows = Buffer<float>(k * kPanelColumns);
    const int64_t column = panel * kPanelColumns;
    const int64_t columns = std::min<int64_t>(kPanelColumns, n - column);
    read(column, columns, rows.data());
    for (int64_t block = 0; block < blocks.count; ++block) {
      const int64_t steps = blocks.Steps(block);
      unit.pack_weights(rows.data() + blocks.FirstK(block), 1, k, columns, blocks.Depth(block),
                        steps, packed + blocks.PanelOffset(block, panel, panels));
    }
  });
}

void MatmulWith(const MatmulUnit& unit, const Context& context, const MatmulJob& job) {
  if (job.m == 0) return;
  const StepBlocks blocks(unit, job.k, MaxBlockSteps(unit));
  if (unit.tiles && job.m >= kTileMatmulRows) {
    return TileMatmul(unit, context, job, blocks,
                      PackedPanels(blocks, job.n, static_cast<const uint32_t*>(job.b)));
  }
  const Cut cut(unit, job, blocks.block_steps, context.threads());
  context.ParallelFor(cut.row_tasks * cut.column_tasks,
                      [&](int64_t task) { ForwardTask(unit, job, blocks, cut, task); });
}

void MatmulTransposedAWith(const MatmulUnit& unit, const Context& context, const MatmulJob& job) {
  CRIA_CHECK(job.k > 0, "a transposed product of no rows");
  if (unit.tiles) return TileTransposedMatmul(unit, context, job);
  const StepBlocks blocks(unit, job.k, kTransposedSteps);
  const TransposedCut cut(unit, job, context.threads());
  context.ParallelFor(cut.row_tasks * cut.column_tasks,
                      [&](int64_t task) { TransposedTile(unit, job, blocks, cut, task).Run(); });
}

}  // namespace cria::kernels::internal
