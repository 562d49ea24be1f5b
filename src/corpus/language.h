// Languages: their codes, and a fastText model trained on the collected texts that says in which
// language a text is written.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace cria::corpus {

/// A two-letter ISO 639-1 code that exists.
bool IsLanguageCode(std::string_view code);

/// "de_AT", "pt-BR", "sr@latin", "en-US" -> "de", "pt", "sr", "en"; "C" -> "en"; else "".
std::string NormalizeLanguage(std::string_view name);

/// Language that a folder's or file's name in `path` says (usr/share/man/de/man1, faq.fr.html); "".
std::string LanguageFromPath(std::string_view path);

struct LabelledText {
  std::string_view text, language;
};

class LanguageIdentifier {
 public:
  /// Trains on lines of `texts` (at most `kMaxLines` per language, chosen by hash; a tenth is kept
  /// to measure the accuracy). Deterministic. `scratch` is a folder for one temporary file.
  LanguageIdentifier(const std::vector<LabelledText>& texts, const fs::path& scratch);
  ~LanguageIdentifier();

  struct Guess {
    std::string language;
    double confidence = 0;
  };
  /// From the first 2000 bytes. Thread-safe.
  Guess Identify(std::string_view text) const;

  /// {"languages", "train_lines", "test_lines", "accuracy", "per_language"}.
  const Json& report() const { return report_; }

  static constexpr int64_t kMaxLines = 2000;

 private:
  struct State;
  std::unique_ptr<State> state_;
  Json report_;
};

}  // namespace cria::corpus
