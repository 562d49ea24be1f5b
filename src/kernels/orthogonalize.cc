// Newton-Schulz steps made of the matrix products.
#include "kernels/orthogonalize.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

#include "kernels/convert.h"
#include "kernels/sum.h"

namespace cria::kernels {
namespace {

constexpr int kSteps = 5;
constexpr float kA = 3.4445f, kB = -4.7750f, kC = 2.0315f;
constexpr int64_t kBlock = 16384;  // what is summed as one

double Norm(const Context& context, int64_t n, const float* x) {
  std::vector<SumRange> ranges;
  for (int64_t i = 0; i < n; i += kBlock) ranges.push_back({i, std::min(kBlock, n - i)});
  std::vector<double> sums(ranges.size());
  SumsOfSquares(context, x, ranges, sums);
  double sum = 0;
  for (const double s : sums) sum += s;
  return std::sqrt(sum);
}

template <class T>
const T* Rounded(const Context& context, int64_t n, const float* from, Buffer<T>* to) {
  if constexpr (std::is_same_v<T, float>) {
    return from;
  } else {
    Convert(context, n, from, to->Grow(n, context.accelerator()));
    return to->data();
  }
}

// Of a symmetric matrix [side, side], as a right operand.
template <class T>
void PackSquare(const Context& context, int64_t side, const float* from, PackedMatrix<T>* to) {
  Pack<T>(context, from, side, side, 1, side, to);
}

}  // namespace

template <class T>
void Orthogonalize(const Context& context, int64_t rows, int64_t columns, float* x,
                   OrthogonalScratch<T>* scratch) {
  const int64_t n = rows * columns, side = std::min(rows, columns);
  const bool tall = rows > columns;
  const double norm = Norm(context, n, x);
  if (norm == 0) return;
  Combine(context, n, static_cast<float>(1 / norm), x, 0, x);
  float* const gram = scratch->gram.Grow(side * side, context.accelerator());
  float* const power = scratch->power.Grow(side * side, context.accelerator());
  float* const moved = scratch->moved.Grow(n, context.accelerator());
  scratch->operand.Grow(n, context.accelerator());  // once, not first for the smaller square
  for (int step = 0; step < kSteps; ++step) {
    const T* operand = Rounded<T>(context, n, x, &scratch->operand);
    if (tall) {
      MatmulTransposedA<T>(context, side, side, rows, operand, side, operand, side, gram, side);
    } else {
      Pack<T>(context, x, columns, rows, 1, columns, &scratch->wide);  // X^T
      Matmul<T, float>(context, rows, operand, columns, scratch->wide, gram, side);
    }
    operand = Rounded<T>(context, side * side, gram, &scratch->operand);
    PackSquare<T>(context, side, gram, &scratch->square);
    Matmul<T, float>(context, side, operand, side, scratch->square, power, side);
    Combine(context, side * side, kC, power, kB, gram);
    if (tall) {
      operand = Rounded<T>(context, n, x, &scratch->operand);
      PackSquare<T>(context, side, gram, &scratch->square);
      Matmul<T, float>(context, rows, operand, side, scratch->square, moved, side);
    } else {
      operand = Rounded<T>(context, side * side, gram, &scratch->operand);
      Pack<T>(context, x, side, columns, columns, 1, &scratch->wide);
      Matmul<T, float>(context, rows, operand, side, scratch->wide, moved, columns);
    }
    Combine(context, n, 1, moved, kA, x);
  }
}

template <class T>
int64_t OrthogonalScratchBytes(int64_t rows, int64_t columns) {
  const int64_t n = rows * columns, side = std::min(rows, columns),
                length = std::max(rows, columns);
  const int64_t wide =
      rows > columns ? 0 : std::max(PackedBytes<T>(columns, rows), PackedBytes<T>(side, columns));
  return (std::is_same_v<T, float> ? 0 : ReservedBytes(n * int64_t{sizeof(T)})) +
         ReservedBytes(wide) + ReservedBytes(PackedBytes<T>(side, side)) +
         2 * ReservedBytes(4 * side * side) + ReservedBytes(4 * n) +
         LeftScratchBytes<T>(side, length, rows > columns);
}

template void Orthogonalize(const Context&, int64_t, int64_t, float*, OrthogonalScratch<float>*);
template void Orthogonalize(const Context&, int64_t, int64_t, float*, OrthogonalScratch<BF16>*);
template int64_t OrthogonalScratchBytes<float>(int64_t, int64_t);
template int64_t OrthogonalScratchBytes<BF16>(int64_t, int64_t);

}  // namespace cria::kernels
