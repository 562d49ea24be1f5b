// Tensor parallelism (Shoeybi et al. 2019): which part of every parameter one of several ranks
// keeps. Heads, hidden units and the vocabulary are divided; norms stand on every rank.
// Arithmetic only; token_exchange.h has what the ranks say to each other.
#pragma once

#include <algorithm>
#include <cstdint>

#include "model/parameters.h"

namespace cria {

struct TensorShare {
  int rank = 0, ranks = 1;
};

/// The sizes of one share: a model of its own in all but name, whose list of parameters names the
/// same tensors with fewer rows or columns.
ModelConfig ShareConfig(const ModelConfig& config, int ranks);
/// Throws Error, naming `where`, if the model cannot be divided among so many.
void RequireDivisible(const ModelConfig& config, int ranks, const std::string& where);

/// The part of a whole tensor [rows, width] that one share holds, itself row-major. Vectors are
/// one row.
struct TensorBox {
  int64_t width = 0;
  int64_t first_row = 0, rows = 0, first_column = 0, columns = 0;

  /// Calls f(place in the whole, place in the box, count) for every stretch of the box among
  /// elements [first, end) of the whole, in ascending order of both.
  template <class F>
  void ForEachStretch(int64_t first, int64_t end, F f) const {
    if (rows == 0 || columns == 0) return;
    if (columns == width) return Stretch(first_row * width, rows * width, 0, first, end, f);
    const int64_t begin = std::max(first_row, first / width);
    const int64_t last = std::min(first_row + rows, (end + width - 1) / width);
    for (int64_t row = begin; row < last; ++row) {
      Stretch(row * width + first_column, columns, (row - first_row) * columns, first, end, f);
    }
  }

 private:
  template <class F>
  static void Stretch(int64_t place, int64_t count, int64_t in_box, int64_t first, int64_t end,
                      F& f) {
    const int64_t from = std::max(place, first), to = std::min(place + count, end);
    if (from < to) f(from, in_box + from - place, to - from);
  }
};

/// Of a parameter of the whole model. The embedding is divided by rows, as the output is, which it
/// may be tied to.
TensorBox BoxOf(const ParameterSpec& whole, const TensorShare& share);

/// Calls f(parameter of the whole model, first of its elements, their memory) for all that `block`,
/// a block of ShareConfig, holds.
template <class F>
void ForEachHeld(const ModelConfig& config, const TensorShare& share, ParameterBlock* block, F f) {
  const std::vector<ParameterSpec> whole = ListParameters(config);
  for (size_t i = 0; i < whole.size(); ++i) {
    const int64_t offset = block->specs()[i].offset;
    const auto stretch = [&](int64_t place, int64_t in_box, int64_t count) {
      const int64_t own = offset + in_box;
      for (const ParameterRange& part : block->HeldOf({own, count})) {
        f(whole[i], place + part.offset - own, block->values(part));
      }
    };
    BoxOf(whole[i], share).ForEachStretch(0, whole[i].elements(), stretch);
  }
}

}  // namespace cria
