// Questions made of a corpus's own held-out text, for models too small for the public sets: which
// of four texts goes on, and which word ends a sentence. Knows neither models nor files.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "eval/bits_per_byte.h"
#include "eval/question.h"
#include "eval/task_spec.h"

namespace cria::eval {

struct ContinuationOptions {
  int64_t questions = 300;  ///< at most, of a task
  uint64_t seed = 1;
  int context_words = 60, continuation_words = 20;  ///< at least 1
  /// Whether the model reads this text whole. A context loses words at its front until it does with
  /// every choice behind it. Null: it does.
  std::function<bool(const std::string&)> fits = nullptr;
};

/// In the form of HellaSwag (Zellers et al. 2019): a context of about 60 words, and four texts of
/// about 20 and of like length, the true one and three from other documents of the same source and
/// language. All four begin where a sentence or a line does; where a document has no such place,
/// where a word does. Sources get equal shares, and in a source its languages. A question's groups
/// are its source and its language.
///
/// Documents that are short, sources and languages with fewer than four, and places without three
/// texts that differ enough give no question: there may be fewer than asked for. The same documents
/// and options give the same questions. `documents` hold valid UTF-8, and so do the questions.
std::vector<Question> WhichContinuation(const std::vector<HeldOutDocument>& documents,
                                        const ContinuationOptions& options);

/// In the form of LAMBADA (Paperno et al. 2016), but ranked: the last word of a sentence, one that
/// stands earlier in the passage too, and three other words of the passage of like length. Words
/// are what stands between blanks; languages without blanks have no such questions. Otherwise as
/// above.
std::vector<Question> WhichLastWord(const std::vector<HeldOutDocument>& documents,
                                    const ContinuationOptions& options);

/// What RunTask wants beside the questions of each.
TaskSpec ContinuationTask();
TaskSpec LastWordTask();

}  // namespace cria::eval
