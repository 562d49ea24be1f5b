// A test double of a language model whose ids are bytes: whatever a test says of two texts is their
// score, and what it says to a prompt is written.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "eval/task_run.h"
#include "eval/test_model.h"

namespace cria::eval {

// Ids are bytes; the score of a continuation is whatever `rank` says of both texts.
class TextModel : public TestModel {
 public:
  using Rank = std::function<double(const std::string& context, const std::string& continuation)>;
  explicit TextModel(Rank rank, int64_t context = 100000)
      : rank_(std::move(rank)), context_(context) {}
  int64_t context_length() const override { return context_; }
  void set_says(std::function<std::string(const std::string&)> says) { says_ = std::move(says); }

 protected:
  ContinuationScore Score(const Request& r) override {
    return {.logprob = rank_(Text(r.context), Text(r.continuation)),
            .tokens = std::ssize(r.continuation)};
  }
  WrittenText Write(const GenerateRequest& request) override {
    const std::string said = says_ ? says_(Text(request.prompt)) : "";
    return {{said.begin(), said.end()}};
  }

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
