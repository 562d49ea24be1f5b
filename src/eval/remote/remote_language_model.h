// A model behind an OpenAI-style completions endpoint, for the tables of the others. Its tokenizer
// is unknown: ids here are bytes, and tokens are the server's own business.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "eval/language_model.h"
#include "eval/remote/completions_client.h"
#include "eval/task_run.h"

namespace cria::eval {

struct RemoteModelOptions {
  EndpointOptions server;
  std::string model = {};        ///< as the server names it
  int parallel = 4;              ///< requests at once
  int prompts_at_once = 16;      ///< in one request, where the server takes a list
  int64_t context_tokens = 2048; /**< the server's; it cannot be asked for it */
  /// Guess of how many bytes a token of it holds, for what is left out beforehand: of English about
  /// four. What the server still finds too long is cut on the left by an eighth until it is not.
  int64_t bytes_per_token = 3;
  /// Sent where a text begins (id 0), such as "<|endoftext|>". Empty: the server's tokenizer puts a
  /// token in front, or nothing stands there.
  std::string bos_text = {};
};

/// Log-probabilities are asked for with echo, logprobs = 1 and max_tokens = 0. Whether the server
/// takes that is found out once; if not, max_tokens is 1 and the token written is ignored. A token
/// that straddles the end of a context belongs to the continuation.
///
/// All calls throw Error when the server fails or cannot do what is asked, and Interrupted.
class RemoteLanguageModel : public LanguageModel {
 public:
  explicit RemoteLanguageModel(RemoteModelOptions options);

  int64_t vocab_size() const override { return 257; }
  /// In bytes, by a guess: context_tokens * bytes_per_token.
  int64_t context_length() const override;
  /// `greedy` is false where the server names no likeliest tokens.
  std::vector<ContinuationScore> Loglikelihood(std::span<const Request> requests) override;
  /// A character or token that the border of two windows cuts is counted with the later one; since
  /// the server cuts each window into tokens anew, sums depend a little on where borders are.
  std::vector<double> RollingLoglikelihood(std::span<const Window> windows) override;
  /// Throws Error: rows of a vocabulary that is not known cannot be read.
  std::unique_ptr<WindowReader> NewReader(int64_t length) override;
  /// max_new_tokens counts the server's tokens, so more bytes may come back. Stop ids of ASCII and
  /// stop texts are sent, the first four. With temperature, what is drawn is the server's affair:
  /// it gets a seed made of `seed` and `sequence`. A reply that ran into the end of the server's
  /// context is known as cut where it was asked for alone, as every drawn one is.
  std::vector<WrittenText> GenerateAll(std::span<const GenerateRequest> requests) override;

  /// Times so far that the server found a text too long and it was cut in front.
  int64_t cuts() const { return client_.cuts(); }

 private:
  std::string TextOf(std::span<const int32_t> ids) const;
  RemoteText ScoredText(const Request& request) const;
  RemoteText WindowText(const Window& window) const;
  CompletionCall WritingCall(const GenerateRequest& request) const;
  CompletionCall ScoringCall(int64_t max_tokens) const;
  std::vector<ContinuationScore> Score(
      std::span<const RemoteText> texts,
      const std::function<void(size_t i, const ContinuationScore& score)>& on_end);
  ContinuationScore ScoreOf(const CompletionChoice& choice, const RemoteText& text,
                            int64_t max_tokens) const;
  int64_t FindOutMaxTokens();

  const RemoteModelOptions options_;
  CompletionsClient client_;
  int64_t scoring_max_tokens_ = -1;  // not known yet
};

/// Bytes as ids: id 0 is the beginning of a text, id b + 1 the byte b.
TextCodec RemoteCodec();

}  // namespace cria::eval
