// Softmax by temperature, the release's top-p, a draw from a counter-based stream.
#include "infer/sampler.h"

#include <algorithm>
#include <cmath>

namespace cria::infer {

int32_t ArgMax(std::span<const float> logits) {
  return static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

int32_t Sampler::Sample(std::span<const float> logits) {
  if (options_.temperature == 0) return ArgMax(logits);
  const double highest = *std::max_element(logits.begin(), logits.end());
  sorted_.clear();
  double total = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    const double p = std::exp((logits[i] - highest) / options_.temperature);
    total += p;
    sorted_.emplace_back(p, static_cast<int32_t>(i));
  }
  // Ties by id, so that the order is the same on every machine.
  std::sort(sorted_.begin(), sorted_.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  double kept = 0;
  size_t count = 0;
  while (count < sorted_.size() && kept <= options_.top_p * total) kept += sorted_[count++].first;
  double draw = random_.NextDouble() * kept;
  for (size_t i = 0; i < count; ++i) {
    draw -= sorted_[i].first;
    if (draw < 0) return sorted_[i].second;
  }
  return sorted_[count - 1].second;
}

}  // namespace cria::infer
