// What every kind of tokenizer does with text. The kinds: bpe_encoder.h (SentencePiece's rule),
// byte_level_encoder.h (GPT-2's, which LLaMA 3 uses).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace cria::tokenizer {

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Appends the ids of `text` (any bytes). `prefix`: the blank in front that a SentencePiece model
  /// may ask for. Thread-safe.
  virtual void Encode(std::string_view text, bool prefix, std::vector<int32_t>* out) const = 0;
};

}  // namespace cria::tokenizer
