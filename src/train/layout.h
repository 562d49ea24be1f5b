// How the ranks of a run are arranged: neighbours share every layer (tensor parallelism), and as
// many such groups share the batch and the keeping of what the optimizer needs (data parallelism).
#pragma once

namespace cria::train {

struct Layout {
  int ranks = 1;   ///< in all
  int tensor = 1;  ///< that share every layer; divides `ranks`
  int zero = 2;    ///< what the others share; see Sharing

  /// Passes that go on at once.
  int data() const { return ranks / tensor; }
  /// Of rank r: its place among those that share the layers, and among those that share the batch.
  int TensorRank(int r) const { return r % tensor; }
  int DataRank(int r) const { return r / tensor; }
  friend bool operator==(const Layout&, const Layout&) = default;
};

}  // namespace cria::train
