// How eval sees a model: a few methods over token ids. Tasks and metrics know nothing else of it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace cria::eval {

/// A continuation to be scored after a context; the context holds at least one id (BOS).
struct Request {
  std::vector<int32_t> context, continuation;
};

struct ContinuationScore {
  double logprob = 0;   ///< ln p(continuation | context), summed over its ids
  bool greedy = false;  ///< every id of it is the likeliest at its place
};

/// Part of a longer text: ln p(ids[i] | ids[0..i)) is summed over i in [counted_from, ids.size()).
struct Window {
  std::span<const int32_t> ids;  // at most context_length() + 1
  int64_t counted_from = 1;      // >= 1
};

/// A prompt to be continued by the likeliest ids, one by one, until one of `stop` or
/// `max_new_tokens`.
struct GenerateRequest {
  std::vector<int32_t> prompt, stop;
  int64_t max_new_tokens = 0;
};

/// One text read piece by piece: what a model says of every id of its vocabulary at each place.
/// Two readers side by side compare two models in the memory of a few rows.
class WindowReader {
 public:
  virtual ~WindowReader() = default;
  /// Reads `ids` behind those read before. `logprobs`, whole rows of vocab_size(), receives
  /// ln p(next id | all ids up to this one) for the last of them; empty: for none.
  virtual void Read(std::span<const int32_t> ids, std::span<float> logprobs) = 0;
};

class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual int64_t vocab_size() const = 0;
  /// Most ids the model reads at once.
  virtual int64_t context_length() const = 0;
  /// Contexts too long are cut on the left.
  virtual std::vector<ContinuationScore> Loglikelihood(std::span<const Request> requests) = 0;
  /// One sum per window, the same whatever stands beside it in the span.
  virtual std::vector<double> RollingLoglikelihood(std::span<const Window> windows) = 0;
  /// A reader at the beginning of a text of at most `length` <= context_length() ids.
  virtual std::unique_ptr<WindowReader> NewReader(int64_t length) = 0;
  /// The likeliest ids one by one until one of `stop` (not returned) or `max_new_tokens`.
  virtual std::vector<int32_t> Generate(std::span<const int32_t> prompt, int64_t max_new_tokens,
                                        std::span<const int32_t> stop) = 0;
  /// Many at once, each with the result that it has alone.
  virtual std::vector<std::vector<int32_t>> GenerateAll(std::span<const GenerateRequest> requests) {
    std::vector<std::vector<int32_t>> texts;
    for (const GenerateRequest& r : requests) {
      texts.push_back(Generate(r.prompt, r.max_new_tokens, r.stop));
    }
    return texts;
  }
};

}  // namespace cria::eval
