// What one instruction set offers to the matrix products: rearranging operands into 32-bit units
// and multiplying one slice of rows with a run of panels. Knows no threads, no blocking, no
// dispatch.
//
// A unit is 32 bits of one operand along k: one float, or a pair of bf16 (k, k + 1). A step is one
// unit deep. Files behind this contract are compiled for their instruction set; they use nothing
// inline from the standard library, since the linker might pick that copy for the whole program.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace cria::kernels::internal {

/// Columns of a panel: [steps][32] units, the layout of a right operand on every instruction set.
constexpr int kPanelColumns = 32;

/// Work done beside the products of a sweep, so that vectors and loads are busy while tiles
/// multiply: `run` is called once in a while, kBesideSteps of products apart.
struct Beside {
  void (*run)(void* state) = nullptr;  ///< null: nothing to do
  void* state = nullptr;
};
constexpr int64_t kBesideSteps = 16;

/// Out [rows, columns] = In + A B over one block of steps. Each element is one chain of additions
/// in the order of k that starts from `in`, so blocks of any size give the same bits.
struct Sweep {
  const uint32_t* slice;  ///< rows of A as the pack functions of the same unit laid them out
  int rows;               ///< 1..slice_rows
  int64_t steps;
  const uint32_t* panels;  ///< panel p at p * panel_stride
  int64_t panel_stride;
  int64_t columns;  ///< of all panels together; the last one may be partial
  const float* in;  ///< null: chains start from zero
  int64_t in_stride;
  void* out;  ///< float or bf16, by the function called
  int64_t out_stride;
  // What the next slice will be packed from, fetched between the panels of this one by units
  // without tiles; may be null.
  const char* ahead = nullptr;
  int64_t ahead_rows = 0, ahead_bytes = 0, ahead_stride_bytes = 0;
  Beside beside = {};  ///< called by units with tiles
};

struct MatmulUnit {
  int slice_rows;     ///< rows that one slice holds
  int element_bytes;  ///< of the operands: 4 or 2
  int k_per_step;     ///< 1 or 2
  int step_multiple;  ///< steps of a block are a multiple of this, padded with zeros

  /// A [rows, k] row-major (stride lda, in elements) -> one slice.
  void (*pack_rows)(const void* a, int64_t lda, int rows, int64_t k, int64_t steps,
                    uint32_t* slice);
  /// A [k, columns] row-major -> slices of its transpose, slice_stride units apart.
  void (*pack_transposed)(const void* a, int64_t lda, int64_t columns, int64_t k, int64_t steps,
                          int64_t slice_stride, uint32_t* slices);
  /// B [k, columns] row-major -> panels.
  void (*pack_panels)(const void* b, int64_t ldb, int64_t columns, int64_t k, int64_t steps,
                      int64_t panel_stride, uint32_t* panels);
  /// One panel (columns <= 32) from floats at from[k * k_stride + n * n_stride]; a stride is 1.
  void (*pack_weights)(const float* from, int64_t k_stride, int64_t n_stride, int64_t columns,
                       int64_t k, int64_t steps, uint32_t* panel);
  void (*sweep_float)(const Sweep& sweep);
  void (*sweep_bf16)(const Sweep& sweep);
  /// Multiply-adds in registers alone, `loops` rounds of them: returns the floating-point
  /// operations done. What no product on this instruction set can exceed.
  int64_t (*spin)(int64_t loops);
  // Units with tile registers only: TileMatmul serves many rows.
  bool tiles = false;
  /// n sums to bf16 (the rule of cria::BF16).
  void (*round)(const float* sums, int64_t n, uint16_t* to) = nullptr;
};

/// Units a slice's memory must offer beyond its steps * rows: packing stores whole vectors.
constexpr int64_t kSliceSlack = 32;

// For float operands, and for bf16 operands widened to float.
extern const MatmulUnit kPortableFloat, kPortableBf16;
extern const MatmulUnit kAvx2Float, kAvx2Bf16;
extern const MatmulUnit kAvx512Float, kAvx512Bf16;
// For bf16 operands multiplied in pairs.
extern const MatmulUnit kAvx512NativeBf16;
extern const MatmulUnit kAmxBf16;

}  // namespace cria::kernels::internal
