// Remembers what a model said, request by request, in a file: an evaluation that was interrupted
// goes on where it stopped, and one that is repeated with another task asks only what is new.
#pragma once

#include <string>
#include <unordered_map>

#include "base/file.h"
#include "eval/language_model.h"

namespace cria::eval {

class CachedLanguageModel : public LanguageModel {
 public:
  /// `identity` names the model and everything else that its replies depend on: what is kept under
  /// another is not seen, and overwritten. `model` outlives this. A last line that was cut off is
  /// dropped. Throws Error if `file` cannot be written.
  CachedLanguageModel(LanguageModel* model, fs::path file, const std::string& identity);

  int64_t vocab_size() const override { return model_->vocab_size(); }
  int64_t context_length() const override { return model_->context_length(); }
  std::vector<ContinuationScore> Loglikelihood(std::span<const Request> requests) override;
  std::vector<std::vector<int32_t>> GenerateAll(std::span<const GenerateRequest> requests) override;
  /// Not remembered.
  std::vector<double> RollingLoglikelihood(std::span<const Window> windows) override {
    return model_->RollingLoglikelihood(windows);
  }
  std::unique_ptr<WindowReader> NewReader(int64_t length) override {
    return model_->NewReader(length);
  }

  /// Requests that the file knew when it was opened.
  int64_t known() const { return known_; }

 private:
  void Read(const std::string& identity);
  void Append(const std::string& lines) const;

  LanguageModel* model_;
  fs::path file_;
  int64_t known_ = 0;
  std::unordered_map<std::string, ContinuationScore> scores_;
  std::unordered_map<std::string, std::vector<int32_t>> texts_;
};

}  // namespace cria::eval
