// A trie over the tokens' bytes.
#include "tokenizer/special_tokens.h"

#include <algorithm>

#include "base/utf8.h"
#include "tokenizer/jinja/characters.h"

namespace cria::tokenizer {
namespace {

// Names that the families use; llama.cpp (llama-vocab.cpp) knows the same by name.
constexpr std::string_view kEnds[] = {
    "</s>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|eot|>",
    "<|eom|>",
    "<|end_of_turn|>",
    "<|END_OF_TURN_TOKEN|>",
    "<end_of_turn>",
    "<|return|>",
    "<EOT>",
    "<eos>",
    "<end_of_utterance>",
    "<\xEF\xBD\x9C"
    "end\xE2\x96\x81of\xE2\x96\x81sentence\xEF\xBD\x9C>",  // DeepSeek's bars
};

constexpr std::string_view kTurnMarks[] = {
    "<s>",
    "<unk>",
    "<pad>",
    "<bos>",
    "<start_of_turn>",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "[TOOL_CALLS]",
    "[AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]",
    "[/AVAILABLE_TOOLS]",
    "[/TOOL_RESULTS]",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
};

bool IsWordCharacter(uint32_t code) { return code == '_' || jinja::IsAlphanumeric(code); }

bool WordBefore(std::string_view text, size_t at) {
  if (at == 0) return false;
  size_t begin = at - 1;
  while (begin > 0 && (text[begin] & 0xC0) == 0x80) --begin;
  return IsWordCharacter(DecodeUtf8(text.substr(begin, at - begin)).code);
}

bool WordBehind(std::string_view text, size_t at) {
  return at < text.size() && IsWordCharacter(DecodeUtf8(text.substr(at)).code);
}

}  // namespace

bool EndsText(std::string_view text) {
  return std::find(std::begin(kEnds), std::end(kEnds), text) != std::end(kEnds);
}

bool LooksLikeControl(std::string_view text) {
  if (text.starts_with("<|") && text.ends_with("|>")) return true;
  return EndsText(text) ||
         std::find(std::begin(kTurnMarks), std::end(kTurnMarks), text) != std::end(kTurnMarks);
}

TokenMatcher::TokenMatcher(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  first_.fill(-1);
  std::erase_if(tokens_, [](const AddedToken& token) { return token.text.empty(); });
  for (size_t i = 0; i < tokens_.size(); ++i) {
    has_ordinary_ = has_ordinary_ || !tokens_[i].control;
    int32_t* slot = &first_[static_cast<uint8_t>(tokens_[i].text[0])];
    if (*slot < 0) {
      *slot = static_cast<int32_t>(nodes_.size());
      nodes_.emplace_back();
    }
    int32_t node = *slot;
    for (const char c : std::string_view(tokens_[i].text).substr(1)) {
      int32_t next = Next(node, c);
      if (next < 0) {
        next = static_cast<int32_t>(nodes_.size());
        nodes_.emplace_back();
        nodes_[static_cast<size_t>(node)].next.emplace_back(c, next);
      }
      node = next;
    }
    int32_t& token = nodes_[static_cast<size_t>(node)].token;
    if (token < 0) token = static_cast<int32_t>(i);  // of twins the first counts
  }
}

int32_t TokenMatcher::Next(int32_t node, char c) const {
  for (const auto& [byte, next] : nodes_[static_cast<size_t>(node)].next) {
    if (byte == c) return next;
  }
  return -1;
}

int32_t TokenMatcher::LongestAt(const MarkedText& text, size_t at, bool control) const {
  const std::string& bytes = text.bytes();
  int32_t longest = -1;
  int32_t node = first_[static_cast<uint8_t>(bytes[at])];
  for (size_t end = at + 1; node >= 0; ++end) {
    const int32_t found = nodes_[static_cast<size_t>(node)].token;
    if (found >= 0) {
      const AddedToken& token = tokens_[static_cast<size_t>(found)];
      const bool may = !token.control || (control && !text.TouchesForeign(at, end));
      const bool apart = !token.single_word || (!WordBefore(bytes, at) && !WordBehind(bytes, end));
      if (may && apart) longest = found;
    }
    if (end >= bytes.size()) break;
    node = Next(node, bytes[end]);
  }
  return longest;
}

TokenMatcher::Match TokenMatcher::Find(const MarkedText& text, size_t from, bool control) const {
  const std::string_view bytes = text.bytes();
  for (size_t at = from; at < bytes.size(); ++at) {
    if (first_[static_cast<uint8_t>(bytes[at])] < 0) continue;
    const int32_t found = LongestAt(text, at, control);
    if (found < 0) continue;
    const AddedToken& token = tokens_[static_cast<size_t>(found)];
    Match match{&token, at, at + token.text.size()};
    if (token.strips_left) match.begin -= jinja::TrailingSpace(bytes.substr(from, at - from));
    if (token.strips_right) match.end += jinja::LeadingSpace(bytes.substr(match.end));
    return match;
  }
  return {nullptr, bytes.size(), bytes.size()};
}

}  // namespace cria::tokenizer
