// Products of many rows with quantised weights on tile registers: panels of bf16 are unpacked into
// L2 as a task needs them and used by all rows at once.
#include "base/error.h"
#include "kernels/cpu/block_matmul.h"
#include "kernels/cpu/tile_matmul.h"

namespace cria::kernels {
namespace internal {
namespace {

static_assert(kWidenColumns == kPanelColumns);

const MatmulUnit& WideUnit() {
  static const MatmulUnit& unit = UnitFor(DetectIsa(), true);
  return unit;
}

/// Blocks of steps that begin at whole super-blocks of the weights.
StepBlocks WholeSuperBlocks(const MatmulUnit& unit, int64_t k) {
  StepBlocks blocks(unit, k, kTileBlockSteps);
  constexpr int64_t kSteps = kSuperBlock / 2;
  blocks.block_steps = (blocks.block_steps + kSteps - 1) / kSteps * kSteps;
  blocks.count = (blocks.steps + blocks.block_steps - 1) / blocks.block_steps;
  return blocks;
}

/// Stacked matrices whose columns of the result are whole panels, or one matrix.
class BlockPanels : public PanelSource {
 public:
  BlockPanels(const StepBlocks& blocks, std::span<const BlockMatrix> parts)
      : unit_(BlockUnitFor(DetectIsa())), blocks_(blocks), parts_(parts) {}

  const uint32_t* Stored(int64_t, int64_t) const override { return nullptr; }
  void Make(int64_t block, int64_t panel, int64_t count, uint32_t* to) const override {
    size_t part = 0;
    int64_t first = panel * kPanelColumns;  // row of W within the part
    for (int64_t p = 0; p < count; ++p, first += kPanelColumns) {
      while (first >= parts_[part].n) first -= parts_[part++].n;
      Unpack(parts_[part], block, first, to + p * blocks_.Steps(block) * kPanelColumns);
    }
  }

 private:
  void Unpack(const BlockMatrix& part, int64_t block, int64_t first, uint32_t* to) const {
    const BlockKernels& kernels = KernelsFor(unit_, part.type);
    const int64_t stride = StoredBytes(part.type, part.k), skipped = blocks_.FirstK(block);
    for (int64_t r = first; r < std::min(part.n, first + kPanelColumns); r += unit_.lanes) {
      const uint8_t* packed = part.packed;
      if (packed != nullptr) {
        packed += r / unit_.lanes * PackedPanelBytes(unit_, kernels, part.k) +
                  skipped / kSuperBlock * kernels.packed_bytes * unit_.lanes;
      }
      kernels.widen(part.data + r * stride + StoredBytes(part.type, skipped), stride,
                    std::min<int64_t>(unit_.lanes, part.n - r), packed, blocks_.Depth(block),
                    to + (r - first));
    }
  }

  const BlockUnit& unit_;
  const StepBlocks& blocks_;
  std::span<const BlockMatrix> parts_;
};

bool WholePanels(std::span<const BlockMatrix> parts) {
  for (const BlockMatrix& part : parts) {
    if (part.n % kPanelColumns != 0) return false;
  }
  return true;
}

}  // namespace
}  // namespace internal

bool HasWideBlockMatmul() { return internal::WideUnit().tiles; }

template <class C>
void WideBlockMatmul(const Context& context, int64_t m, const BF16* x, int64_t x_stride,
                     std::span<const BlockMatrix> parts, C* c, int64_t ldc, bool accumulate) {
  CRIA_CHECK(HasWideBlockMatmul() && !(accumulate && sizeof(C) == 2));
  if (m == 0 || parts.empty()) return;
  if (parts.size() > 1 && !internal::WholePanels(parts)) {
    for (const BlockMatrix& part : parts) {
      WideBlockMatmul(context, m, x, x_stride, {&part, 1}, c, ldc, accumulate);
      c += part.n;
    }
    return;
  }
  internal::MatmulJob job = {.m = m,
                             .n = 0,
                             .k = parts.front().k,
                             .a = x,
                             .lda = x_stride,
                             .b = nullptr,
                             .ldb = 0,
                             .c = c,
                             .ldc = ldc,
                             .bf16_result = sizeof(C) == 2,
                             .accumulate = accumulate};
  for (const BlockMatrix& part : parts) {
    CRIA_CHECK(part.k == job.k && part.k % BlockElements(part.type) == 0, "k = {} of {}, x has {}",
               part.k, DTypeName(part.type), job.k);
    job.n += part.n;
  }
  CRIA_CHECK(x_stride >= job.k && ldc >= job.n, "x_stride = {}, k = {}, ldc = {}, n = {}", x_stride,
             job.k, ldc, job.n);
  const internal::MatmulUnit& unit = internal::WideUnit();
  const internal::StepBlocks blocks = internal::WholeSuperBlocks(unit, job.k);
  internal::TileMatmul(unit, context, job, blocks, internal::BlockPanels(blocks, parts));
}

template void WideBlockMatmul(const Context&, int64_t, const BF16*, int64_t,
                              std::span<const BlockMatrix>, float*, int64_t, bool);
template void WideBlockMatmul(const Context&, int64_t, const BF16*, int64_t,
                              std::span<const BlockMatrix>, BF16*, int64_t, bool);

}  // namespace cria::kernels
