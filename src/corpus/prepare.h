// One text of a source to the documents it becomes: rules that look at a text alone. What compares
// texts comes after.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "corpus/drop_log.h"
#include "corpus/quality/bad_words.h"
#include "corpus/recipe.h"

namespace cria::corpus {

class Preparer {
 public:
  /// Reads the lists of words that the recipe's sources name. Throws Error where one is missing.
  explicit Preparer(const Recipe& recipe);
  ~Preparer();

  /// Cuts `text` (a whole text as the reading stage wrote it) into documents and hands those that
  /// pass the rules of the recipe's source to `use` (of code, all or none: the rules are of the
  /// whole); the others are dropped under a reason:
  /// language_not_wanted, those of RejectReason (quality/filter.h; of crawls and papers only
  /// too_short and damaged_encoding), and where the source asks for C4's rules "c4_" and those of
  /// CleanC4.
  void Prepare(int source, const Document& text, DropLog* drops,
               const std::function<void(Document)>& use) const;

  /// Whether a document of a source with C4's rules still is one when lines of it are gone.
  bool HasEnoughSentences(int source, std::string_view text) const;

 private:
  bool CleanByC4(int source, const Document& whole, Document* cleaned, DropLog* drops) const;
  const Recipe& recipe_;
  std::vector<std::unique_ptr<BadWords>> bad_words_;  ///< by source; null without a list
};

}  // namespace cria::corpus
