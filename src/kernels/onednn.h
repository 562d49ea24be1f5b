// Matrix products of oneDNN, the peer that our own kernels are measured beside. Only benchmarks and
// the measurement of the machine's ceiling use it; no model runs on it.
#pragma once

#include <cstdint>
#include <memory>

namespace cria::kernels {

class OneDnnProduct {
 public:
  struct Setup {
    int64_t m, n, k;
    bool bf16 = true;         ///< operands; else float
    bool bf16_result = true;  ///< with bf16 operands
    /// C = A^T B with A [k, m], B [k, n], fp32 result. Else C = A W^T with A [m, k], W [n, k].
    bool transposed_a = false;
    /// Lets oneDNN choose the layout of the right operand and rearranges it outside the timing.
    bool prepacked = false;
    int threads = 1;
  };

  /// Allocates and fills the operands. Null where this processor's oneDNN has no such product (bf16
  /// on older Arm, say).
  static std::unique_ptr<OneDnnProduct> Make(const Setup& setup);
  ~OneDnnProduct();
  OneDnnProduct(const OneDnnProduct&) = delete;
  void Run();

 private:
  struct State;
  explicit OneDnnProduct(const Setup& setup);
  std::unique_ptr<State> state_;
};

}  // namespace cria::kernels
