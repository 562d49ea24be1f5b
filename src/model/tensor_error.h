// What a tensor lost when it was written in fewer bits.
#pragma once

#include <span>
#include <vector>

#include "base/context.h"
#include "tensor/dtype.h"

namespace cria {

struct TensorError {
  DType type = DType::kF32;
  int64_t bytes = 0;
  double rms = 0;           ///< root of the mean squared error
  double relative_rms = 0;  ///< the same over the root of the mean square of the original
  double snr_db = 0;        ///< -20 lg(relative_rms); infinite without error
  double max = 0;           ///< largest absolute error
  /// relative_rms with every square multiplied by its column's importance: what the error does to
  /// the outputs that such inputs give. Negative without importance.
  double weighted_rms = -1;
  int64_t not_finite = 0;  ///< values of the original that are infinite or not a number
  int64_t overflowed = 0;  ///< finite ones that the type cannot hold; neither is in the sums
};

/// Adds up the error of a tensor that is written in pieces of rows. Sums have a fixed order.
class TensorErrorMeter {
 public:
  explicit TensorErrorMeter(DType type) : type_(type) {}
  /// `original` is [rows, columns] row-major, `bytes` the same in the type; `importance` empty or
  /// one weight per column.
  void Add(const Context& context, std::span<const float> original, std::span<const uint8_t> bytes,
           int64_t columns, std::span<const float> importance);
  TensorError Result() const;

 private:
  struct Sums {
    double squares = 0, errors = 0, weighted_squares = 0, weighted_errors = 0, max = 0;
    int64_t not_finite = 0, overflowed = 0;
  };

  DType type_;
  int64_t elements_ = 0, bytes_ = 0;
  bool weighted_ = false;
  Sums all_;
};

/// The same in one piece.
TensorError MeasureError(const Context& context, DType type, std::span<const float> original,
                         std::span<const uint8_t> bytes, int64_t columns,
                         std::span<const float> importance);

}  // namespace cria
