// In which language a text is written: fastText models, trained here on texts whose language is
// declared, or made by others (lid.176.bin, lid.176.ftz).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "corpus/quality/fast_text.h"

namespace cria::corpus {

/// Lines of known language to learn from: of each language those with the lowest hashes, so that
/// texts may come in any order and from any number of threads.
class LanguageSample {
 public:
  void Add(std::string_view text, const std::string& language);
  void Merge(const LanguageSample& other);
  /// Forgets languages with less than `bytes` of text, or too few lines to learn from.
  void DropBelow(int64_t bytes);
  size_t languages() const { return languages_.size(); }

  /// For ranks: the whole as text, and taken back.
  std::string ToText() const;
  static LanguageSample FromText(std::string_view text);

  static constexpr size_t kMaxLines = 8000;  ///< per language

 private:
  friend class LanguageIdentifier;
  struct Language {
    int64_t bytes = 0;                      ///< of all text, kept or not
    std::map<uint64_t, std::string> lines;  ///< by hash
  };
  std::map<std::string, Language> languages_;
};

class LanguageIdentifier {
 public:
  /// Learns from a sample of at least two languages; a tenth of the lines is kept to measure with.
  /// Deterministic.
  static LanguageIdentifier Train(const LanguageSample& sample);
  /// A model that Save or fastText wrote. Throws Error if it is none, or not of languages.
  static LanguageIdentifier Load(const fs::path& path);

  /// Writes `path` and its report beside it, `path`.json.
  void Save(const fs::path& path) const;

  struct Guess {
    std::string language;  ///< as the model names it: lid.176 has two letters where there are such
    double confidence = 0;
  };
  /// From 2000 bytes: of longer texts four windows. Thread-safe.
  Guess Identify(std::string_view text) const;
  bool Knows(const std::string& language) const { return model_.labels().contains(language); }

  /// Whether it may say that a text declared to be in `language` is not: it knows the language,
  /// and, if trained here, found at least half of the lines that it was measured with.
  bool MayOverrule(const std::string& language) const;

  /// {"languages", "train_lines", "test_lines", "accuracy", "per_language"}; of a model made by
  /// others {"languages"}.
  const Json& report() const { return report_; }

 private:
  explicit LanguageIdentifier(FastTextModel model);
  FastTextModel model_;
  bool own_;  ///< trained here: its texts are prepared
  Json report_;
};

}  // namespace cria::corpus
