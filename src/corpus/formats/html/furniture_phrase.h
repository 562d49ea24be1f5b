// What sites write around their texts ("Related posts", "Share this", "All rights reserved") in the
// languages of the corpus. Looks up the words of one short block; judges no page.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cria::corpus {

/// Where a phrase has to stand in its block, and what that says.
enum class FurniturePhrase : uint16_t {
  kInside = 1,     ///< anywhere: the block is furniture
  kWord = 2,       ///< one or two words at the front: furniture, if it is short and no sentence
  kStart = 4,      ///< more words at the front: furniture, if it is short
  kLabel = 8,      ///< what stands before a ":" or "|": furniture, if it is short
  kLine = 16,      ///< the whole block: furniture
  kHead = 32,      ///< some words at the front: the head of furniture, if there is no prose below
  kLast = 64,      ///< the whole block: the head of furniture, if nothing else comes after that
  kSection = 128,  ///< the whole block: the head of a list of other pages, or of buttons
  kComments = 256  ///< the whole block: the head of what readers wrote
};

class FurniturePhraseSet {
 public:
  void Add(FurniturePhrase phrase) { bits_ |= static_cast<uint16_t>(phrase); }
  bool Has(FurniturePhrase phrase) const { return (bits_ & static_cast<uint16_t>(phrase)) != 0; }
  /// kHead or one of those below it.
  bool HasHead() const { return bits_ >= static_cast<uint16_t>(FurniturePhrase::kHead); }

 private:
  uint16_t bits_ = 0;
};

/// Blocks of more characters than this (HtmlBlock::weight) are not worth a look.
inline constexpr uint32_t kMaxPhraseBlock = 350;

/// The phrases in `block`. Case, punctuation and the values of numbers do not count. Takes time
/// linear in the block, which should be short.
FurniturePhraseSet FindFurniturePhrases(std::string_view block);

/// Phrases of one use, parted by "|".
struct FurniturePhrases {
  FurniturePhrase use;
  std::string_view texts;
};

/// Those of all and of the Germanic languages, of the Romance ones, of the Slavic ones and
/// Hungarian.
std::span<const FurniturePhrases> FurniturePhraseTable();
std::span<const FurniturePhrases> FurniturePhraseTableRomance();
std::span<const FurniturePhrases> FurniturePhraseTableEast();

}  // namespace cria::corpus
