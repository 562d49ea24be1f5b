// How eval sees a model: a few methods over token ids. Tasks and metrics know nothing else of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace cria::eval {

struct ContinuationScore {
  double logprob = 0;   ///< ln p(continuation | context), summed over its ids
  bool greedy = false;  ///< every id of it is the likeliest at its place
  int64_t tokens = 0;   ///< of the model, that were scored
  bool cut = false;     ///< the context lost its beginning: it was too long for the model
};

/// A continuation to be scored after a context; the context holds at least one id (BOS).
struct Request {
  using Reply = ContinuationScore;
  std::vector<int32_t> context, continuation;
  /// Called when it is scored, be others of the call or not; on any thread, must not throw.
  std::function<void(const Reply&)> on_end = nullptr;
};

/// Part of a longer text: ln p(ids[i] | ids[0..i)) is summed over i in [counted_from, ids.size()).
struct Window {
  std::span<const int32_t> ids;  // at most context_length() + 1
  int64_t counted_from = 1;      // >= 1
};

struct WrittenText {
  std::vector<int32_t> ids = {};  ///< behind the prompt; the stop id not among them
  bool cut = false;  ///< the prompt lost its beginning or this its end: both were too long together
  bool operator==(const WrittenText&) const = default;
};

/// A prompt to be continued one id at a time, until one of `stop` or `max_new_tokens`.
struct GenerateRequest {
  using Reply = WrittenText;
  std::vector<int32_t> prompt = {}, stop = {};
  int64_t max_new_tokens = 0;
  double temperature = 0;  ///< 0: the likeliest id
  double top_p = 1;
  uint64_t seed = 1, sequence = 0;  ///< the same of both: the same text
  /// A model that can ends where one of them is written; what it returns may hold it, or go on.
  std::vector<std::string> stop_texts = {};
  std::function<void(const Reply&)> on_end = nullptr;  ///< as that of Request
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

/// Throws Error if what a model said of `where` is no number: damaged weights, or an overflow. Such
/// must not pass into a mean.
void RequireNumber(double logprob, const std::string& where);

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
  /// Each request with the result that it has alone.
  virtual std::vector<WrittenText> GenerateAll(std::span<const GenerateRequest> requests) = 0;
};

}  // namespace cria::eval
