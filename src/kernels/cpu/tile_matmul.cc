// Row chunks one behind the other; in each, first all slices of A, then the tasks.
#include "kernels/cpu/tile_matmul.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/cpu/task_memory.h"

namespace cria::kernels::internal {
namespace {

// What lies beyond L2 is slow beside tiles, so a task keeps its sums there: 768 rows by 384 columns
// in fp32, 1.2 of the 2 MB that every AMX processor has. The panels of a block (384 KB) stay
// beside them, the slices of A stream through; the next of both are asked for on the way.
constexpr int64_t kMaxTaskPanels = 12, kMinTaskPanels = 8, kTasksPerThread = 2;
// Of the transposed product: slices or panels that are rearranged together, whole cache lines of
// the rows they come from; steps after which its sums go through memory; panels that it keeps
// rearranged, to be read once per kTileChunkRows.
constexpr int64_t kGroup = 8, kTransposedSteps = 4096, kTransposedPanelBytes = int64_t{16} << 20;
// K is long, so slices come from beyond L2: fewer, wider tasks ask for less of them.
constexpr int64_t kTransposedTasksPerThread = 1;

int64_t TaskPanels(int64_t panels, int64_t least_tasks, int threads) {
  const int64_t even = CeilDiv(panels, least_tasks);
  const int64_t most = std::clamp(even, kMinTaskPanels, kMaxTaskPanels);
  const int64_t tasks = CeilDiv(CeilDiv(panels, most), threads) * threads;  // none waits at the end
  return CeilDiv(panels, tasks);
}

/// What is done beside the products of one slice: the lines that come next are asked for, and the
/// finished sums of the slice before are rounded.
class SliceErrands {
 public:
  explicit SliceErrands(const MatmulUnit& unit) : unit_(unit) {}

  /// For a sweep that calls so many times.
  Beside Begin(int64_t calls) {
    for (Range& range : fetch_)
      range.share = CeilDiv(CeilDiv(range.end - range.at, calls), 64) * 64;
    round_share_ = rounding_.rows == 0 ? 0 : CeilDiv(rounding_.rows * rounding_.columns, calls);
    round_share_ = CeilDiv(round_share_, 16) * 16;
    return {[](void* self) { static_cast<SliceErrands*>(self)->Run(); }, this};
  }
  enum What { kSlice, kPanels };
  void Fetch(What which, const void* from, int64_t bytes) {
    fetch_[which].at = static_cast<const char*>(from);
    fetch_[which].end = fetch_[which].at + bytes;
  }
  /// Sums [rows, columns], side by side, to bf16.
  void Round(const float* sums, int64_t rows, int64_t columns, uint16_t* to, int64_t ldc) {
    rounding_ = {sums, to, rows, columns, ldc, 0};
  }
  void Finish() {
    while (rounding_.rows > 0) RoundSome(rounding_.columns);
  }

 private:
  struct Range {
    const char *at = nullptr, *end = nullptr;
    int64_t share = 0;
  };
  struct Rounding {
    const float* sums = nullptr;
    uint16_t* to = nullptr;
    int64_t rows = 0, columns = 0, ldc = 0, column = 0;
  };

  void Run() {
    for (Range& range : fetch_) {
      for (int64_t i = 0; i < range.share && range.at < range.end; i += 64, range.at += 64) {
        __builtin_prefetch(range.at, 0, 2);
      }
    }
    if (rounding_.rows > 0) RoundSome(round_share_);
  }
  /// Up to n sums of one row.
  void RoundSome(int64_t n) {
    Rounding& r = rounding_;
    n = std::min(n, r.columns - r.column);
    unit_.round(r.sums + r.column, n, r.to + r.column);
    r.column += n;
    if (r.column < r.columns) return;
    r.column = 0, r.sums += r.columns, r.to += r.ldc, --r.rows;
  }

  const MatmulUnit& unit_;
  Range fetch_[2];
  Rounding rounding_;
  int64_t round_share_ = 0;
};

/// Rows from row0 on, at most kTileChunkRows of them.
class Chunk {
 public:
  Chunk(const MatmulUnit& unit, const MatmulJob& job, const StepBlocks& blocks,
        const PanelSource& source, int64_t row0, uint32_t* slices)
      : unit_(unit),
        job_(job),
        blocks_(blocks),
        source_(source),
        row0_(row0),
        rows_(std::min(kTileChunkRows, job.m - row0)),
        slices_(slices) {}

  static int64_t SliceUnits(const MatmulUnit& unit, const MatmulJob& job,
                            const StepBlocks& blocks) {
    return blocks.count * CeilDiv(std::min(kTileChunkRows, job.m), unit.slice_rows) *
           (blocks.block_steps * unit.slice_rows + kSliceSlack);
  }

  void PackSlices(const Context& context) const {
    if (job_.a_transposed) return PackTransposedSlices(context);
    context.ParallelFor(blocks_.count * Slices(), [&](int64_t i) {
      const int64_t block = i / Slices(), row = i % Slices() * unit_.slice_rows;
      const char* a = static_cast<const char*>(job_.a) +
                      ((row0_ + row) * job_.lda + blocks_.FirstK(block)) * unit_.element_bytes;
      unit_.pack_rows(a, job_.lda, Rows(row), blocks_.Depth(block), blocks_.Steps(block),
                      Slice(block, row));
    });
  }

  void RunTask(int64_t panel, int64_t count) const {
    thread_local Buffer<uint32_t> panels_memory;
    thread_local Buffer<float> sums_memory;
    const int64_t column = panel * kPanelColumns;
    const int64_t columns = std::min(job_.n - column, count * kPanelColumns);
    float* sums = job_.bf16_result
                      ? Grow(&sums_memory, kTileChunkRows * kMaxTaskPanels * kPanelColumns)
                      : static_cast<float*>(job_.c) + row0_ * job_.ldc + column;
    const int64_t stride = job_.bf16_result ? columns : job_.ldc;
    uint32_t* scratch = Grow(&panels_memory, kMaxTaskPanels * blocks_.block_steps * kPanelColumns);
    SliceErrands errands(unit_);
    for (int64_t block = 0; block < blocks_.count; ++block) {
      const int64_t steps = blocks_.Steps(block);
      const bool last = block + 1 == blocks_.count;
      const uint32_t* panels = source_.Stored(block, panel);
      if (panels == nullptr) source_.Make(block, panel, count, scratch), panels = scratch;
      Sweep sweep = {.slice = nullptr,
                     .rows = 0,
                     .steps = steps,
                     .panels = panels,
                     .panel_stride = steps * kPanelColumns,
                     .columns = columns,
                     .in = nullptr,
                     .in_stride = stride,
                     .out = nullptr,
                     .out_stride = stride};
      for (int64_t row = 0; row < rows_; row += unit_.slice_rows) {
        FetchNext(block, row, panel, count, &errands);
        float* partial = sums + row * stride;
        sweep.slice = Slice(block, row);
        sweep.rows = Rows(row);
        sweep.in = block > 0 || job_.accumulate ? partial : nullptr;
        sweep.out = partial;
        sweep.beside = errands.Begin(count * steps / kBesideSteps);
        unit_.sweep_float(sweep);
        errands.Finish();
        if (last && job_.bf16_result) {
          errands.Round(partial, Rows(row), columns,
                        static_cast<uint16_t*>(job_.c) + (row0_ + row) * job_.ldc + column,
                        job_.ldc);
        }
      }
    }
    errands.Finish();
  }

 private:
  int64_t Slices() const { return CeilDiv(rows_, unit_.slice_rows); }
  void PackTransposedSlices(const Context& context) const {
    const int64_t groups = CeilDiv(Slices(), kGroup);
    context.ParallelFor(blocks_.count * groups, [&](int64_t i) {
      const int64_t block = i / groups, row = i % groups * kGroup * unit_.slice_rows;
      const char* a = static_cast<const char*>(job_.a) +
                      (blocks_.FirstK(block) * job_.lda + row0_ + row) * unit_.element_bytes;
      unit_.pack_transposed(a, job_.lda, std::min(rows_ - row, kGroup * unit_.slice_rows),
                            blocks_.Depth(block), blocks_.Steps(block), SliceStride(),
                            Slice(block, row));
    });
  }
  int Rows(int64_t row) const {
    return static_cast<int>(std::min<int64_t>(unit_.slice_rows, rows_ - row));
  }
  /// The slice behind this one, or the first of the next block, and a share of the next panels.
  void FetchNext(int64_t block, int64_t row, int64_t panel, int64_t count,
                 SliceErrands* errands) const {
    const int64_t turn = row / unit_.slice_rows;
    if (turn + 1 < Slices()) {
      errands->Fetch(SliceErrands::kSlice, Slice(block, row + unit_.slice_rows),
                     blocks_.Steps(block) * unit_.slice_rows * 4);
    }
    if (block + 1 == blocks_.count) return;
    const int64_t steps = blocks_.Steps(block + 1);
    if (turn + 1 == Slices())
      errands->Fetch(SliceErrands::kSlice, Slice(block + 1, 0), steps * unit_.slice_rows * 4);
    const uint32_t* panels = source_.Stored(block + 1, panel);
    if (panels == nullptr) return;
    const int64_t units = count * steps * kPanelColumns, share = CeilDiv(units, Slices());
    errands->Fetch(SliceErrands::kPanels, panels + turn * share,
                   std::min(share, units - turn * share) * 4);
  }
  int64_t SliceStride() const { return blocks_.block_steps * unit_.slice_rows + kSliceSlack; }
  uint32_t* Slice(int64_t block, int64_t row) const {
    return slices_ + (block * Slices() + row / unit_.slice_rows) * SliceStride();
  }

  const MatmulUnit& unit_;
  const MatmulJob& job_;
  const StepBlocks& blocks_;
  const PanelSource& source_;
  int64_t row0_, rows_;
  uint32_t* slices_;
};

}  // namespace

void TileMatmul(const MatmulUnit& unit, const Context& context, const MatmulJob& job,
                const StepBlocks& blocks, const PanelSource& source) {
  CRIA_CHECK(!(job.bf16_result && job.accumulate), "rounded sums are not added to");
  thread_local Buffer<uint32_t> slices_memory;
  uint32_t* slices = Grow(&slices_memory, Chunk::SliceUnits(unit, job, blocks));
  const int64_t panels = CeilDiv(job.n, kPanelColumns);
  const int threads = context.threads();
  const int64_t per_task = TaskPanels(
      panels, (job.a_transposed ? kTransposedTasksPerThread : kTasksPerThread) * threads, threads);
  for (int64_t row = 0; row < job.m; row += kTileChunkRows) {
    const Chunk chunk(unit, job, blocks, source, row, slices);
    chunk.PackSlices(context);
    context.ParallelFor(CeilDiv(panels, per_task), [&](int64_t task) {
      const int64_t panel = task * per_task;
      chunk.RunTask(panel, std::min(per_task, panels - panel));
    });
  }
}

namespace {

int64_t MaxColumns(const StepBlocks& blocks) {
  const int64_t panel_bytes = blocks.steps * kPanelColumns * 4;
  return std::max<int64_t>(1, kTransposedPanelBytes / panel_bytes) * kPanelColumns;
}

// `job.b` [k, n] becomes panels.
void PackPanels(const MatmulUnit& unit, const Context& context, const MatmulJob& job,
                const StepBlocks& blocks, uint32_t* units) {
  const int64_t panels = CeilDiv(job.n, kPanelColumns), groups = CeilDiv(panels, kGroup);
  context.ParallelFor(blocks.count * groups, [&](int64_t i) {
    const int64_t block = i / groups, panel = i % groups * kGroup, column = panel * kPanelColumns;
    const int64_t steps = blocks.Steps(block);
    const char* b = static_cast<const char*>(job.b) +
                    (blocks.FirstK(block) * job.ldb + column) * unit.element_bytes;
    unit.pack_panels(b, job.ldb, std::min(job.n - column, kGroup * kPanelColumns),
                     blocks.Depth(block), steps, steps * kPanelColumns,
                     units + blocks.PanelOffset(block, panel, panels));
  });
}

}  // namespace

void PackedPanels::Make(int64_t, int64_t, int64_t, uint32_t*) const {
  CRIA_CHECK(false, "packed panels are stored");
}

void TileTransposedMatmul(const MatmulUnit& unit, const Context& context, const MatmulJob& job) {
  thread_local Buffer<uint32_t> memory;
  const int64_t depth = kTransposedSteps * unit.k_per_step;
  for (int64_t k = 0; k < job.k; k += depth) {
    MatmulJob part = job;
    part.a_transposed = true;
    part.k = std::min(depth, job.k - k);
    part.accumulate = job.accumulate || k > 0;
    const StepBlocks blocks(unit, part.k, kTileBlockSteps);
    const int64_t columns = MaxColumns(blocks);
    part.a = static_cast<const char*>(job.a) + k * job.lda * unit.element_bytes;
    for (int64_t n = 0; n < job.n; n += columns) {
      part.n = std::min(columns, job.n - n);
      part.b = static_cast<const char*>(job.b) + (k * job.ldb + n) * unit.element_bytes;
      part.c = static_cast<float*>(job.c) + n;
      uint32_t* units = Grow(&memory, RoundUp(part.n, kPanelColumns) * blocks.steps);
      PackPanels(unit, context, part, blocks, units);
      TileMatmul(unit, context, part, blocks, PackedPanels(blocks, part.n, units));
    }
  }
}

int64_t TileLeftUnits(const MatmulUnit& unit, int64_t m, int64_t k, bool transposed) {
  const int64_t depth = transposed ? std::min(k, kTransposedSteps * unit.k_per_step) : k;
  return Chunk::SliceUnits(unit, {.m = m}, StepBlocks(unit, depth, kTileBlockSteps));
}

int64_t TileRightUnits(const MatmulUnit& unit, int64_t n, int64_t k) {
  const StepBlocks blocks(unit, std::min(k, kTransposedSteps * unit.k_per_step), kTileBlockSteps);
  return RoundUp(std::min(n, MaxColumns(blocks)), kPanelColumns) * blocks.steps;
}

}  // namespace cria::kernels::internal
