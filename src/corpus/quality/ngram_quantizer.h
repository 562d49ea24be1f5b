// Finds few values that stand for many: the codebook of an order's log probabilities or backoffs.
// One dimension, least squares (Lloyd 1982), over a fine histogram, so that values are seen once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cria::corpus {

class NgramQuantizer {
 public:
  /// Values outside [low, high] count as the nearest histogram bin, of 2^16.
  NgramQuantizer(double low, double high);

  void Add(float value) {
    const size_t bin = Bin(value);
    ++counts_[bin];
    sums_[bin] += value;
  }
  /// At most `codes` values, rising; fewer if there are fewer different ones. Then Encode works.
  const std::vector<float>& Fit(int codes);
  /// Index of the value that stands for `value`.
  uint8_t Encode(float value) const { return code_of_bin_[Bin(value)]; }

 private:
  size_t Bin(float value) const;
  void FirstGuess(int codes);
  void Improve();
  void Assign();

  double low_, per_bin_;
  std::vector<int64_t> counts_;
  std::vector<double> sums_;
  std::vector<float> values_;
  std::vector<uint8_t> code_of_bin_;
};

}  // namespace cria::corpus
