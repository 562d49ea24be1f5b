// Models by language, CCNet's table of limits, and quantiles.
#include "corpus/quality/perplexity.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/compressed_file.h"
#include "base/error.h"
#include "corpus/quality/lm_text.h"

namespace cria::corpus {
namespace {

constexpr int kHeadPercentile = 30, kMiddlePercentile = 60;
constexpr double kBinsPerE = 100;

std::vector<std::string> SplitCsv(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ',') {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

std::optional<double> NumberIn(const std::string& cell) {
  double value = 0;
  const auto [end, fault] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (fault != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
  return value;
}

}  // namespace

std::vector<fs::path> PerplexityModelFiles(const fs::path& folder) {
  std::set<fs::path> found;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      const fs::path model = entry.path() / kNgramModelName, pieces = entry.path() / kPiecesName;
      if (!fs::exists(model)) continue;
      found.insert(model);
      found.insert(pieces);
    }
  }
  if (found.empty()) {
    throw Error("no language model here", folder.string(),
                "train one with `cria corpus model perplexity`, below this folder");
  }
  return {found.begin(), found.end()};
}

PerplexityModels::PerplexityModels(const fs::path& folder, const LoadPieces& load) {
  for (const fs::path& path : PerplexityModelFiles(folder)) {
    if (path.filename() != kNgramModelName) continue;
    Model model;
    model.ngrams = std::make_unique<NgramModel>(path);
    Pieces pieces = load(path.parent_path() / kPiecesName);
    model.ids = model.ngrams->MapPieces(pieces.pieces);
    model.split = std::move(pieces.split);
    models_.emplace(path.parent_path().filename().string(), std::move(model));
  }
}

std::vector<std::string> PerplexityModels::languages() const {
  std::vector<std::string> names;
  for (const auto& [name, model] : models_) names.push_back(name);
  return names;
}

std::optional<double> PerplexityModels::Score(std::string_view text,
                                              const std::string& language) const {
  const auto found = models_.find(language);
  if (found == models_.end()) return std::nullopt;
  const Model& model = found->second;
  std::vector<uint32_t> ids;
  model.split(NormalizeLmText(text, LmLineBreaks::kSpace), &ids);
  for (uint32_t& id : ids) id = id < model.ids.size() ? model.ids[id] : kUnknownId;
  return NgramPerplexity(model.ngrams->Score(ids), std::ssize(ids));
}

PerplexityCutoffs PerplexityCutoffs::FromCsv(const fs::path& path) {
  TextReader reader(path);
  std::string line;
  const auto bad = [&](const std::string& what) {
    return Error("not a table of perplexities: " + what, path.string(),
                 "name a file like CCNet's cutoff.csv: a column for each language, a row for each "
                 "percentile 0 to 99");
  };
  if (!reader.NextLine(&line)) throw bad("empty");
  const std::vector<std::string> languages = SplitCsv(line);
  PerplexityCutoffs cutoffs;
  while (reader.NextLine(&line)) {
    const std::vector<std::string> cells = SplitCsv(line);
    const std::optional<double> percentile = NumberIn(cells[0]);
    if (!percentile) continue;
    if (cells.size() != languages.size()) throw bad("a row of another length");
    for (size_t i = 1; i < cells.size(); ++i) {
      const std::optional<double> value = NumberIn(cells[i]);
      if (!value) continue;  // no model of that language
      if (*percentile == kHeadPercentile) cutoffs.limits_[languages[i]].head = *value;
      if (*percentile == kMiddlePercentile) cutoffs.limits_[languages[i]].middle = *value;
    }
  }
  std::erase_if(cutoffs.limits_, [](const auto& l) { return l.second.middle <= 0; });
  if (cutoffs.limits_.empty()) throw bad("no percentiles 30 and 60");
  return cutoffs;
}

const char* PerplexityCutoffs::Bucket(const std::string& language,
                                      std::optional<double> perplexity) const {
  const auto found = limits_.find(language);
  if (found == limits_.end() || !perplexity) return "all";
  if (*perplexity < found->second.head) return "head";
  return *perplexity < found->second.middle ? "middle" : "tail";
}

int PerplexityHistogram::Bin(double perplexity) {
  return static_cast<int>(std::floor(std::log(std::clamp(perplexity, 1.0, 1e12)) * kBinsPerE));
}

double PerplexityHistogram::LowerEnd(int bin) { return std::exp(bin / kBinsPerE); }

void PerplexityHistogram::Merge(const PerplexityHistogram& other) {
  for (const auto& [bin, count] : other.counts_) counts_[bin] += count;
}

int64_t PerplexityHistogram::total() const {
  int64_t sum = 0;
  for (const auto& [bin, count] : counts_) sum += count;
  return sum;
}

double PerplexityHistogram::Quantile(double share) const {
  const double wanted = share * static_cast<double>(total());
  int64_t below = 0;
  for (const auto& [bin, count] : counts_) {
    below += count;
    if (static_cast<double>(below) >= wanted) return LowerEnd(bin + 1);
  }
  return 0;
}

}  // namespace cria::corpus
