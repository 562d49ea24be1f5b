// Start from the density to the power 1/3, which is best for many codes (Panter & Dite 1951), then
// Lloyd's iteration.
#include "corpus/quality/ngram_quantizer.h"

#include <algorithm>
#include <cmath>

namespace cria::corpus {
namespace {

constexpr int kBins = 1 << 16;
constexpr int kIterations = 30;

}  // namespace

NgramQuantizer::NgramQuantizer(double low, double high)
    : low_(low), per_bin_(kBins / (high - low)), counts_(kBins), sums_(kBins) {}

size_t NgramQuantizer::Bin(float value) const {
  const double bin = (static_cast<double>(value) - low_) * per_bin_;
  return static_cast<size_t>(std::clamp(bin, 0.0, kBins - 1.0));
}

const std::vector<float>& NgramQuantizer::Fit(int codes) {
  FirstGuess(codes);
  for (int i = 0; i < kIterations; ++i) Improve();
  Assign();
  return values_;
}

void NgramQuantizer::FirstGuess(int codes) {
  std::vector<double> means, weights;
  double total = 0;
  for (int bin = 0; bin < kBins; ++bin) {
    if (counts_[bin] == 0) continue;
    means.push_back(sums_[bin] / static_cast<double>(counts_[bin]));
    weights.push_back(std::cbrt(static_cast<double>(counts_[bin])));
    total += weights.back();
  }
  values_.clear();
  if (means.size() <= static_cast<size_t>(codes)) {
    values_.assign(means.begin(), means.end());
    return;
  }
  double passed = 0;
  for (size_t i = 0; i < means.size(); ++i) {
    passed += weights[i];
    const double next = (static_cast<double>(values_.size()) + 0.5) * total / codes;
    if (passed > next) values_.push_back(static_cast<float>(means[i]));
  }
}

// Every bin goes to the nearest value, and every value becomes the mean of what went to it.
void NgramQuantizer::Improve() {
  std::vector<double> sums(values_.size());
  std::vector<int64_t> counts(values_.size());
  size_t code = 0;
  for (int bin = 0; bin < kBins; ++bin) {
    if (counts_[bin] == 0) continue;
    const double mean = sums_[bin] / static_cast<double>(counts_[bin]);
    while (code + 1 < values_.size() && 2 * mean > double{values_[code]} + values_[code + 1])
      ++code;
    sums[code] += sums_[bin];
    counts[code] += counts_[bin];
  }
  for (size_t i = 0; i < values_.size(); ++i) {
    if (counts[i] > 0) values_[i] = static_cast<float>(sums[i] / static_cast<double>(counts[i]));
  }
}

void NgramQuantizer::Assign() {
  code_of_bin_.assign(kBins, 0);
  size_t code = 0;
  for (int bin = 0; bin < kBins && !values_.empty(); ++bin) {
    const double mean = counts_[bin] > 0 ? sums_[bin] / static_cast<double>(counts_[bin])
                                         : low_ + (bin + 0.5) / per_bin_;
    while (code + 1 < values_.size() && 2 * mean > double{values_[code]} + values_[code + 1])
      ++code;
    code_of_bin_[bin] = static_cast<uint8_t>(code);
  }
}

}  // namespace cria::corpus
