// The vocabulary of a byte-level BPE tokenizer (GPT-2, LLaMA 3, SmolLM2) and where it is read from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cria::tokenizer {

struct ByteLevelModel {
  std::vector<std::string> pieces;  ///< by id: the bytes a token stands for; empty: a special token
  std::vector<std::string> names;   ///< by id: as files write it
  std::vector<std::pair<int32_t, int32_t>> merges;  ///< ids of left and right, first merged first
  std::vector<std::string> splits;  ///< regular expressions that cut the text, one after the other
  bool whole_words_first = false;   ///< a word that is a token is not merged ("ignore_merges")
};

/// The regular expressions of the families, as their authors publish them.
inline constexpr const char* kGpt2Split =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
inline constexpr const char* kLlama3Split =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// GPT-2 writes each byte as a printable character: the bytes that `text` stands for. False if it
/// contains another character.
bool BytesOfAlphabet(std::string_view text, std::string* bytes);
/// The other way: bytes as files write them.
std::string AlphabetOf(std::string_view bytes);

}  // namespace cria::tokenizer
