// Trains a LLaMA-style BPE tokenizer by spm_train's rules, in memory proportional to the number of
// distinct words, on all cores, with the same result for any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/context.h"
#include "tokenizer/tokenizer.h"

namespace cria::tokenizer {

/// Defaults are LLaMA's (trainer spec of its tokenizer.model).
struct TrainerOptions {
  int vocab_size = 32000;
  double character_coverage = 0.99995;
  int max_piece_length = 16;  ///< in characters
  int max_sentence_length =
      4192;  ///< in bytes; longer lines are left out, as spm_train does. 0: none
  bool split_by_unicode_script = true;
  bool split_by_number = true;
  bool split_digits = true;
  bool allow_whitespace_only_pieces = true;
};

class Trainer {
 public:
  /// Throws Error for options that make no sense.
  explicit Trainer(TrainerOptions options);
  ~Trainer();
  Trainer(const Trainer&) = delete;

  /// Counts the words of `text`: each line ('\n') is one sentence. Calls from one thread.
  void AddText(std::string_view text);
  /// The same on all cores of `context`, for large texts; equal result.
  void AddText(std::string_view text, const Context& context);

  int64_t sentences() const;
  int64_t skipped_sentences() const;  ///< longer than max_sentence_length, or with U+2585

  /// Throws Error if the text is empty or too small for the vocabulary. Same result for any thread
  /// count and any order of AddText calls.
  Tokenizer Train(const Context& context) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cria::tokenizer
