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
// Sides of the part of C that the transposed product takes at a time: its operands of a block of
// steps, rearranged (3 MB a side, and twice), stay in L3.
constexpr int64_t kPartSize = 2048;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t RoundUp(int64_t a, int64_t b) { return CeilDiv(a, b) * b; }

/// Memory of one thread that lives from call to call; grows to the largest block. Whole huge pages:
/// packing writes to as many places at once as a block has panels.
struct Scratch {
  Buffer<uint32_t> slices, panels;
  Buffer<float> sums;

  template <class T>
  static T* Get(Buffer<T>* buffer, int64_t size) {
    constexpr int64_t kHugePage = (int64_t{2} << 20) / sizeof(T);
    if (buffer->size() < size) *buffer = Buffer<T>(RoundUp(size, kHugePage));
    return buffer->data();
  }
};

Scratch& ThreadScratch() {
  thread_local Scratch scratch;
  return scratch;
}

/// `n` cut into equal parts of at most kPartSize, a multiple of `multiple`.
int64_t PartSize(int64_t n, int64_t multiple) {
  return RoundUp(CeilDiv(n, CeilDiv(n, kPartSize)), multiple);
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
                           .out_stride = to_bf16 ? job.ldc : partial_stride,
                           .ahead = row + rows < job.m ? a + rows * job.lda * a_bytes : nullptr,
                           .ahead_rows = std::min<int64_t>(unit.slice_rows, job.m - row - rows),
                           .ahead_bytes = blocks.Depth(block) * a_bytes,
                           .ahead_stride_bytes = job.lda * a_bytes};
      (to_bf16 ? unit.sweep_bf16 : unit.sweep_float)(sweep);
    }
  }
}

/// A part of C of the transposed product with both operands of a block of steps rearranged, twice:
/// while the tasks of one block multiply, others rearrange the next.
class TransposedPart {
 public:
  TransposedPart(const MatmulUnit& unit, const MatmulJob& job, const StepBlocks& blocks,
                 int threads)
      : unit_(unit),
        job_(job),
        blocks_(blocks),
        cut_(unit, job, blocks.block_steps, threads),
        slice_stride_(blocks.block_steps * unit.slice_rows + kSliceSlack),
        slices_units_(CeilDiv(job.m, unit.slice_rows) * slice_stride_),
        panels_units_(Panels(job.n) * blocks.block_steps * kPanelColumns),
        slice_groups_(CeilDiv(job.m, kPackSlices * unit.slice_rows)),
        panel_groups_(CeilDiv(Panels(job.n), kPackPanels)) {
    Scratch& scratch = ThreadScratch();
    slices_ = Scratch::Get(&scratch.slices, 2 * slices_units_);
    panels_ = Scratch::Get(&scratch.panels, 2 * panels_units_);
  }

  void Run(const Context& context) {
    for (int64_t block = -1; block < blocks_.count; ++block) {
      const int64_t packs = block + 1 < blocks_.count ? slice_groups_ + panel_groups_ : 0;
      const int64_t tiles = block >= 0 ? cut_.row_tasks * cut_.column_tasks : 0;
      context.ParallelFor(packs + tiles, [&](int64_t task) {
        if (task >= packs) return Multiply(block, task - packs);
        if (task < slice_groups_) return PackSlices(block + 1, task);
        PackPanels(block + 1, task - slice_groups_);
      });
    }
  }

 private:
  // Columns rearranged by one task: whole cache lines, yet few enough places written at once.
  static constexpr int64_t kPackSlices = 8, kPackPanels = 4;

  uint32_t* Slices(int64_t block) const { return slices_ + block % 2 * slices_units_; }
  uint32_t* PanelsOf(int64_t block) const { return panels_ + block % 2 * panels_units_; }

  void PackSlices(int64_t block, int64_t group) const {
    const int64_t rows = kPackSlices * unit_.slice_rows, row = group * rows;
    const char* a = static_cast<const char*>(job_.a) +
                    (blocks_.FirstK(block) * job_.lda + row) * unit_.element_bytes;
    unit_.pack_transposed(a, job_.lda, std::min(rows, job_.m - row), blocks_.Depth(block),
                          blocks_.Steps(block), slice_stride_,
                          Slices(block) + group * kPackSlices * slice_stride_);
  }

  void PackPanels(int64_t block, int64_t group) const {
    const int64_t columns = kPackPanels * kPanelColumns, column = group * columns;
    const int64_t panel_stride = blocks_.Steps(block) * kPanelColumns;
    const char* b = static_cast<const char*>(job_.b) +
                    (blocks_.FirstK(block) * job_.ldb + column) * unit_.element_bytes;
    unit_.pack_panels(b, job_.ldb, std::min(columns, job_.n - column), blocks_.Depth(block),
                      blocks_.Steps(block), panel_stride,
                      PanelsOf(block) + group * kPackPanels * panel_stride);
  }

  void Multiply(int64_t block, int64_t task) const {
    const int64_t steps = blocks_.Steps(block), panel_stride = steps * kPanelColumns;
    const int64_t panel0 = task / cut_.row_tasks * cut_.panels, column0 = panel0 * kPanelColumns;
    const int64_t columns = std::min(job_.n - column0, cut_.panels * kPanelColumns);
    const int64_t slice0 = task % cut_.row_tasks * cut_.slices;
    const int64_t end = std::min(job_.m, (slice0 + cut_.slices) * unit_.slice_rows);
    const uint32_t* slice = Slices(block) + slice0 * slice_stride_;
    for (int64_t row = slice0 * unit_.slice_rows; row < end; row += unit_.slice_rows) {
      float* c = static_cast<float*>(job_.c) + row * job_.ldc + column0;
      unit_.sweep_float({.slice = slice,
                         .rows = static_cast<int>(std::min<int64_t>(unit_.slice_rows, end - row)),
                         .steps = steps,
                         .panels = PanelsOf(block) + panel0 * panel_stride,
                         .panel_stride = panel_stride,
                         .columns = columns,
                         .in = c,
                         .in_stride = job_.ldc,
                         .out = c,
                         .out_stride = job_.ldc,
                         .ahead = reinterpret_cast<const char*>(slice + slice_stride_),
                         .ahead_rows = row + unit_.slice_rows < job_.m ? 1 : 0,
                         .ahead_bytes = steps * unit_.slice_rows * 4,
                         .ahead_stride_bytes = 0});
      slice += slice_stride_;
    }
  }

  const MatmulUnit& unit_;
  const MatmulJob job_;
  const StepBlocks& blocks_;
  Cut cut_;
  int64_t slice_stride_, slices_units_, panels_units_, slice_groups_, panel_groups_;
  uint32_t *slices_, *panels_;
};

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
  const Cut cut(unit, job, blocks.block_steps, context.threads());
  context.ParallelFor(cut.row_tasks * cut.column_tasks,
                      [&](int64_t task) { ForwardTask(unit, job, blocks, cut, task); });
}

void MatmulTransposedAWith(const MatmulUnit& unit, const Context& context, const MatmulJob& job) {
  if (job.k == 0) return;
  const StepBlocks blocks(unit, job.k);
  const int64_t rows = PartSize(job.m, unit.slice_rows), columns = PartSize(job.n, kPanelColumns);
  for (int64_t row = 0; row < job.m; row += rows) {
    for (int64_t column = 0; column < job.n; column += columns) {
      MatmulJob part = job;
      part.m = std::min(rows, job.m - row);
      part.n = std::min(columns, job.n - column);
      part.a = static_cast<const char*>(job.a) + row * unit.element_bytes;
      part.b = static_cast<const char*>(job.b) + column * unit.element_bytes;
      part.c = static_cast<float*>(job.c) + row * job.ldc + column;
      TransposedPart(unit, part, blocks, context.threads()).Run(context);
    }
  }
}

}  // namespace cria::kernels::internal
