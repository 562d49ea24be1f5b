// Which source files are worth keeping: RedPajama's rules for GitHub, and files that nobody wrote
// or that belong to another project. Licences are not its business.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace cria::corpus {

/// RedPajama-1T, github_run_filter.py; characters are code points.
struct CodeRules {
  int64_t max_line_characters = 1000;
  double max_mean_line_characters = 100;
  double min_alphanumeric_share = 0.25;  ///< letters and digits among all characters
  double min_letters_per_token = 1.5;
  /// Tokens of a text, for the last rule; it is left out if this is empty.
  std::function<int64_t(std::string_view)> count_tokens;
  bool drop_generated = true;  ///< "generated", "minified"
  bool drop_vendored = true;   ///< "vendored"
};

/// Null if the file is kept, else why not: suffix_not_listed, empty, vendored, minified, generated,
/// long_line, long_lines (in the mean), few_alphanumerics, few_letters_per_token. `path` is that in
/// the repository, `text` is UTF-8. Linear time.
const char* CodeRejectReason(std::string_view path, std::string_view text, const CodeRules& rules);

/// The part of it that needs the path only: suffix_not_listed, vendored, minified, generated.
const char* CodePathRejectReason(std::string_view path, const CodeRules& rules);

}  // namespace cria::corpus
