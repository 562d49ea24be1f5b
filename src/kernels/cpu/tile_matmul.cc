// Row chunks one behind the other; in each, first all slices of A, then the tasks.
#include "kernels/cpu/tile_matmul.h"

#include <algorithm>

#include "tensor/buffer.h"

namespace cria::kernels::internal {
namespace {

// What lies beyond L2 is slow beside tiles, so a task keeps its sums there: 512 rows by 384 columns
// in fp32, 768 KB of the 2 MB that every AMX processor has. The panels of a block (384 KB) stay
// beside them, the slices of A stream through.
constexpr int64_t kChunkRows = 512;
constexpr int64_t kMaxTaskPanels = 12, kMinTaskPanels = 8, kTasksPerThread = 2;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Memory that lives from call to call, whole huge pages.
uint32_t* Grow(Buffer<uint32_t>* buffer, int64_t size) {
  constexpr int64_t kHugePage = (int64_t{2} << 20) / sizeof(uint32_t);
  if (buffer->size() < size) *buffer = Buffer<uint32_t>(CeilDiv(size, kHugePage) * kHugePage);
  return buffer->data();
}

int64_t TaskPanels(int64_t panels, int threads) {
  const int64_t even = CeilDiv(panels, kTasksPerThread * threads);
  const int64_t most = std::clamp(even, kMinTaskPanels, kMaxTaskPanels);
  const int64_t tasks = CeilDiv(CeilDiv(panels, most), threads) * threads;  // none waits at the end
  return CeilDiv(panels, tasks);
}

/// Rows [row0, row_end) of the product.
class Chunk {
 public:
  Chunk(const MatmulUnit& unit, const MatmulJob& job, const StepBlocks& blocks,
        const PanelSource& source, int64_t row0, uint32_t* slices)
      : unit_(unit),
        job_(job),
        blocks_(blocks),
        source_(source),
        row0_(row0),
        rows_(std::min(kChunkRows, job.m - row0)),
        slices_(slices) {}

  static int64_t SliceUnits(const MatmulUnit& unit, const MatmulJob& job,
                            const StepBlocks& blocks) {
    return blocks.count * CeilDiv(std::min(kChunkRows, job.m), unit.slice_rows) *
           (blocks.block_steps * unit.slice_rows + kSliceSlack);
  }

  void PackSlices(const Context& context) const {
    context.ParallelFor(blocks_.count * Slices(), [&](int64_t i) {
      const int64_t block = i / Slices(), row = i % Slices() * unit_.slice_rows;
      const char* a = static_cast<const char*>(job_.a) +
                      ((row0_ + row) * job_.lda + blocks_.FirstK(block)) * unit_.element_bytes;
      unit_.pack_rows(a, job_.lda, Rows(row), blocks_.Depth(block), blocks_.Steps(block),
                      Slice(block, row));
    });
  }

  void RunTask(int64_t panel, int64_t count) const {
    thread_local Buffer<uint32_t> panels_memory, sums_memory;
    uint32_t* scratch = Grow(&panels_memory, kMaxTaskPanels * blocks_.block_steps * kPanelColumns);
    const int64_t column = panel * kPanelColumns;
    const int64_t columns = std::min(job_.n - column, count * kPanelColumns);
    const bool in_scratch = job_.bf16_result && blocks_.count > 1;
    float* sums = reinterpret_cast<float*>(
        in_scratch ? Grow(&sums_memory, kChunkRows * kMaxTaskPanels * kPanelColumns) : nullptr);
    for (int64_t block = 0; block < blocks_.count; ++block) {
      const int64_t steps = blocks_.Steps(block);
      Sweep sweep = {.slice = nullptr,
                     .rows = 0,
                     .steps = steps,
                     .panels = source_.Panels(block, panel, count, scratch),
                     .panel_stride = steps * kPanelColumns,
                     .columns = columns,
                     .in = nullptr,
                     .in_stride = in_scratch ? columns : job_.ldc,
                     .out = nullptr,
                     .out_stride = job_.ldc};
      const bool to_bf16 = job_.bf16_result && block + 1 == blocks_.count;
      for (int64_t row = 0; row < rows_; row += unit_.slice_rows) {
        char* c = static_cast<char*>(job_.c) +
                  ((row0_ + row) * job_.ldc + column) * (job_.bf16_result ? 2 : 4);
        float* partial = in_scratch ? sums + row * columns : reinterpret_cast<float*>(c);
        sweep.slice = Slice(block, row);
        FetchNext(block, row, &sweep);
        sweep.rows = Rows(row);
        sweep.in = block > 0 || job_.accumulate ? partial : nullptr;
        sweep.out = to_bf16 ? static_cast<void*>(c) : partial;
        sweep.out_stride = to_bf16 ? job_.ldc : sweep.in_stride;
        (to_bf16 ? unit_.sweep_bf16 : unit_.sweep_float)(sweep);
      }
    }
  }

 private:
  int64_t Slices() const { return CeilDiv(rows_, unit_.slice_rows); }
  int Rows(int64_t row) const {
    return static_cast<int>(std::min<int64_t>(unit_.slice_rows, rows_ - row));
  }
  /// The slice behind this one, or the first of the next block.
  void FetchNext(int64_t block, int64_t row, Sweep* sweep) const {
    const bool last = row + unit_.slice_rows >= rows_;
    if (last && block + 1 == blocks_.count) return;
    sweep->ahead = reinterpret_cast<const char*>(last ? Slice(block + 1, 0)
                                                      : Slice(block, row + unit_.slice_rows));
    sweep->ahead_bytes = blocks_.Steps(last ? block + 1 : block) * unit_.slice_rows * 4;
  }
  uint32_t* Slice(int64_t block, int64_t row) const {
    const int64_t stride = blocks_.block_steps * unit_.slice_rows + kSliceSlack;
    return slices_ + (block * Slices() + row / unit_.slice_rows) * stride;
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
  thread_local Buffer<uint32_t> slices_memory;
  uint32_t* slices = Grow(&slices_memory, Chunk::SliceUnits(unit, job, blocks));
  const int64_t panels = CeilDiv(job.n, kPanelColumns);
  const int64_t per_task = TaskPanels(panels, context.threads());
  for (int64_t row = 0; row < job.m; row += kChunkRows) {
    const Chunk chunk(unit, job, blocks, source, row, slices);
    chunk.PackSlices(context);
    context.ParallelFor(CeilDiv(panels, per_task), [&](int64_t task) {
      const int64_t panel = task * per_task;
      chunk.RunTask(panel, std::min(per_task, panels - panel));
    });
  }
}

}  // namespace cria::kernels::internal
