// The spread of measures over documents, in bins.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "corpus/manifest.h"

namespace cria::corpus {
namespace {

constexpr double kBinsPerDoubling = 4, kReferenceBins = 20;

bool IsShare(const std::string& measure) { return measure == "reference"; }

}  // namespace

int HistogramBin(const std::string& measure, double value) {
  if (IsShare(measure)) {
    return static_cast<int>(std::min(value * kReferenceBins, kReferenceBins - 1));
  }
  return static_cast<int>(std::floor(std::log2(std::max(value, 1.0)) * kBinsPerDoubling));
}

double HistogramValue(const std::string& measure, int bin) {
  return IsShare(measure) ? bin / kReferenceBins : std::exp2(bin / kBinsPerDoubling);
}

void AddHistograms(Histograms* to, const Histograms& from) {
  for (const auto& [measure, histogram] : from) {
    for (const auto& [bin, count] : histogram) (*to)[measure][bin] += count;
  }
}

Json HistogramsToJson(const Histograms& histograms) {
  Json json = Json::object();
  for (const auto& [measure, histogram] : histograms) {
    Json bins = Json::array();
    for (const auto& [bin, count] : histogram) bins.push_back({bin, count});
    json[measure] = std::move(bins);
  }
  return json;
}

Histograms HistogramsFromJson(const Json& json, const std::string& where) {
  Histograms histograms;
  for (const auto& [measure, bins] : json.items()) {
    for (const Json& pair : bins) {
      const bool is_pair = pair.is_array() && pair.size() == 2;
      const auto bin = is_pair ? WholeNumber<int>(pair[0]) : std::nullopt;
      const auto count = is_pair ? WholeNumber<int64_t>(pair[1]) : std::nullopt;
      if (!bin || !count || !histograms[measure].emplace(*bin, *count).second) {
        throw Error("a bin of \"" + measure + "\" is no pair of numbers, or a second one of them",
                    where, "build the corpus again");
      }
    }
  }
  return histograms;
}

}  // namespace cria::corpus
