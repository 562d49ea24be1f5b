// Text to ids by GPT-2's rule: cut by regular expressions, then in each part join the pair of
// neighbours that was merged first in training, until none is left.
#pragma once

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "tokenizer/byte_level.h"
#include "tokenizer/encoder.h"
#include "tokenizer/regex_split.h"

namespace cria::tokenizer {

class ByteLevelEncoder : public Encoder {
 public:
  /// Throws Error at `where` if a byte has no token or a merge gives none.
  ByteLevelEncoder(const ByteLevelModel& model, const std::string& where);
  void Encode(std::string_view text, bool prefix, std::vector<int32_t>* out) const override;

 private:
  struct Merge {
    int32_t rank, id;
  };
  const Merge* Find(int32_t left, int32_t right) const;
  void EncodePart(std::string_view part, std::vector<int32_t>* out) const;

  std::vector<RegexSplit> splits_;
  std::array<int32_t, 256> byte_ids_;
  std::unordered_map<uint64_t, Merge> merges_;
  std::unordered_map<std::string, int32_t> words_;  // only if whole words go first
};

}  // namespace cria::tokenizer
