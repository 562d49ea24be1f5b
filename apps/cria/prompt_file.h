// The requests of `cria generate`: one prompt, or a file of them with settings of their own.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "infer/request.h"
#include "tokenizer/tokenizer.h"

namespace cria::app {

struct Prompt {
  std::string text;
  std::string where;  ///< its origin, for errors
  Json id;            ///< as it stood in the file, or null
  infer::Request request;
};

/// Ids of a text to be continued: what the tokenizer puts first (BOS), then the text; `special`
/// parses control tokens in it. Throws Error, naming `where`, if nothing is left.
std::vector<int32_t> PromptIds(const tokenizer::Tokenizer& tokenizer, const std::string& text,
                               bool special, const std::string& where);

/// Lines of text, or, if the first one is an object with "prompt" or "ids", JSON lines: "prompt"
/// (text) or "ids" (as they are, no BOS is added), "id" (handed back), and settings that replace
/// those of `common`: max_gen_len, seed, temperature, top_p, top_k, min_p, repeat_penalty,
/// presence_penalty, frequency_penalty, stop (a string or a list), logprobs. Each line has its own
/// random stream; one with a seed has the stream it would have alone. The file may be compressed.
/// Throws Error that names the line.
std::vector<Prompt> ReadPromptFile(const std::string& path, const tokenizer::Tokenizer& tokenizer,
                                   const infer::Request& common, bool special);

}  // namespace cria::app
