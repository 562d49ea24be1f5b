// Sums over blocks of rows, added in the order of the blocks.
#include "model/tensor_error.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace cria {
namespace {

double RootOf(double part, double whole) { return whole > 0 ? std::sqrt(part / whole) : 0; }

}  // namespace

void TensorErrorMeter::Add(const Context& context, std::span<const float> original,
                           std::span<const uint8_t> bytes, int64_t columns,
                           std::span<const float> importance) {
  const int64_t elements = static_cast<int64_t>(original.size()), rows = elements / columns;
  CRIA_CHECK(rows * columns == elements && columns % BlockElements(type_) == 0);
  constexpr int64_t kValuesPerTask = 1 << 16;
  const int64_t rows_per_task = std::max<int64_t>(1, kValuesPerTask / columns);
  std::vector<Sums> parts(static_cast<size_t>((rows + rows_per_task - 1) / rows_per_task));
  context.ParallelFor(static_cast<int64_t>(parts.size()), [&](int64_t task) {
    std::vector<float> written(static_cast<size_t>(columns));
    Sums& sums = parts[static_cast<size_t>(task)];
    for (int64_t r = task * rows_per_task; r < std::min(rows, (task + 1) * rows_per_task); ++r) {
      const float* x = original.data() + r * columns;
      ConvertToFloat(type_, bytes.data() + StoredBytes(type_, r * columns), columns,
                     written.data());
      for (int64_t c = 0; c < columns; ++c) {
        const double value = x[c], error = value - written[static_cast<size_t>(c)];
        if (!std::isfinite(error)) {
          ++(std::isfinite(value) ? sums.overflowed : sums.not_finite);
          continue;
        }
        const double weight = importance.empty() ? 0 : importance[static_cast<size_t>(c)];
        sums.squares += value * value;
        sums.errors += error * error;
        sums.weighted_squares += weight * value * value;
        sums.weighted_errors += weight * error * error;
        sums.max = std::max(sums.max, std::fabs(error));
      }
    }
  });
  for (const Sums& part : parts) {
    all_.squares += part.squares;
    all_.errors += part.errors;
    all_.weighted_squares += part.weighted_squares;
    all_.weighted_errors += part.weighted_errors;
    all_.max = std::max(all_.max, part.max);
    all_.not_finite += part.not_finite;
    all_.overflowed += part.overflowed;
  }
  elements_ += elements;
  bytes_ += static_cast<int64_t>(bytes.size());
  weighted_ = weighted_ || !importance.empty();
}

TensorError TensorErrorMeter::Result() const {
  TensorError e;
  e.type = type_;
  e.bytes = bytes_;
  e.rms = RootOf(all_.errors, static_cast<double>(elements_));
  e.relative_rms = RootOf(all_.errors, all_.squares);
  e.snr_db = all_.errors > 0 ? 10 * std::log10(all_.squares / all_.errors)
                             : std::numeric_limits<double>::infinity();
  e.max = all_.max;
  e.not_finite = all_.not_finite;
  e.overflowed = all_.overflowed;
  if (weighted_) e.weighted_rms = RootOf(all_.weighted_errors, all_.weighted_squares);
  return e;
}

TensorError MeasureError(const Context& context, DType type, std::span<const float> original,
                         std::span<const uint8_t> bytes, int64_t columns,
                         std::span<const float> importance) {
  TensorErrorMeter meter(type);
  meter.Add(context, original, bytes, columns, importance);
  return meter.Result();
}

}  // namespace cria
