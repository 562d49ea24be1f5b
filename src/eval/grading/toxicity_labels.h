// Text that people labelled as toxic or clean, from the files that are published: lines of one
// class, or tables and JSON lines with a label per text. Nothing is learned here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"

namespace cria::eval {

struct LabelledText {
  std::string text;
  bool toxic = false;
};

/// Where a file has its texts and labels; a path with dots in JSON lines (prompt.text). Both empty:
/// found by the names of columns, see LabelledTexts::AddLabelled.
struct LabelFields {
  std::string text, label;
};

/// A file that was read, as the report names it.
struct LabelledFile {
  std::string name, sha256, form;  ///< form: which fields, of which set
  int64_t bytes = 0, toxic = 0, clean = 0;
  int64_t unlabelled = 0;  ///< left out: the label is empty, null, or -1 (Jigsaw's "not scored")

  Json ToJson() const;
};

class LabelledTexts {
 public:
  /// Labels of at least `threshold` are toxic.
  explicit LabelledTexts(double threshold = 0.5) : threshold_(threshold) {}

  /// A file whose texts are all toxic or all clean: one a line; .jsonl: objects with a text in
  /// `text_field`, or texts. Packed or not.
  void AddClass(const fs::path& path, bool toxic, const std::string& text_field = "text");

  /// A file with a label from 0 to 1 (or true, false) per text: .csv or .tsv with a header, .jsonl;
  /// packed or not. Known by their fields, in this order: comment_text and toxic (Jigsaw's "Toxic
  /// Comment Classification"), comment_text and toxicity or target, text and toxicity (Civil
  /// Comments), prompt.text and prompt.toxicity (RealToxicityPrompts).
  ///
  /// Both throw Error that names file and line for what is not UTF-8, has no such fields or no such
  /// label, and for files without a text.
  void AddLabelled(const fs::path& path, const LabelFields& fields = {});

  const std::vector<LabelledText>& texts() const { return texts_; }
  /// Gives the texts away: there may be gigabytes of them.
  std::vector<LabelledText> TakeTexts() { return std::move(texts_); }
  const std::vector<LabelledFile>& files() const { return files_; }
  double threshold() const { return threshold_; }

 private:
  void AddRow(std::string text, const Json& label, const std::string& where, LabelledFile* file);
  void AddTable(const fs::path& path, LabelFields fields, LabelledFile* file);
  void AddJsonLines(const fs::path& path, LabelFields fields, LabelledFile* file);
  void Close(const fs::path& path, LabelledFile file);

  double threshold_;
  std::vector<LabelledText> texts_;
  std::vector<LabelledFile> files_;
};

}  // namespace cria::eval
