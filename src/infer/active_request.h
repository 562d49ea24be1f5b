// A request on its way: its tokens, how many of them have been computed, and where.
#pragma once

#include <memory>
#include <vector>

#include "infer/request.h"
#include "infer/text_stream.h"

namespace cria::infer {

struct ActiveRequest {
  ActiveRequest(int64_t number, Request asked)
      : id(number),
        request(std::move(asked)),
        sampler(request.sampling, request.seed, request.sequence),
        tokens(request.prompt),
        prompt(std::ssize(tokens) - (request.max_new_tokens == 0 ? 1 : 0)) {}

  int64_t id;
  Request request;
  Sampler sampler;
  std::vector<int32_t> tokens;  ///< prompt, then what was generated
  /// Tokens that are fed as prompt: all of it, except that nothing has to stand behind the last one
  /// if it is only scored.
  int64_t prompt;
  std::unique_ptr<TextStream> text;
  Completion completion;

  bool admitted = false;        ///< has run before, and may have been put back
  int64_t fed = 0;              ///< first tokens whose keys and values are in `blocks`
  int64_t shared = 0;           ///< first blocks that are in the prefix tree
  std::vector<int32_t> blocks;  ///< of the pool, in order of position
  std::vector<int32_t> draft;   ///< guessed, behind `tokens`
  int64_t draft_length = 2;     ///< how many to ask for next time

  int64_t size() const { return std::ssize(tokens); }
  int64_t generated() const { return size() - std::ssize(request.prompt); }
  /// Everything but the newest token has been computed.
  bool decoding() const { return fed >= prompt && fed + 1 == size(); }
  /// First prompt position whose logits are wanted for a score; none: beyond the prompt.
  int64_t first_scored_row() const {
    return request.score_prompt_from ? *request.score_prompt_from - 1 : std::ssize(request.prompt);
  }
};

}  // namespace cria::infer
