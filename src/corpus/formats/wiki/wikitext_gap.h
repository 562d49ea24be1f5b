// What a sentence loses where something was left out of it, judged by what stands on both sides.
#pragma once

#include <string_view>

namespace cria::corpus {

enum class WikitextGap {
  kNone,    ///< the text reads on: after a full stop, at a line's end, close behind a word
  kWord,    ///< a word is missing: "with about (gap) inhabitants", "$(gap)", "45(gap)km"
  kEnd,     ///< the last word may be missing: "located at (gap)."
  kMember,  ///< a member of a list, which reads on without it: "Mersey, (gap), Trent"
  kSubject  ///< what the line is about: "(gap): 3 inches", "(gap) (UK)"
};

/// `before` and `after` are the text up to and behind the gap, in the same line or bracket. Looks a
/// few bytes far, but for kSubject.
WikitextGap JudgeWikitextGap(std::string_view before, std::string_view after);

}  // namespace cria::corpus
