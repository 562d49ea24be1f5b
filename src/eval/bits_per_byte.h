// Bits per byte and perplexity of a model on held-out text, in all, per source and per language,
// beside what general compressors reach on the same bytes.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "eval/language_model.h"

namespace cria::eval {

struct HeldOutDocument {
  std::string source, language, text;
  std::vector<int32_t> ids;  // BOS first
};

/// Sums over documents; the ratios follow from them.
struct TextScore {
  int64_t documents = 0, bytes = 0, tokens = 0;  // tokens: counted ones, without BOS
  double nats = 0;                               // sum of -ln p

  double bits_per_byte() const;
  double perplexity() const;  ///< per token
  double bytes_per_token() const;
  void Add(const TextScore& other);
};

struct TextEvaluation {
  TextScore total;
  std::map<std::string, TextScore> by_source, by_language;
  std::string rule;
};

struct TextEvaluationOptions {
  int64_t stride = 0;  ///< 0: half the context
  std::function<void(int64_t done_tokens, int64_t total_tokens)> progress = nullptr;
};

/// Throws Error if there is no text to score.
TextEvaluation EvaluateText(LanguageModel* model, const std::vector<HeldOutDocument>& documents,
                            const TextEvaluationOptions& options);

/// Compressed sizes of the held-out bytes.
struct CompressedSize {
  int64_t bytes = 0, xz_bytes = 0, zstd_bytes = 0;
};

/// Each source's documents joined without separators, as one file counted whole; the total is the
/// sum of the files. `solid`: all sources as one file.
struct CompressorComparison {
  std::map<std::string, CompressedSize> by_source;
  CompressedSize total, solid;
};
CompressorComparison CompareCompressors(const Context& context,
                                        const std::vector<HeldOutDocument>& documents);

Json ToJson(const TextEvaluation& evaluation);
TextEvaluation TextEvaluationFromJson(const Json& json, const std::string& where);
Json ToJson(const CompressorComparison& comparison);
CompressorComparison CompressorComparisonFromJson(const Json& json, const std::string& where);

}  // namespace cria::eval
