// A test double of a language model whose ids are bytes: whatever a test says of two texts is their
// score, and what it says to a prompt is written.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eval/task_run.h"

namespace cria::eval {

// Ids are bytes; the score of a continuation is whatever `rank` says of both texts.
class TextModel : public LanguageModel {
 public:
  using Rank = std::function<double(const std::string& context, const std::string& continuation)>;
  explicit TextModel(Rank rank, int64_t context = 100000)
      : rank_(std::move(rank)), context_(context) {}
  int64_t vocab_size() const override { return 257; }
  int64_t context_length() const override { return context_; }
  std::vector<ContinuationScore> Loglikelihood(std::span<const Request> requests) override {
    std::vector<ContinuationScore> scores;
    for (const Request& r : requests) {
      scores.push_back({.logprob = rank_(Text(r.context), Text(r.continuation)),
                        .tokens = std::ssize(r.continuation)});
    }
    return scores;
  }
  std::vector<double> RollingLoglikelihood(std::span<const Window>) override { return {}; }
  std::unique_ptr<WindowReader> NewReader(int64_t) override { return nullptr; }
  std::vector<std::vector<int32_t>> GenerateAll(
      std::span<const GenerateRequest> requests) override {
    std::vector<std::vector<int32_t>> texts;
    for (const GenerateRequest& request : requests) {
      const std::string said = says_ ? says_(Text(request.prompt)) : "";
      texts.emplace_back(said.begin(), said.end());
    }
    return texts;
  }
  void set_says(std::function<std::string(const std::string&)> says) { says_ = std::move(says); }

 private:
  static std::string Text(const std::vector<int32_t>& ids) {
    std::string text;
    for (const int32_t id : ids) {
      if (id < 256) text += static_cast<char>(id);
    }
    return text;
  }
  Rank rank_;
  int64_t context_;
  std::function<std::string(const std::string&)> says_;
};

inline const TextCodec kBytes = {
    .encode =
        [](const std::string& text) {
          std::vector<int32_t> ids = {256};
          for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
          return ids;
        },
    .decode = [](std::span<const int32_t> ids) { return std::string(ids.begin(), ids.end()); }};

}  // namespace cria::eval
