// What sites write around their texts ("Related posts", "Share this", "All rights reserved") in the
// languages of the corpus. Looks up the words of one short block; judges no page.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cria::corpus {

/// Where a phrase has to stand in its block, and what that says; the later the wider its effect.
enum class FurniturePhrase : uint8_t {
  kNone,
  kInside,    ///< anywhere: the block is furniture
  kWord,      ///< one word at the front: furniture, where nothing speaks for a sentence
  kStart,     ///< some words at the front: furniture, if the block is short
  kLabel,     ///< what stands before a ":" or "|": furniture, if the block is short
  kLine,      ///< the whole block: furniture
  kHead,      ///< some words at the front: the head of furniture, if that has its own element
  kLast,      ///< the whole block: the head of furniture, if nothing else comes after that
  kSection,   ///< the whole block: the head of a list of other pages, or of buttons
  kComments,  ///< the whole block: the head of what readers wrote
};

/// Blocks of more characters than this (HtmlBlock::weight) are not worth a look.
inline constexpr uint32_t kMaxPhraseBlock = 350;

/// The phrase of widest effect in `block`. Case, punctuation and the values of numbers do not
/// count. Takes time linear in the block, which should be short.
FurniturePhrase FindFurniturePhrase(std::string_view block);

/// Phrases of one use, parted by "|".
struct FurniturePhrases {
  FurniturePhrase use;
  std::string_view texts;
};

/// All that are known.
std::span<const FurniturePhrases> FurniturePhraseTable();

}  // namespace cria::corpus
