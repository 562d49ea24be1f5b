// A small byte-level tokenizer.json for tests, with LLaMA 3's cut.
#pragma once

#include <string>

#include "base/json.h"
#include "tokenizer/byte_level.h"

namespace cria::tokenizer {

/// 256 bytes, then "he", "ll", "hell", "hello" (259) by merges, " world" without merges (260), and
/// the special token <|begin_of_text|> (261).
inline Json SampleByteLevelJson(bool ignore_merges = true) {
  Json vocab = Json::object(), merges = Json::array();
  int id = 0;
  for (int b = 0; b < 256; ++b) vocab[AlphabetOf(std::string(1, static_cast<char>(b)))] = id++;
  for (const char* piece : {"he", "ll", "hell", "hello", " world"}) {
    vocab[AlphabetOf(piece)] = id++;
  }
  for (const char* merge : {"h e", "l l", "he ll", "hell o"}) merges.push_back(merge);
  return {
      {"added_tokens", {{{"id", id}, {"content", "<|begin_of_text|>"}, {"special", true}}}},
      {"normalizer", nullptr},
      {"pre_tokenizer",
       {{"type", "Sequence"},
        {"pretokenizers",
         {{{"type", "Split"},
           {"pattern", {{"Regex", kLlama3Split}}},
           {"behavior", "Isolated"},
           {"invert", false}},
          {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}}}}}},
      {"model",
       {{"type", "BPE"}, {"vocab", vocab}, {"merges", merges}, {"ignore_merges", ignore_merges}}}};
}

}  // namespace cria::tokenizer
