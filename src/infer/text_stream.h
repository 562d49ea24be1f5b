// The text of one request as its tokens come: whole characters only, ended by stop strings.
#pragma once

#include <span>
#include <string>

#include "infer/stop_matcher.h"
#include "tokenizer/tokenizer.h"

namespace cria::infer {

class TextStream {
 public:
  /// The text goes on behind `prompt`, whose own text is not repeated. Keeps a reference to the
  /// tokenizer.
  TextStream(const tokenizer::Tokenizer& tokenizer, std::span<const int32_t> prompt,
             std::vector<std::string> stop_strings)
      : decoder_(tokenizer), matcher_(std::move(stop_strings)) {
    for (const int32_t id : prompt) decoder_.Feed(id);
  }

  /// Text that `id` makes certain: without a cut character, nor what may still be a stop string.
  std::string Feed(int32_t id) { return matcher_.Feed(decoder_.Feed(id)); }
  /// The rest, at the end.
  std::string Flush() { return matcher_.Feed(decoder_.Flush()) + matcher_.Flush(); }

  bool stopped() const { return matcher_.stopped(); }
  const std::string& match() const { return matcher_.match(); }

 private:
  tokenizer::StreamDecoder decoder_;
  StopMatcher matcher_;
};

}  // namespace cria::infer
