// Whether a page is like those that Wikipedia cites: the linear classifier of the LLaMA paper (2.1)
// and of RedPajama, a fastText model over words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "corpus/quality/fast_text.h"

namespace cria::corpus {

class ReferenceClassifier {
 public:
  /// Learns from pages that are cited and about as many that are not; every tenth of either is kept
  /// to measure with. Settings are fastText's own, as RedPajama left them, with more rounds for
  /// fewer than 4000 pages. Deterministic.
  static ReferenceClassifier Train(const std::vector<std::string>& cited,
                                   const std::vector<std::string>& others);
  /// A model that Save wrote, or one of RedPajama's with the labels "wiki" and "cc".
  static ReferenceClassifier Load(const fs::path& path);
  /// Writes `path`, and its report as `path`.json.
  void Save(const fs::path& path) const;

  /// Probability that a page of this text is cited, 0 to 1. Thread-safe.
  double Score(std::string_view text) const;

  /// {"train_pages", "test_pages", "accuracy", "cited_kept", "others_kept"}, the last two at a
  /// probability of 0.25; empty for models of others.
  const Json& report() const { return report_; }

 private:
  explicit ReferenceClassifier(FastTextModel model) : model_(std::move(model)) {}
  FastTextModel model_;
  Json report_ = Json::object();
};

}  // namespace cria::corpus
