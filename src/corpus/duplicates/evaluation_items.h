// The texts of evaluation sets, from whatever files they come in, for the search for contamination.
// Knows no task: every longer string of a record counts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace cria::corpus {

/// Shorter strings (answers, labels, names) are found everywhere and prove nothing.
inline constexpr int64_t kMinEvaluationWords = 8;

struct EvaluationText {
  std::string field;  ///< "question.choices[2].text", "column 3", or empty for a line of text
  std::string text;
};

/// One record: a line, a row, or an element of the (first) array of a JSON file.
struct EvaluationItem {
  std::string set;                    ///< the file, relative to the folder, with '/'
  int64_t record = 0;                 ///< number of the line, row or element, from 1
  std::vector<EvaluationText> texts;  ///< never empty
};

struct EvaluationItems {
  std::vector<EvaluationItem> items;
  int64_t files = 0;
  int64_t bad_records = 0;  ///< not JSON: left out
};

/// Adds the items of one file. `set` ends in .jsonl, .json, .csv, .tsv or .txt, which decides how
/// it is read; false if it does not. Any bytes.
bool ReadEvaluationFile(std::string_view bytes, const std::string& set, EvaluationItems* items);

/// All such files below `folder` (those with .gz or .zst after the name too), in the order of their
/// names. Error: no such folder, a file that cannot be read or is over 1 GiB, or no item in it.
EvaluationItems ReadEvaluationFolder(const fs::path& folder);

}  // namespace cria::corpus
