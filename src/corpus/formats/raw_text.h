// What a reader of a raw format hands out, text by text, and what it could not read. The border
// between the formats and the stages that clean, judge and choose.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"

namespace cria::corpus {

/// Longer texts are no documents: a reader counts them as a loss, "too_long".
inline constexpr int64_t kMaxRawTextBytes = int64_t{64} << 20;

/// One natural unit of a file: a page, a book, a question with its answers.
struct RawText {
  std::string text;      ///< valid UTF-8
  std::string part;      ///< which part of the file, unique in it; empty if it is the whole
  std::string language;  ///< ISO 639-1, as the file declares it; may be empty
  std::string title;
  Json meta;  ///< null, or an object: what else the reader knows (url, date, score, licence)
};

/// Of what was lost this much is kept to look at, where it becomes a sample.
inline constexpr size_t kMaxExcerptBytes = 20'000;

/// What a reader leaves out. The texts of it may be any bytes and of any length.
struct Loss {
  std::string_view reason;  ///< the word that the manifest counts under: "damaged_record"
  int64_t items = 1;
  int64_t bytes = 0;
  std::string why = {};   ///< the fault in words with its place; empty where the reason says all
  std::string part = {};  ///< its name in the file, as RawText::part; empty: the file as a whole
  /// What there is of it, text or not; lives until the call returns. The taker cuts it.
  std::string_view excerpt = {};
  bool by_choice = false;  ///< nothing is wrong with the file: nobody is warned
};

/// Takes what a reader finds, in the order of the file. Both may throw, and the reader lets it
/// pass: that is how an interrupt reaches it.
class TextSink {
 public:
  virtual ~TextSink() = default;
  virtual void Take(RawText text) = 0;
  virtual void Lose(const Loss& loss) = 0;
};

}  // namespace cria::corpus
