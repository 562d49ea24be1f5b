// What this machine's memory and arithmetic reach at best: the figures that every other figure is a
// share of. Measures; knows no model.
#pragma once

#include <memory>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria::kernels {

/// Multiply-adds in registers alone, on all threads: FLOP/s. `type` is kF32, or kBF16 with fp32
/// sums where the machine multiplies bf16 (elsewhere bf16 products are float products, and so is
/// this).
double MeasureRegisterPeak(const Context& context, DType type, double seconds = 0.2);

struct MemorySpeed {
  double read = 0;  ///< bytes/s, all threads, an array far beyond the caches; a GPU's: as `copy`
  double copy = 0;  ///< bytes/s read plus bytes/s written
};
MemorySpeed MeasureMemory(const Context& context, double seconds = 0.5);

/// y [m, n] = x [m, k] W^T of a linear layer: m tokens, k in, n out.
struct ProductShape {
  int64_t m = 0, n = 0, k = 0;
};

/// FLOP/s of both products of a layer's shape, ours and oneDNN's, measured turn and turn about, the
/// best run of each. 0 where not measured.
struct ProductSpeed {
  ProductShape shape;
  // Peers are 0 where oneDNN has no such product on this processor.
  double forward = 0, peer_forward = 0;    ///< result in the operands' type; right side packed
  double gradient = 0, peer_gradient = 0;  ///< dW [n, k] from dy and x, fp32; ours adds to dW

  double best() const;
};

/// About `seconds` in all, longer for products that take longer. oneDNN's forward figure is the
/// better of plain weights and weights in the layout of its choice.
ProductSpeed MeasureProduct(const Context& context, DType type, const ProductShape& shape,
                            double seconds);

/// The product ceiling, FLOP/s: the best forward product over large shapes, ours or oneDNN's, with
/// the fastest operand type of this machine; about `seconds` in all.
double MeasureProductCeiling(const Context& context, double seconds = 1.0);

/// One large forward product (2048 in each size) that is measured again and again beside other
/// work: on a machine that others share, what the ceiling is at that moment.
class ProductProbe {
 public:
  explicit ProductProbe(const Context& context);
  ~ProductProbe();
  /// FLOP/s over a few runs in a row, some 30 ms.
  double Measure(const Context& context);

 private:
  struct Operands;
  std::unique_ptr<Operands> operands_;
};

}  // namespace cria::kernels
