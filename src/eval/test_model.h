// The test double that others are made of: a language model that answers one request at a time, and
// whatever a double does not say, no test may ask.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "eval/language_model.h"

namespace cria::eval {

class TestModel : public LanguageModel {
 public:
  int64_t vocab_size() const override { return 257; }
  int64_t context_length() const override { return 1 << 20; }
  std::vector<ContinuationScore> Loglikelihood(std::span<const Request> requests) override {
    return Answer(requests, [this](const Request& request) { return Score(request); });
  }
  std::vector<WrittenText> GenerateAll(std::span<const GenerateRequest> requests) override {
    return Answer(requests, [this](const GenerateRequest& request) { return Write(request); });
  }
  std::vector<double> RollingLoglikelihood(std::span<const Window>) override {
    ADD_FAILURE() << "this double scores no windows";
    return {};
  }
  std::unique_ptr<WindowReader> NewReader(int64_t) override {
    ADD_FAILURE() << "this double reads no rows";
    return nullptr;
  }

 protected:
  virtual ContinuationScore Score(const Request&) {
    ADD_FAILURE() << "this double scores nothing";
    return {};
  }
  virtual WrittenText Write(const GenerateRequest&) {
    ADD_FAILURE() << "this double writes nothing";
    return {};
  }

 private:
  template <class Asked, class One>
  static std::vector<typename Asked::Reply> Answer(std::span<const Asked> requests,
                                                   const One& one) {
    std::vector<typename Asked::Reply> replies;
    for (const Asked& request : requests) {
      replies.push_back(one(request));
      if (request.on_end) request.on_end(replies.back());
    }
    return replies;
  }
};

}  // namespace cria::eval
