// Stop strings in a text that comes in pieces: what can still become one is held back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cria::infer {

/// The text ends before the stop string whose last byte comes first (of several that end there, the
/// longest), so the result does not depend on how the text is cut into pieces.
class StopMatcher {
 public:
  /// Strings must not be empty.
  explicit StopMatcher(std::vector<std::string> strings = {});

  /// The text that `piece` makes certain; nothing once a stop string was found.
  std::string Feed(std::string_view piece);
  /// What was held back, at the end of the text.
  std::string Flush();

  bool stopped() const { return !match_.empty(); }
  /// The stop string found, or empty.
  const std::string& match() const { return match_; }

 private:
  std::vector<std::string> strings_;
  std::string held_, match_;
};

}  // namespace cria::infer
