// How good a text looks to a language model of its language: CCNet's perplexity, and its three
// buckets.
//
//   MODELS/<language>/tokenizer.model  pieces (any that the caller can split with)
//   MODELS/<language>/lm.ngram         5-gram model over them (ngram_model.h)
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "corpus/quality/ngram_model.h"
#include "corpus/quality/pieces.h"

namespace cria::corpus {

inline constexpr char kNgramModelName[] = "lm.ngram", kPiecesName[] = "tokenizer.model";

class PerplexityModels {
 public:
  using LoadPieces = std::function<Pieces(const fs::path& tokenizer)>;

  /// Opens the models of all languages below `folder`. Throws Error if there is none, or one is
  /// damaged.
  PerplexityModels(const fs::path& folder, const LoadPieces& load);
  PerplexityModels(PerplexityModels&&) = default;

  /// Of the whole text, normalised as CCNet does, with a blank where it joins lines without one.
  /// None where there is no model of the language. Thread-safe.
  std::optional<double> Score(std::string_view text, const std::string& language) const;
  std::vector<std::string> languages() const;

 private:
  struct Model {
    std::unique_ptr<NgramModel> ngrams;
    PieceSplitter split;
    std::vector<uint32_t> ids;  ///< of the model, by those of the splitter
  };
  std::map<std::string, Model> models_;
};

/// The files that decide what PerplexityModels says, sorted; without opening them.
std::vector<fs::path> PerplexityModelFiles(const fs::path& folder);

/// Where head ends and middle ends, by language: perplexities.
class PerplexityCutoffs {
 public:
  struct Limits {
    double head = 0, middle = 0;
  };
  /// CCNet's table: a column for each language, a row for each percentile 0..99; head ends at 30,
  /// middle at 60. Throws Error for another form.
  static PerplexityCutoffs FromCsv(const fs::path& path);
  void Set(const std::string& language, Limits limits) { limits_[language] = limits; }

  /// "head", "middle" or "tail"; "all" where the language has no limits or nothing was measured.
  const char* Bucket(const std::string& language, std::optional<double> perplexity) const;
  const std::map<std::string, Limits>& limits() const { return limits_; }

 private:
  std::map<std::string, Limits> limits_;
};

/// How perplexities are spread, to find the limits of a corpus of its own: counts by hundredths of
/// their natural logarithm.
class PerplexityHistogram {
 public:
  void Add(double perplexity) { ++counts_[Bin(perplexity)]; }
  void Merge(const PerplexityHistogram& other);
  int64_t total() const;
  /// The perplexity that this share of the texts lies below, to 1 %.
  double Quantile(double share) const;
  const std::map<int, int64_t>& counts() const { return counts_; }
  void AddBin(int bin, int64_t count) { counts_[bin] += count; }
  static int Bin(double perplexity);
  static double LowerEnd(int bin);

 private:
  std::map<int, int64_t> counts_;
};

}  // namespace cria::corpus
