// One hash a shingle: its upper part chooses the bin, its lower part competes there.
#include "corpus/duplicates/min_hash.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "corpus/duplicates/folded_text.h"

namespace cria::corpus {
namespace {

constexpr uint32_t kEmpty = ~uint32_t{0};

class Bins {
 public:
  explicit Bins(int n) : minima_(static_cast<size_t>(n), kEmpty) {}

  void Add(uint64_t hash) {
    const auto wide = static_cast<unsigned __int128>(hash) * minima_.size();
    const auto value =
        std::min(static_cast<uint32_t>(static_cast<uint64_t>(wide) >> 32), kEmpty - 1);
    uint32_t& least = minima_[static_cast<size_t>(wide >> 64)];
    least = std::min(least, value);
  }

  MinHashSignature Take() {
    MinHashSignature signature;
    signature.filled = static_cast<int32_t>(
        std::count_if(minima_.begin(), minima_.end(), [](uint32_t v) { return v != kEmpty; }));
    if (signature.filled == 0) return signature;
    signature.minima = minima_;
    for (size_t bin = 0; bin < minima_.size(); ++bin)
      if (minima_[bin] == kEmpty) signature.minima[bin] = minima_[Lender(bin)];
    return signature;
  }

 private:
  // The bin that an empty one copies: tries in an order that depends only on the bin, so that two
  // signatures agree there with the probability J (Shrivastava 2017, algorithm 1).
  size_t Lender(size_t bin) const {
    const uint64_t n = minima_.size();
    for (uint64_t attempt = 1; attempt < 64 * n; ++attempt) {
      const uint64_t hash = MixBits(bin << 32 | attempt);
      const auto at = static_cast<size_t>((static_cast<unsigned __int128>(hash) * n) >> 64);
      if (minima_[at] != kEmpty) return at;
    }
    size_t at = bin;  // chance e^-64 for one filled bin, less for more
    while (minima_[at] == kEmpty) at = (at + 1) % n;
    return at;
  }

  std::vector<uint32_t> minima_;
};

// The integral of the S-curve over [from, to], by Simpson's rule.
double AreaBelow(int bands, int rows, double from, double to) {
  constexpr int kSteps = 64;
  const double step = (to - from) / kSteps;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double weight = i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * CandidateChance(from + i * step, bands, rows);
  }
  return sum * step / 3;
}

}  // namespace

MinHashSignature ComputeMinHash(std::string_view text, const MinHashOptions& options) {
  CRIA_CHECK(options.shingle_units >= 1 && options.minima >= 1 && options.minima <= 65536,
             "shingle {} minima {}", options.shingle_units, options.minima);
  Bins bins(options.minima);
  RollingHash window(options.shingle_units);
  bool any = false, full = false;
  const auto push = [&](uint64_t unit) {
    any = true;
    if (!window.Push(unit)) return;
    full = true;
    bins.Add(window.hash());
  };
  if (options.unit == ShingleUnit::kWords)
    ForEachWord(text, [&](uint64_t word, size_t, size_t) { push(word); });
  else
    ForEachLetter(text, true, [&](uint32_t code) { push(MixBits(code + 1)); });
  if (any && !full) bins.Add(window.hash());
  return bins.Take();
}

JaccardEstimate EstimateJaccard(const MinHashSignature& a, const MinHashSignature& b) {
  if (a.minima.empty() || b.minima.empty()) return {};
  CRIA_CHECK(a.minima.size() == b.minima.size(), "{} {}", a.minima.size(), b.minima.size());
  int64_t same = 0;
  for (size_t i = 0; i < a.minima.size(); ++i) same += a.minima[i] == b.minima[i];
  JaccardEstimate estimate;
  estimate.jaccard = static_cast<double>(same) / static_cast<double>(a.minima.size());
  const double bins = std::max(a.filled, b.filled);
  // At the ends the formula would say 0, which no sample can know.
  const double inner = std::clamp(estimate.jaccard, 0.5 / (bins + 1), 1 - 0.5 / (bins + 1));
  estimate.standard_error = std::sqrt(inner * (1 - inner) / bins);
  return estimate;
}

double CandidateChance(double s, int bands, int rows) {
  return 1 - std::pow(1 - std::pow(s, rows), bands);
}

BandPlan RatesOfBands(int bands, int rows, double threshold) {
  CRIA_CHECK(bands >= 1 && rows >= 1 && threshold > 0 && threshold < 1, "{} {} {}", bands, rows,
             threshold);
  BandPlan plan{bands, rows};
  plan.false_positive = AreaBelow(bands, rows, 0, threshold) / threshold;
  plan.false_negative = 1 - AreaBelow(bands, rows, threshold, 1) / (1 - threshold);
  return plan;
}

BandPlan PlanBands(double threshold, int minima) {
  BandPlan best;
  double least = 2;
  for (int rows = 1; rows <= minima; ++rows) {
    // Fewer bands than fit only trade one error for the other, so that all are worth a look; from
    // one number of rows to the next the bands that fit shrink as minima / rows.
    for (int bands = 1; bands <= minima / rows; ++bands) {
      const BandPlan plan = RatesOfBands(bands, rows, threshold);
      const double areas = plan.false_positive * threshold + plan.false_negative * (1 - threshold);
      if (areas >= least) continue;
      least = areas;
      best = plan;
    }
  }
  return best;
}

std::vector<uint64_t> BandKeys(const MinHashSignature& signature, const BandPlan& plan) {
  std::vector<uint64_t> keys;
  if (signature.minima.empty()) return keys;
  const auto bands = static_cast<size_t>(plan.bands), rows = static_cast<size_t>(plan.rows);
  CRIA_CHECK(bands * rows <= signature.minima.size(), "{} x {} of {}", bands, rows,
             signature.minima.size());
  keys.reserve(bands);
  for (size_t band = 0; band < bands; ++band) {
    uint64_t key = MixBits(band + 1);
    for (size_t row = 0; row < rows; ++row)
      key = MixBits(key ^ signature.minima[band * rows + row]) + row;
    keys.push_back(key);
  }
  return keys;
}

}  // namespace cria::corpus
