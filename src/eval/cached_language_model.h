// Remembers what a model said, each reply as it comes, in a file: an evaluation that was
// interrupted goes on where it stopped, and one that is repeated with another task asks only what
// is new.
#pragma once

#include <chrono>
#include <fstream>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/file.h"
#include "base/json.h"
#include "eval/language_model.h"

namespace cria::eval {

class CachedLanguageModel : public LanguageModel {
 public:
  /// `identity` names the model and everything else that its replies depend on: what is kept under
  /// another is never seen; with `replace` it is dropped, else it is an Error, since it may be the
  /// work of hours. `model` outlives this. A last line that was cut off is dropped, damaged ones
  /// are passed over. Throws Error if `file` cannot be written, holds something else, or, unless
  /// `shared`, is written by another process. Of those that share a file each sees what it held
  /// when it was opened.
  CachedLanguageModel(LanguageModel* model, fs::path file, const std::string& identity,
                      bool replace, bool shared = false);

  int64_t vocab_size() const override { return model_->vocab_size(); }
  int64_t context_length() const override { return model_->context_length(); }
  std::vector<ContinuationScore> Loglikelihood(std::span<const Request> requests) override;
  std::vector<WrittenText> GenerateAll(std::span<const GenerateRequest> requests) override;
  /// Not remembered.
  std::vector<double> RollingLoglikelihood(std::span<const Window> windows) override {
    return model_->RollingLoglikelihood(windows);
  }
  std::unique_ptr<WindowReader> NewReader(int64_t length) override {
    return model_->NewReader(length);
  }

  /// Requests that the file knew when it was opened.
  int64_t known() const { return known_; }
  /// Those that it held under another identity.
  int64_t forgotten() const { return forgotten_; }
  /// Lines of it that could not be read: what they held is asked anew.
  int64_t damaged() const { return damaged_; }

 private:
  template <class Reply>
  using Known = std::unordered_map<std::string, Reply>;

  void Read(const std::string& identity, bool replace, bool shared);
  void Drop(const std::string& text, bool replace);
  void ReadLine(const Json& line);
  template <class Reply>
  void Keep(const std::string& key, const Reply& reply, Known<Reply>* known);
  template <class Asked, class Ask>
  std::vector<typename Asked::Reply> Answer(std::span<const Asked> requests,
                                            Known<typename Asked::Reply>* known, const Ask& ask);

  LanguageModel* model_;
  fs::path file_;
  int64_t known_ = 0, forgotten_ = 0, damaged_ = 0;
  FileLock lock_;
  Known<ContinuationScore> scores_;
  Known<WrittenText> texts_;
  std::mutex mutex_;  // of what replies change, on any thread
  std::ofstream out_;
  std::chrono::steady_clock::time_point written_ = {};
};

}  // namespace cria::eval
